"""One file sent to one row of documents, whole or by blocks, for every space."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.common.errors import Refused
from palier.common.pages import go, is_fragment
from palier.demands.models import Demand
from palier.demands.queries import visible_to
from palier.documents import actions, queries
from palier.documents.intake import FIELD, refused
from palier.documents.models import Piece, Upload
from palier.documents.store import NoRoom
from palier.spaces.access import for_roles

ACCEPT = ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"
SENDERS = (Role.APPLICANT, Role.DESK)
CUT, OUT_OF_PLACE, TOO_LONG, UNFIT, FULL = 400, 409, 413, 422, 507


class UploadForm(forms.Form):
    """What the file holds is judged by the action, not by its name. `sha256`: its blocks are here already."""

    file = forms.FileField(label="Votre fichier", required=False, allow_empty_file=True)
    kind = forms.CharField(widget=forms.HiddenInput, max_length=40)
    about = forms.CharField(widget=forms.HiddenInput, max_length=20)
    sha256 = forms.RegexField("^[0-9a-f]{64}$", required=False, widget=forms.HiddenInput)
    status = UNFIT

    @property
    def uid(self) -> str:
        """The row of the page this was sent from (`documents.queries.DueRow.uid`)."""
        return f"piece-{self.data.get('kind', '')}-{self.data.get('about', '')}"

    @property
    def problem(self) -> str:
        """The first thing wrong, for the row."""
        return next((str(words) for errors in self.errors.values() for words in errors), "")

    def about_whom(self) -> dict[str, str]:
        """What is asked and of whom, as `documents.actions.receive` takes it."""
        return {"kind": self.cleaned_data["kind"], "about": self.cleaned_data["about"]}


class AnnouncedForm(UploadForm):
    """A file whose blocks will follow."""

    sha256 = forms.RegexField("^[0-9a-f]{64}$")
    name = forms.CharField(max_length=1000)
    size = forms.IntegerField(min_value=0, max_value=2**31 - 1)


def taken(request: HttpRequest) -> UploadedFile | None:
    """The uploaded file; raises the refusal of one that was thrown away while it arrived."""
    if getattr(request, "oversized", "") == FIELD:
        raise refused("too_big")
    if getattr(request, "no_room", "") == FIELD:
        raise NoRoom
    return request.FILES.get(FIELD)


def give(request: HttpRequest, form: UploadForm, demand: Demand) -> Piece | None:
    """Put the form's file in the dossier; a refusal lands on the form, with the answer's status."""
    given = {"actor": request.actor, "demand": demand, **form.about_whom()}
    try:
        if form.cleaned_data["sha256"]:
            return actions.complete(sha256=form.cleaned_data["sha256"], **given)
        return actions.receive(upload=taken(request), **given)
    except Refused as refusal:
        form.add_error(FIELD if refusal.field == FIELD else None, refusal.message)
        form.status = FULL if isinstance(refusal, NoRoom) else UNFIT
        return None


def unfinished(actor: Actor, demand: Demand, rows: Iterable[queries.DueRow]) -> list[Upload]:
    """The files that the actor has begun to send, each with its row's name and the day until which it is kept."""
    words = {row.anchor: row.about_words for row in rows}
    found = list(queries.uploads(actor).filter(demand=demand))
    for upload in found:
        upload.words = words.get(upload.anchor, upload.label)
        upload.until = upload.last_at + timedelta(days=settings.UPLOAD_DAYS)
    return found


@for_roles(*SENDERS)
@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Announce a file for a demand; the answer says where its blocks go, and how much is held already."""
    demand = visible_to(request.actor).get(pk=pk)
    form = AnnouncedForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"message": form.problem}, status=UNFIT)
    given = {key: form.cleaned_data[key] for key in ("name", "size", "sha256")}
    try:
        upload = actions.begin(actor=request.actor, demand=demand, **given, **form.about_whom())
    except Refused as refusal:
        return JsonResponse({"message": refusal.message}, status=UNFIT)
    if upload is None:
        return JsonResponse({"received": given["size"]})
    return JsonResponse(
        {
            "received": upload.received,
            "block": settings.UPLOAD_BLOCK_BYTES,
            "url": reverse("spaces:upload_block", args=[upload.pk]),
            "cancel": reverse("spaces:upload_give_up", args=[upload.pk]),
        }
    )


@for_roles(*SENDERS)
@require_POST
def block(request: HttpRequest, pk: int) -> HttpResponse:
    """One block as the request's body, its place in the header Upload-Offset; the answer says what is held."""
    upload = queries.uploads(request.actor).get(pk=pk)
    status, message = 200, ""
    try:
        upload = actions.add_block(actor=request.actor, upload_id=pk, **_sent(request))
    except Refused as refusal:
        known = {NoRoom: FULL, actions.OutOfPlace: OUT_OF_PLACE, CutBlock: CUT}
        status, message = known.get(type(refusal), TOO_LONG), refusal.message
    return JsonResponse({"received": queries.held(upload), "message": message}, status=status)


class CutBlock(Refused):
    """The connection broke inside a block: none of it counts."""

    def __init__(self) -> None:
        super().__init__("documents.cut", "Ce bloc est arrivé incomplet. Envoyez-le de nouveau.")


def _sent(request: HttpRequest) -> dict[str, object]:
    length, offset = request.META.get("CONTENT_LENGTH", ""), request.headers.get("Upload-Offset", "")
    if not (length.isdecimal() and offset.isascii() and offset.isdecimal() and len(offset) < 11 and int(length)):
        raise CutBlock
    if int(length) > settings.UPLOAD_BLOCK_BYTES:
        raise Refused("documents.block", "Ce bloc est trop gros.")
    if len(request.body) != int(length):
        raise CutBlock
    return {"offset": int(offset), "block": request.body}


@for_roles(*SENDERS)
@require_POST
def give_up(request: HttpRequest, pk: int) -> HttpResponse:
    demand = actions.give_up(actor=request.actor, upload_id=pk)
    if is_fragment(request):
        return HttpResponse(status=204)
    messages.success(request, "L’envoi est annulé : ce qui était reçu du fichier est effacé.")
    if request.actor.role == Role.DESK:
        return go(request, "desk:dossier", demand.pk)
    return go(request, "applicant:documents")


urlpatterns = [
    path("demandes/<int:pk>/envois/", begin, name="upload_begin"),
    path("envois/<int:pk>/", block, name="upload_block"),
    path("envois/<int:pk>/annuler/", give_up, name="upload_give_up"),
]
