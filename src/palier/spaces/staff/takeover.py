"""Taking over an older tool's stock: the file and its mapping, the rehearsal, the run, what became of each row."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST
from procrastinate.exceptions import AlreadyEnqueued

from palier.accounts.roles import Role
from palier.common import clock
from palier.common.errors import Refused
from palier.common.pages import attempt, go, page
from palier.exchanges.takeover import actions, invitations, report, tasks
from palier.exchanges.takeover.mapping import MAX_BYTES, read, shipped
from palier.exchanges.takeover.models import TakeOver
from palier.exchanges.takeover.states import OUTCOMES, TAKEOVER
from palier.spaces.access import for_roles
from palier.territories.models import Department

PER_PAGE = 50
STALE = tasks.SILENCE


class FileForm(forms.Form):
    """The file, and a mapping shipped with Palier or one's own."""

    file = forms.FileField(
        label="Fichier de l’ancien outil",
        help_text="CSV, XLSX ou XML. Il reste hors du site et est effacé quand vous fermez la reprise.",
        error_messages={"required": "Choisissez le fichier à reprendre.", "empty": "Ce fichier est vide."},
    )
    shipped = forms.ChoiceField(label="Modèle", required=False)
    mapping_file = forms.FileField(
        label="Votre modèle (TOML)",
        required=False,
        help_text="Dit ce que signifie chaque colonne. S’il est donné, il remplace le choix ci-dessus.",
    )
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shipped"].choices = [(key, read(text).title) for key, text in shipped().items()]

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data.get("mapping_file")
        try:
            own = given.read(MAX_BYTES + 1).decode() if given else ""
        except UnicodeDecodeError:
            self.add_error("mapping_file", "Ce modèle n’est pas un texte en UTF-8.")
            own = ""
        self.cleaned_data["mapping"] = own or shipped().get(self.cleaned_data.get("shipped") or "", "")
        if not self.cleaned_data["mapping"] and "mapping_file" not in self.errors:
            self.add_error("shipped", "Choisissez un modèle, ou envoyez le vôtre.")
        return self.cleaned_data


@for_roles(Role.ADMINISTRATOR)
def takeovers(request: HttpRequest) -> HttpResponse:
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if request.method == "POST" and getattr(request, "oversized", ""):
        form.add_error("file", "Ce fichier dépasse 300 Mo : passez par la commande ./palier exchanges take-over.")
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        made = attempt(
            form,
            lambda: actions.receive(
                actor=request.actor, name=sent.name, chunks=sent.chunks(), mapping=form.cleaned_data["mapping"]
            ),
        )
        if made is not None:
            return go(request, "staff:takeover", made.pk)
    shown = Paginator(actions.visible_to(request.actor).order_by("-received_at", "-pk"), PER_PAGE)
    context = {"form": form, "shown": shown.get_page(request.GET.get("page")), "tones": _tones()}
    return page(request, "staff/takeovers.html", context, status=422 if form.errors else 200)


@for_roles(Role.ADMINISTRATOR)
@require_GET
def takeover(request: HttpRequest, pk: int) -> HttpResponse:
    held = actions.visible_to(request.actor).get(pk=pk)
    if request.GET.get("suivi") and held.state not in ("rehearsing", "running") and not _inviting(held):
        # What was awaited is there: the whole page tells it.
        return go(request, "staff:takeover", pk)
    return page(request, "staff/takeover.html", _context(request, held), fragment="staff/takeover/_progress.html")


def _context(request: HttpRequest, held: TakeOver) -> dict[str, Any]:
    only = request.GET.get("voir", "")
    lines = held.lines.filter(outcome=only) if only in OUTCOMES else held.lines.exclude(troubles=[])
    counts = [
        {"code": code, "label": state.label, "tone": state.tone, "count": held.counts.get(code, 0)}
        for code, state in OUTCOMES.items()
    ]
    figures = held.figures or {}
    names = dict(Department.objects.order_by("code").values_list("code", "name"))
    moving = held.state in ("rehearsing", "running")
    return {
        "held": held,
        "state": TAKEOVER.states[held.state],
        "moving": moving,
        "asleep": moving and held.beat_at is not None and held.beat_at < clock.now() - STALE,
        "counts": counts,
        "tones": {code: state for code, state in OUTCOMES.items()},
        "shown": Paginator(lines.order_by("pk"), PER_PAGE).get_page(request.GET.get("page")),
        "only": only if only in OUTCOMES else "",
        "departments": [[names.get(code, "Non rattachées"), *rest] for code, *rest in figures.get("departments", [])],
        "years": [[year or "Sans date", *rest] for year, *rest in figures.get("years", [])],
        "oldest": [date.fromisoformat(day) if day else None for day in figures.get("oldest", ["", ""])],
        "figures": figures,
        "invited": invitations.progress(held.tool),
        "inviting": _inviting(held),
        "base_tabs": _tabs(held, only),
    }


def _inviting(held: TakeOver) -> bool:
    if held.state != "done" or held.inviting_since is None:
        return False
    progress = invitations.progress(held.tool)
    return progress["done"] < progress["to"]


def _tabs(held: TakeOver, only: str) -> list[dict[str, Any]]:
    here = reverse("staff:takeover", args=[held.pk])
    tabs = [{"label": "Avec une remarque", "url": here, "current": only not in OUTCOMES}]
    return tabs + [
        {"label": state.label, "url": f"{here}?voir={code}", "current": only == code, "count": held.counts.get(code, 0)}
        for code, state in OUTCOMES.items()
    ]


def _tones() -> dict[str, Any]:
    return dict(TAKEOVER.states)


ACTS = {
    "essai": (actions.rehearse, tasks.carry_on),
    "reprise": (actions.run, tasks.carry_on),
    "poursuivre": (actions.resume, tasks.carry_on),
    "fermer": (actions.close, None),
    "inviter": (actions.invite, tasks.send_invitations),
}


@for_roles(Role.ADMINISTRATOR)
@require_POST
def act(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """One decision; the long part is the worker's, after this request."""
    action, task = ACTS[what]
    try:
        held = action(actor=request.actor, takeover_id=pk)
    except Refused as refusal:
        held = actions.visible_to(request.actor).get(pk=pk)
        return page(request, "staff/takeover.html", {**_context(request, held), "refusal": refusal.message}, status=422)
    if task is not None:
        # Asked again before a worker took it: it is in the queue already.
        with suppress(AlreadyEnqueued), transaction.atomic():
            task.configure(queueing_lock=f"{what} {pk}").defer(takeover_id=pk)
    return go(request, "staff:takeovers") if held.state == "closed" else go(request, "staff:takeover", pk)


@for_roles(Role.ADMINISTRATOR)
@require_GET
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The report, row by row."""
    held = actions.visible_to(request.actor).get(pk=pk)
    only = request.GET.get("voir", "")
    response = HttpResponse(
        "".join(report.lines(held, only if only in OUTCOMES else "")), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="reprise-{held.pk}.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


urlpatterns = [
    path("reprises/", takeovers, name="takeovers"),
    path("reprises/<int:pk>/", takeover, name="takeover"),
    path("reprises/<int:pk>/rapport.csv", download, name="takeover_report"),
    *(
        path(f"reprises/<int:pk>/{what}/", act, {"what": what}, name=f"takeover_{what}")
        for what in ACTS
    ),
]  # fmt: skip
