"""The grids of a territory: preparing a version, its mistakes, its rules in words, publishing it for a day."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from palier.accounts.queries import territories
from palier.accounts.roles import Role
from palier.common import clock, ledger
from palier.common.errors import Refused
from palier.common.pages import attempt, go, page
from palier.common.templatetags.palier_words import day
from palier.cotation import drafting
from palier.cotation.models import Grid
from palier.cotation.queries import grids_of
from palier.law.cotation import Score, load_grid, shipped
from palier.law.grid_difference import differences
from palier.law.grid_words import in_words
from palier.law.typical import tried
from palier.spaces.access import for_roles

EVERYWHERE = "toutes"


class StartForm(forms.Form):
    """For which territory, and from which text."""

    place = forms.ChoiceField(
        label="Territoire", error_messages={"invalid_choice": "Ce territoire n’est pas le vôtre.", "required": "Choisissez un territoire."}
    )  # fmt: skip
    origin = forms.ChoiceField(
        label="Partir de", help_text="Vous changerez ce que vous voulez ; rien n’est publié à cette étape.",
        error_messages={"invalid_choice": "Cette grille de départ n’existe plus : choisissez-en une autre.", "required": "Choisissez une grille de départ."},
    )  # fmt: skip
    use_required_attribute = False

    def __init__(self, *args: Any, own: list, published: list[Grid], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = [(epci.pk, epci.name) for epci in own]
        if len(places) > 1:
            places.insert(0, (EVERYWHERE, f"Les {len(places)} intercommunalités"))
        self.fields["place"].choices = places
        self.fields["origin"].choices = [
            *[(str(g.pk), f"{g.title}, version {g.version}") for g in published],
            *[(name, f"Modèle : {_shipped_title(name)}") for name in shipped()],
        ]
        self.own = own

    @property
    def epcis(self) -> list:
        chosen = self.cleaned_data["place"]
        return self.own if chosen == EVERYWHERE else [e for e in self.own if e.pk == chosen]


def _shipped_title(name: str) -> str:
    grid = load_grid(name)
    return f"{grid.title}{' (incomplète)' if grid.incomplete else ''}"


class TextForm(forms.Form):
    """The text as typed, and the fingerprint of the one it started from."""

    source = forms.CharField(
        label="Texte de la grille", strip=False,
        widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false", "wrap": "off", "data-lines": "", "autocapitalize": "off"}),
        error_messages={"required": "Écrivez le texte de la grille."},
    )  # fmt: skip
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    use_required_attribute = False

    def clean_source(self) -> str:
        # A browser sends its own ends of lines.
        return "\n".join(self.cleaned_data["source"].splitlines()) + "\n"


class PublishForm(forms.Form):
    """The assembly has voted, and this very text."""

    voted = forms.BooleanField(
        label="Cette grille a été adoptée par l’assemblée compétente.",
        error_messages={"required": "Confirmez que la grille a été adoptée : une fois publiée, elle ne change plus."},
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    use_required_attribute = False


@for_roles(Role.AUTHORITY)
def grids(request: HttpRequest) -> HttpResponse:
    """The grids of one's territories: in force, to come, being written, past; and a new version."""
    own = territories(request.actor)
    held = grids_of(own)
    today = clock.today()
    published = [g for g in held if g.state == "published"]
    form = StartForm(request.POST or None, own=own, published=published)
    if request.method == "POST" and form.is_valid():
        made = attempt(
            form,
            lambda: drafting.start(actor=request.actor, epcis=form.epcis, origin=form.cleaned_data["origin"]),
        )
        if made is not None:
            messages.success(request, "Le brouillon est prêt. Changez son texte, puis enregistrez.")
            return go(request, "authority:grid", made.pk)
    context = {
        "form": form,
        "drafts": [g for g in held if g.state == "draft" and drafting.writes(request.actor, g)],
        "coming": [g for g in published if g.valid_from > today],
        "begun": [g for g in published if g.valid_from <= today],
        "force": {g.pk for g in held if g.in_force_in},
    }
    return page(request, "authority/grids.html", context, status=422 if form.errors else 200)


