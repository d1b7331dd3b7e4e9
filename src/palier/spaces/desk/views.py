"""The desk's home and a dossier."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from palier.accounts.roles import Role
from palier.common import clock
from palier.common.pages import go, page
from palier.demands import acting
from palier.demands.form import Form
from palier.demands.models import Demand
from palier.demands.queries import visible_to
from palier.documents import actions, queries
from palier.employers.queries import job_of
from palier.exchanges.queries import to_mend
from palier.law import numbers
from palier.spaces.access import for_roles
from palier.spaces.applicant.demand_forms import STEPS
from palier.spaces.dossier import facts
from palier.spaces.standing import standing
from palier.spaces.story import events
from palier.spaces.uploads import ACCEPT, UploadForm, give, unfinished
from palier.territories.queries import search_key

WHY = "Suivi de la demande au guichet"
EVENTS_SHOWN = 12
FOUND_SHOWN = 20


class SearchForm(forms.Form):
    """A number, or a name with a birth date. Posted, so that neither stays in an address."""

    number = forms.CharField(label="Numéro unique", required=False, max_length=40)
    last_name = forms.CharField(label="Nom", required=False, max_length=80)
    birth_date = forms.DateField(
        label="Date de naissance",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Indiquez une date qui existe."},
    )
    use_required_attribute = False

    def clean(self):
        given = super().clean()
        if not given.get("number") and not (given.get("last_name") and given.get("birth_date")) and not self.errors:
            raise forms.ValidationError("Indiquez un numéro unique, ou un nom avec une date de naissance.")
        return given

    def clean_number(self) -> str:
        typed = self.cleaned_data["number"].strip()
        if not typed:
            return ""
        try:
            return str(numbers.parse(typed))
        except numbers.NumberError as error:
            raise forms.ValidationError(str(error)) from error


def _found(request: HttpRequest, given: dict) -> list[Demand]:
    mine = visible_to(request.actor)
    if given["number"]:
        found = mine.filter(number=given["number"])
    else:
        found = mine.filter(last_name_key=search_key(given["last_name"])[:80], birth_date=given["birth_date"])
    return list(found.order_by("state", "-first_registered_on", "pk")[:FOUND_SHOWN])


@for_roles(Role.DESK)
def home(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.POST if request.method == "POST" else None)
    found = None
    if request.method == "POST" and form.is_valid():
        found = _found(request, form.cleaned_data)
        for demand in found:
            demand.holder = _name(demand)
            demand.spaced = numbers.parse(demand.number).spaced
    context = {
        "form": form,
        "found": found,
        "counts": queries.counts(request.actor),
        "oldest": queries.to_check(request.actor).first(),
        "to_mend": to_mend(request.actor),
    }
    return page(request, "desk/home.html", context, status=422 if form.errors else 200)


@for_roles(Role.DESK)
@require_GET
def dossier(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, visible_to(request.actor).select_related("department", "person").get(pk=pk))


def _show(request: HttpRequest, demand: Demand, wrong: UploadForm | None = None) -> HttpResponse:
    actions.note_reading(request, demand=demand, what="dossier complet", why=WHY)
    form = Form.from_json(demand.form)
    rows = queries.due(demand, actor=request.actor)
    context = {
        "demand": demand,
        "holder": _name(demand),
        "number": numbers.parse(demand.number).spaced,
        "standing": standing(demand),
        "notices": demand.notices.select_related("by").order_by("-made_at", "-pk"),
        "sections": facts(demand, request.actor.reader),
        "steps": STEPS,
        "couple": form.coapplicant is not None,
        "mandates": acting.in_force(demand, clock.today()),
        "rows": rows,
        "done": sum(row.state in ("accepted", "waiting") for row in rows if not row.optional),
        "total": sum(not row.optional for row in rows),
        "recognitions": list(queries.recognitions(request.actor).filter(demand=demand)),
        "job": job_of(demand.person_id),
        "events": events(demand, "agent")[:EVENTS_SHOWN],
        "upload_url": reverse("desk:upload", args=[demand.pk]),
        "blocks_url": reverse("spaces:upload_begin", args=[demand.pk]),
        "unfinished": unfinished(request.actor, demand, rows),
        "accept": ACCEPT,
        "max_bytes": settings.DOCUMENT_MAX_BYTES,
        "problem": wrong.problem if wrong else "",
        "wrong_uid": wrong.uid if wrong else "",
    }
    return page(request, "desk/dossier.html", context, status=wrong.status if wrong else 200)


@for_roles(Role.DESK)
@require_POST
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """A document brought to the counter (« dossier unique », CCH R441-2-4-1)."""
    demand = visible_to(request.actor).select_related("department", "person").get(pk=pk)
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        piece = give(request, form, demand)
        if piece is not None:
            messages.success(request, "La pièce est jointe au dossier.")
            return go(request, "desk:dossier", pk)
    return _show(request, demand, form)


def _name(demand: Demand) -> str:
    applicant = demand.form["applicant"]
    return f"{applicant['first_names']} {applicant['last_name']}".strip()
