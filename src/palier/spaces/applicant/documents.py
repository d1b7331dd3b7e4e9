"""Mes pièces: each document asked for, its own upload, its state; and signalling an emergency."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from palier.accounts.roles import Role
from palier.common.pages import act, attempt, go, page
from palier.demands.queries import current_for
from palier.documents import actions, queries
from palier.documents.kinds import PROOFS, SITUATIONS
from palier.spaces.access import for_roles
from palier.spaces.dates import DateForm
from palier.spaces.desk.files import send_file
from palier.spaces.uploads import ACCEPT, UploadForm, give, taken, unfinished

GROUPS = (
    ("register", "Pour enregistrer votre demande", "Une pièce d’identité suffit pour recevoir votre numéro."),
    ("instruct", "Pour que votre dossier soit étudié", "Ces pièces dépendent de votre situation."),
    ("lease", "Pour signer le bail", "Rien ne presse : elles serviront quand un logement vous sera attribué."),
)


class ProofForm(forms.Form):
    """The document alone; the action says what is wrong with it."""

    file = forms.FileField(
        label="Votre nouveau document",
        required=False,
        allow_empty_file=True,
        help_text="PDF, ou photo JPEG ou PNG.",
    )
    use_required_attribute = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ACCEPT


class EmergencyForm(ProofForm):
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


def _context(actor, demand, *, problem: str = "", wrong_uid: str = "", dated: dict[int, DateForm] | None = None):
    rows, notice = queries.due(demand), queries.notice()
    for piece in (piece for row in rows for piece in row.pieces):
        piece.date_form = (dated or {}).get(piece.pk) or DateForm(piece=piece)
    return {
        "demand": demand,
        "groups": [(title, words, [row for row in rows if row.moment == moment]) for moment, title, words in GROUPS],
        "done": sum(row.state in ("accepted", "waiting") for row in rows if not row.optional),
        "total": sum(not row.optional for row in rows),
        "refused_rows": [r for r in rows if r.state == "refused"],
        "lapsed_rows": [r for r in rows if r.state == "lapsed"],
        "ending_rows": [r for r in rows if r.ends_within(notice)],
        "date_forms": list((dated or {}).values()),
        "accept": ACCEPT,
        "max_bytes": settings.DOCUMENT_MAX_BYTES,
        "situations": queries.told(demand),
        "upload_url": reverse("applicant:upload"),
        "blocks_url": reverse("spaces:upload_begin", args=[demand.pk]),
        "unfinished": unfinished(actor, demand, rows),
        "problem": problem,
        "wrong_uid": wrong_uid,
    }


@for_roles(Role.APPLICANT)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    demand = current_for(request.actor.person)
    if demand is None:
        return page(request, "applicant/documents_none.html")
    return page(request, "applicant/documents.html", _context(request.actor, demand))


@for_roles(Role.APPLICANT)
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    demand = current_for(request.actor.person)
    if demand is None:
        return go(request, "applicant:documents")
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        piece = give(request, form, demand)
        if piece is not None:
            messages.success(request, "Votre pièce est bien reçue.")
            return go(request, "applicant:documents")
    context = _context(request.actor, demand, problem=form.problem, wrong_uid=form.uid)
    return page(request, "applicant/documents.html", context, status=form.status)


@for_roles(Role.APPLICANT)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    return act(
        request,
        lambda: actions.withdraw(actor=request.actor, piece_id=pk),
        "La pièce est retirée de votre dossier.",
        "applicant:documents",
    )


@for_roles(Role.APPLICANT)
@require_POST
def date_piece(request: HttpRequest, pk: int) -> HttpResponse:
    """The date written on a document, so that its end is known before anybody checks it."""
    piece = queries.pieces(request.actor).select_related("demand").get(pk=pk)
    form = DateForm(request.POST, piece=piece)
    if form.is_valid():
        day = form.cleaned_data.get("day")
        if attempt(form, lambda: actions.date_piece(actor=request.actor, piece_id=pk, day=day)):
            messages.success(request, "La date est notée : vous serez prévenu avant la fin.")
            return go(request, "applicant:documents")
    return page(
        request, "applicant/documents.html", _context(request.actor, piece.demand, dated={pk: form}), status=422
    )


@for_roles(Role.APPLICANT)
@require_GET
def piece_file(request: HttpRequest, pk: int) -> HttpResponse:
    return send_file(queries.pieces(request.actor).get(pk=pk), request.actor)


@for_roles(Role.APPLICANT)
def emergency(request: HttpRequest) -> HttpResponse:
    demand = current_for(request.actor.person)
    if demand is None:
        return go(request, "applicant:documents")
    form = EmergencyForm(request.POST, request.FILES) if request.method == "POST" else EmergencyForm()
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


@for_roles(Role.APPLICANT)
def renew_situation(request: HttpRequest, pk: int) -> HttpResponse:
    """One recent document, and the same situation is asked again; without JavaScript a page of its own."""
    held = queries.recognitions(request.actor).select_related("decided_by").get(pk=pk)
    form = ProofForm(request.POST, request.FILES) if request.method == "POST" else ProofForm()
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form,
            lambda: actions.renew_recognition(actor=request.actor, recognition_id=pk, upload=taken(request)),
        )
        if done is not None:
            messages.success(
                request,
                "Votre document est transmis : la reconnaissance en cours compte jusqu’à la réponse ou à sa fin.",
            )
            return go(request, "applicant:documents")
    return page(
        request, "applicant/situation_renew.html", {"form": form, "held": held}, status=422 if form.errors else 200
    )


@for_roles(Role.APPLICANT)
@require_POST
def withdraw_situation(request: HttpRequest, pk: int) -> HttpResponse:
    return act(
        request,
        lambda: actions.withdraw_recognition(actor=request.actor, recognition_id=pk),
        "Votre signalement est retiré. Vous pourrez en faire un autre à tout moment.",
        "applicant:documents",
    )


urlpatterns = [
    path("pieces/", index, name="documents"),
    path("pieces/envoyer/", upload, name="upload"),
    path("pieces/urgence/", emergency, name="emergency"),
    path("pieces/situations/<int:pk>/renouveler/", renew_situation, name="renew_situation"),
    path("pieces/situations/<int:pk>/retirer/", withdraw_situation, name="withdraw_situation"),
    path("pieces/<int:pk>/fichier/", piece_file, name="piece_file"),
    path("pieces/<int:pk>/date/", date_piece, name="date_piece"),
    path("pieces/<int:pk>/retirer/", withdraw, name="withdraw_piece"),
]
