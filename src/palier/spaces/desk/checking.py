"""Checking documents: the queue, one document with its decision, and the next one."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from palier.accounts.roles import Role
from palier.applications.queries import visible_to
from palier.common.pages import attempt, go, page
from palier.common.templatetags.palier_words import day
from palier.demands.form import Form
from palier.demands.words import people
from palier.documents import actions, queries
from palier.documents.kinds import REFUSALS, discreet_kind
from palier.documents.models import Piece
from palier.documents.sharing import ORIGINAL
from palier.spaces.access import for_roles
from palier.spaces.careful import CarefulText, remind
from palier.spaces.dates import DateForm
from palier.spaces.desk.files import send_file, send_page

CHECKERS = (Role.DESK, Role.LANDLORD, Role.RESERVATION_HOLDER)
READERS = (*CHECKERS, Role.SECRETARY)
PER_PAGE = 25
# Pages of a PDF drawn under one another; the rest is read in the document itself.
PICTURED = 6


class RefusalForm(forms.Form):
    """Why a document cannot be used."""

    code = forms.ChoiceField(
        label="Raison du refus",
        choices=list(REFUSALS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez la raison du refus."},
    )
    text = forms.CharField(
        label="Précision pour la personne",
        required=False,
        max_length=300,
        widget=CarefulText(2),
        help_text="Elle la lira telle quelle : dites ce qu’il faut corriger.",
    )
    use_required_attribute = False


@for_roles(Role.DESK)
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    shown = Paginator(queries.to_check(request.actor), PER_PAGE).get_page(request.GET.get("page"))
    for piece in shown:
        piece.holder = _name(piece)
    return page(request, "desk/pieces.html", {"shown": shown}, fragment="desk/pieces/_list.html")


@for_roles(*CHECKERS)
@require_GET
def piece(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, _one(request, pk), RefusalForm())


def _one(request: HttpRequest, pk: int) -> Piece:
    return queries.pieces(request.actor).select_related("demand").get(pk=pk)


def _show(request: HttpRequest, shown: Piece, form: RefusalForm, accept_form: DateForm | None = None) -> HttpResponse:
    _note(request, shown)
    accept_form = accept_form or DateForm(piece=shown)
    named = people(Form.from_json(shown.demand.form))
    context = {
        "piece": shown,
        "form": form,
        "accept_form": accept_form,
        "copy": request.actor.role not in ORIGINAL,
        "pictured": range(1, min(shown.pages, PICTURED) + 1),
        "who": named.get(shown.about, ""),
        "holder": _name(shown),
        "left": queries.to_check(request.actor).exclude(pk=shown.pk).count(),
    }
    return page(request, "desk/piece.html", context, status=422 if form.errors or accept_form.errors else 200)


@for_roles(*CHECKERS)
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    shown = _one(request, pk)
    form = DateForm(request.POST, piece=shown)
    if form.is_valid():
        done = attempt(form, lambda: actions.accept(actor=request.actor, piece_id=pk, **form.cleaned_data))
        if done is not None:
            until = f" Elle vaut jusqu’au {day(done.valid_until)}." if done.valid_until else ""
            messages.success(request, f"Pièce acceptée : {done.label}.{until}")
            return _next(request, done)
    return _show(request, shown, RefusalForm(), form)


@for_roles(*CHECKERS)
@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    form = RefusalForm(request.POST)
    if form.is_valid():
        done = attempt(form, lambda: actions.refuse(actor=request.actor, piece_id=pk, **form.cleaned_data))
        if done is not None:
            messages.success(request, "Pièce refusée : la personne en est informée et peut la remplacer.")
            remind(request, form.cleaned_data["text"])
            return _next(request, done)
    return _show(request, _one(request, pk), form)


@for_roles(*READERS)
@require_GET
def piece_file(request: HttpRequest, pk: int) -> HttpResponse:
    shown = _one(request, pk)
    response = send_file(shown, request.actor)
    _note(request, shown)
    return response


@for_roles(*CHECKERS)
@require_GET
def piece_page(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Part of the page of the document, whose opening is journaled already; asked for by itself, it is journaled too."""
    shown = _one(request, pk)
    response = send_page(shown, number, request.actor)
    if not queries.read_lately(request.actor, shown.demand, _what(shown)):
        _note(request, shown)
    return response


def _note(request: HttpRequest, shown: Piece) -> None:
    actions.note_reading(request, demand=shown.demand, what=_what(shown), why="Vérification des pièces")


def _what(shown: Piece) -> str:
    return f"pièce « {discreet_kind(shown.kind)} »"


def _next(request: HttpRequest, done: Piece) -> HttpResponse:
    """At a desk the queue goes on; elsewhere that of the household, then its file."""
    desk = request.actor.role == Role.DESK
    waiting = queries.to_check(request.actor)
    following = (waiting if desk else waiting.filter(demand=done.demand_id)).first()
    if following:
        return go(request, "desk:piece", following.pk)
    if desk:
        return go(request, "desk:pieces")
    file = visible_to(request.actor).filter(demand=done.demand_id).order_by("live_slot", "-pk").first()
    if file is None or request.actor.role != Role.LANDLORD:
        return go(request, "desk:piece", done.pk)
    return go(request, "landlord:file", file.pk)


def _name(shown: Piece) -> str:
    applicant = shown.demand.form["applicant"]
    return f"{applicant['first_names']} {applicant['last_name']}".strip()


urlpatterns = [
    path("pieces/", queue, name="pieces"),
    path("pieces/<int:pk>/", piece, name="piece"),
    path("pieces/<int:pk>/fichier/", piece_file, name="piece_file"),
    path("pieces/<int:pk>/page/<int:number>/", piece_page, name="piece_page"),
    path("pieces/<int:pk>/accepter/", accept, name="piece_accept"),
    path("pieces/<int:pk>/refuser/", refuse, name="piece_refuse"),
]
