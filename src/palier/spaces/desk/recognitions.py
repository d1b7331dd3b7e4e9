"""Recognising emergencies: the same pages for a desk and the State's service, each for what it is authorised to say."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from palier.accounts.roles import Role
from palier.common.pages import attempt, go, page
from palier.documents import actions, queries
from palier.documents.models import Recognition
from palier.spaces.access import for_roles
from palier.spaces.careful import CarefulText

SERVICES = (Role.DESK, Role.RESERVATION_HOLDER)
PER_PAGE = 25


class RecogniseForm(forms.Form):
    """Until when the situation counts; without a date, until somebody says otherwise."""

    valid_to = forms.DateField(
        label="Valable jusqu’au",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Laissez vide si le justificatif n’a pas de date de fin.",
        error_messages={"invalid": "Indiquez une date qui existe."},
    )
    use_required_attribute = False


class RefuseForm(forms.Form):
    """Why it is not recognised, in words for the household."""

    reason = forms.CharField(
        label="Raison, telle que la personne la lira",
        max_length=300,
        widget=CarefulText(),
        error_messages={"required": "Expliquez la raison : la personne doit comprendre."},
    )
    use_required_attribute = False


def _space(request: HttpRequest) -> str:
    return "desk" if request.actor.role == Role.DESK else "holder"


@for_roles(*SERVICES)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    shown = Paginator(queries.to_recognise(request.actor), PER_PAGE).get_page(request.GET.get("page"))
    return page(request, "desk/recognitions.html", {"shown": shown, "space": _space(request)})


def _one(request: HttpRequest, pk: int) -> Recognition:
    return queries.recognitions(request.actor).select_related("demand", "piece", "decided_by").get(pk=pk)


def _show(request: HttpRequest, pk: int, yes: RecogniseForm, no: RefuseForm) -> HttpResponse:
    shown = _one(request, pk)
    why = "Reconnaissance d’une situation signalée"
    actions.note_reading(request, demand=shown.demand, what="situation signalée", why=why)
    applicant = shown.demand.form["applicant"]
    context = {
        "recognition": shown,
        "holder": f"{applicant['first_names']} {applicant['last_name']}".strip(),
        "yes": yes,
        "no": no,
        "space": _space(request),
        "former": queries.former(shown),
        "mine": queries.to_recognise(request.actor).filter(pk=pk).exists(),
    }
    return page(request, "desk/recognition.html", context, status=422 if yes.errors or no.errors else 200)


@for_roles(*SERVICES)
@require_GET
def recognition(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, pk, RecogniseForm(), RefuseForm())


@for_roles(*SERVICES)
@require_POST
def recognise(request: HttpRequest, pk: int) -> HttpResponse:
    form = RecogniseForm(request.POST)
    if form.is_valid():
        done = attempt(form, lambda: actions.recognise(actor=request.actor, recognition_id=pk, **form.cleaned_data))
        if done is not None:
            messages.success(request, "La situation est reconnue, la personne est informée.")
            return go(request, f"{_space(request)}:recognitions")
    return _show(request, pk, form, RefuseForm())


@for_roles(*SERVICES)
@require_POST
def refuse_recognition(request: HttpRequest, pk: int) -> HttpResponse:
    form = RefuseForm(request.POST)
    if form.is_valid():
        done = attempt(
            form, lambda: actions.refuse_recognition(actor=request.actor, recognition_id=pk, **form.cleaned_data)
        )
        if done is not None:
            messages.success(request, "La situation n’est pas reconnue : la personne lit la raison dans son espace.")
            return go(request, f"{_space(request)}:recognitions")
    return _show(request, pk, RecogniseForm(), form)


urlpatterns = [
    path("situations/", index, name="recognitions"),
    path("situations/<int:pk>/", recognition, name="recognition"),
    path("situations/<int:pk>/reconnaitre/", recognise, name="recognise"),
    path("situations/<int:pk>/refuser/", refuse_recognition, name="refuse_recognition"),
]
