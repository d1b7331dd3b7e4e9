"""Mes pièces: each document asked for, its own upload, its state; and signalling an emergency."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from palier.accounts.roles import Role
from palier.common.errors import Refused
from palier.common.pages import attempt, go, page
from palier.demands.queries import current_for
from palier.documents import actions, queries
from palier.documents.intake import FIELD, refused
from palier.documents.kinds import PROOFS, SITUATIONS
from palier.spaces.access import for_roles
from palier.spaces.desk.files import send_file

ACCEPT = ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"


class UploadForm(forms.Form):
    """One file. What it holds is judged by the action, not by its name."""

    file = forms.FileField(label="Votre fichier", required=False, allow_empty_file=True)
    kind = forms.CharField(widget=forms.HiddenInput)
    about = forms.CharField(widget=forms.HiddenInput)


class EmergencyForm(forms.Form):
    """A situation and, when one has it at hand, its proof."""

    situation = forms.ChoiceField(
        label="Votre situation",
        choices=list(SITUATIONS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez votre situation."},
    )
    file = forms.FileField(
        label="Votre justificatif",
        required=False,
        allow_empty_file=True,
        help_text="PDF, ou photo JPEG ou PNG. Vous pourrez aussi l’envoyer plus tard.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ACCEPT


def oversized(request: HttpRequest) -> Refused | None:
    """The refusal of a file that was thrown away while it arrived (documents.uploading)."""
    return refused("too_big") if getattr(request, "oversized", "") == FIELD else None


def taken(request: HttpRequest):
    """The uploaded file; raises the refusal of one that was too big."""
    too_big = oversized(request)
    if too_big:
        raise too_big
    return request.FILES.get(FIELD)


def _context(demand, *, problem: str = "", wrong_uid: str = "") -> dict[str, object]:
    rows = queries.due(demand)
    needed = [r for r in rows if r.moment == "register"]
    later = [r for r in rows if r.moment != "register"]
    return {
        "demand": demand,
        "groups": [
            ("Pour que votre demande soit complète", "Ces pièces sont demandées à tout le monde.", needed),
            ("Pour que votre dossier puisse être étudié", "Elles dépendent de votre situation.", later),
        ],
        "done": sum(r.state in ("accepted", "waiting") for r in rows),
        "total": len(rows),
        "refused_rows": [r for r in rows if r.state == "refused"],
        "accept": ACCEPT,
        "max_bytes": settings.DOCUMENT_MAX_BYTES,
        "recognitions": queries.recognitions_of(demand),
        "upload_url": reverse("applicant:upload"),
        "problem": problem,
        "wrong_uid": wrong_uid,
    }


@for_roles(Role.APPLICANT)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    demand = current_for(request.actor.person)
    if demand is None:
        return page(request, "applicant/documents_none.html")
    return page(request, "applicant/documents.html", _context(demand))


@for_roles(Role.APPLICANT)
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    demand = _my_demand(request)
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        kind, about = form.cleaned_data["kind"], form.cleaned_data["about"]
        piece = attempt(
            form,
            lambda: actions.receive(
                actor=request.actor, demand=demand, kind=kind, about=about, upload=taken(request)
            ),
        )
        if piece is not None:
            messages.success(request, "Votre pièce est bien reçue.")
            return go(request, "applicant:documents")
    problem = next((words for errors in form.errors.values() for words in errors), "")
    wrong = f"piece-{form.data.get('kind', '')}-{form.data.get('about', '')}"
    context = _context(demand, problem=problem, wrong_uid=wrong)
    return page(request, "applicant/documents.html", context, status=422)


@for_roles(Role.APPLICANT)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        actions.withdraw(actor=request.actor, piece_id=pk)
        messages.success(request, "La pièce est retirée de votre dossier.")
    except Refused as refusal:
        messages.error(request, refusal.message)
    return go(request, "applicant:documents")


@for_roles(Role.APPLICANT)
@require_GET
def piece_file(request: HttpRequest, pk: int) -> HttpResponse:
    return send_file(queries.pieces(request.actor).get(pk=pk))


@for_roles(Role.APPLICANT)
def emergency(request: HttpRequest) -> HttpResponse:
    demand = _my_demand(request)
    form = EmergencyForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form,
            lambda: actions.ask_recognition(
                actor=request.actor,
                demand=demand,
                situation=form.cleaned_data["situation"],
                upload=taken(request),
            ),
        )
        if done is not None:
            messages.success(request, "Votre signalement est transmis au service qui peut le reconnaître.")
            return go(request, "applicant:documents")
    context = {"form": form, "demand": demand, "proofs": [(SITUATIONS[c], PROOFS[c]) for c in PROOFS]}
    return page(request, "applicant/documents_emergency.html", context, status=422 if form.errors else 200)


def _my_demand(request: HttpRequest):
    demand = current_for(request.actor.person)
    if demand is None:
        raise Refused("documents.no_demand", "Enregistrez d’abord votre demande.")
    return demand


urlpatterns = [
    path("pieces/", index, name="documents"),
    path("pieces/envoyer/", upload, name="upload"),
    path("pieces/urgence/", emergency, name="emergency"),
    path("pieces/<int:pk>/fichier/", piece_file, name="piece_file"),
    path("pieces/<int:pk>/retirer/", withdraw, name="withdraw_piece"),
]