@for_roles(Role.AUTHORITY)
def grid(request: HttpRequest, pk: int) -> HttpResponse:
    """A version: its text to write while it is a draft; what it says, what it changes, on whom."""
    held = _own(request, pk)
    form = TextForm(request.POST or None, initial={"source": held.source, "seen": drafting.fingerprint(held.source)})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        saved = attempt(
            form,
            lambda: drafting.save_draft(actor=request.actor, held=held, source=typed["source"], seen=typed["seen"]),
        )
        if saved is not None:
            messages.success(request, "Brouillon enregistré.")
            return go(request, "authority:grid", pk)
    return _shown(request, held, form=form, publishing=PublishForm(initial={"seen": drafting.fingerprint(held.source)}))


def _shown(request: HttpRequest, held: Grid, *, form: TextForm, publishing: PublishForm) -> HttpResponse:
    shown = form.data["source"] if form.is_bound and "source" in form.data else held.source
    reading = drafting.read(held, shown)
    lines = shown.splitlines()
    context = {
        "held": held,
        "form": form,
        "publishing": publishing,
        "reading": reading,
        "problems": [_told(lines, p.line, p.where, p.message, p.fix, "danger") for p in reading.problems],
        "remarks": [
            _told(lines, r.line, r.where, r.message, r.fix, "danger" if r.level == "refuses" else "warning")
            for r in reading.remarks
        ],
        "theirs": held.source
        if form.is_bound and form.errors and shown.splitlines() != held.source.splitlines()
        else "",
        "concerned": drafting.concerned(held),
        "story": ledger.story_of(held, "agent"),
        **(_meaning(held, reading.grid) if reading.grid else {}),
    }
    wrong = form.errors or publishing.errors
    return page(request, "authority/grid.html", context, status=422 if wrong else 200)


def _told(lines: list[str], line: int, where: str, message: str, fix: str, tone: str) -> dict[str, Any]:
    return {
        "line": line, "where": where, "message": message, "fix": fix, "tone": tone,
        "text": lines[line - 1].strip() if 0 < line <= len(lines) else "",
    }  # fmt: skip


def _meaning(held: Grid, rules: Any) -> dict[str, Any]:
    """What a readable text says, what it changes, and on whom."""
    before = drafting.before(held)
    today = clock.today()
    former = [score for _, score in tried(before, today)] if before else []
    return {
        "words": in_words(rules),
        "changes": differences(before, rules) if before else None,
        "households": [
            (one.label, score, _was(former, n)) for n, (one, score) in enumerate(tried(rules, today))
        ],
    }  # fmt: skip


def _was(former: list[Score], place: int) -> Score | None:
    return former[place] if former else None


@for_roles(Role.AUTHORITY)
@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish the draft before one's eyes."""
    held = _own(request, pk)
    form = PublishForm(request.POST)
    if form.is_valid():
        done = attempt(form, lambda: drafting.publish(actor=request.actor, held=held, seen=form.cleaned_data["seen"]))
        if done is not None:
            messages.success(
                request,
                f"La grille est publiée. Elle s’applique le {day(done.valid_from)}, sans autre geste de votre part.",
            )
            return go(request, "authority:grid", pk)
    held.refresh_from_db()
    text = TextForm(initial={"source": held.source, "seen": drafting.fingerprint(held.source)})
    return _shown(request, held, form=text, publishing=form)


@for_roles(Role.AUTHORITY)
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a draft up."""
    return _ended(request, pk, drafting.discard, "Le brouillon est abandonné.")


@for_roles(Role.AUTHORITY)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a published version back."""
    return _ended(request, pk, drafting.withdraw, "La grille est retirée : la précédente s’applique.")


def _ended(request: HttpRequest, pk: int, act: Any, words: str) -> HttpResponse:
    try:
        act(actor=request.actor, held=_own(request, pk))
    except Refused as refusal:
        messages.error(request, refusal.message)
        return go(request, "authority:grid", pk)
    messages.success(request, words)
    return go(request, "authority:grids")


def _own(request: HttpRequest, pk: int) -> Grid:
    """A grid of one's territories; a draft, only of those whose every territory is one's own."""
    held = next((g for g in grids_of(territories(request.actor), every=True) if g.pk == pk), None)
    if held is None or (held.state == "draft" and not drafting.writes(request.actor, held)):
        raise Http404
    held.writable = drafting.writes(request.actor, held)
    return held


urlpatterns = [
    path("grilles/", grids, name="grids"),
    path("grilles/<int:pk>/", grid, name="grid"),
    path("grilles/<int:pk>/publier/", publish, name="grid_publish"),
    path("grilles/<int:pk>/abandonner/", discard, name="grid_discard"),
    path("grilles/<int:pk>/retirer/", withdraw, name="grid_withdraw"),
]
