"""A reservation holder orders the candidates of the dwellings it holds and sends the first files."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from palier.accounts.roles import Role
from palier.applications import actions
from palier.applications.models import Application, Shortlist
from palier.applications.queries import latest_shortlist, lists_of, ranks, visible_to
from palier.common import clock
from palier.common.errors import Refused
from palier.common.pages import attempt, go, page
from palier.documents.actions import note_reading
from palier.employers.queries import contributing
from palier.homes import actions as homes
from palier.homes.models import Offer
from palier.homes.queries import candidate_counts
from palier.homes.states import OFFER
from palier.law.products import DIRECT
from palier.reservations import actions as turns
from palier.reservations.queries import open_turn, turns_of
from palier.spaces.access import for_roles
from palier.spaces.careful import CarefulText
from palier.spaces.dossier import candidacy
from palier.spaces.objectives import before_choosing
from palier.spaces.receipts import download


class GiveBackForm(forms.Form):
    reason = forms.CharField(
        label="Pourquoi rendez-vous ce logement ?", max_length=300, widget=CarefulText(2), help_text="Le bailleur lira ce motif.",
        error_messages={"required": "Dites pourquoi vous rendez ce logement."},
    )  # fmt: skip
    use_required_attribute = False


def _held(request: HttpRequest):
    return (
        Offer.objects.filter(holder=request.actor.organisation_id)
        .exclude(state="draft")
        .exclude(product__in=DIRECT)
        .select_related("dwelling__commune", "dwelling__landlord", "reserved_for")
        .order_by("closes_at", "pk")
    )


@for_roles(Role.RESERVATION_HOLDER)
def home(request: HttpRequest) -> HttpResponse:
    offers = list(_held(request).exclude(state__in=["let", "withdrawn"]))
    counts = candidate_counts([o.pk for o in offers])
    made = set(Shortlist.objects.filter(offer__in=offers).values_list("offer_id", flat=True))
    open_turns = {t.vacancy_id: t for t in turns_of(request.actor).filter(state="open")}
    offers.sort(
        key=lambda o: (
            o.vacancy_id not in open_turns,
            open_turns[o.vacancy_id].due_at if o.vacancy_id in open_turns else o.closes_at,
            o.pk,
        )
    )
    return page(
        request,
        "holder/home.html",
        {
            "rows": [
                {
                    "offer": o,
                    "candidates": counts.get(o.pk, 0),
                    "made": o.pk in made,
                    "state": OFFER.states[o.state],
                    "turn": open_turns.get(o.vacancy_id),
                }
                for o in offers
            ],
            "now": clock.now(),
        },
    )


class ReserveForm(forms.Form):
    """The company whose employees alone may have the dwelling; none gives it back to all."""

    company = forms.TypedChoiceField(
        label="Entreprise", required=False, coerce=int, empty_value=None,
        error_messages={"invalid_choice": "Choisissez une entreprise de la liste."},
    )  # fmt: skip
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = contributing(clock.today())
        self.fields["company"].choices = [("", "Toutes les entreprises cotisantes"), *((c.pk, c.name) for c in held)]


def _reserve_form(offer: Offer) -> ReserveForm | None:
    """Shown while it may still change: Action Logement's dwelling, for which nobody applied yet."""
    open_ = offer.contingent == "action_logement" and offer.state in ("published", "suspended")
    return (
        ReserveForm(initial={"company": offer.reserved_for_id}) if open_ and not candidate_counts([offer.pk]) else None
    )


@require_POST
@for_roles(Role.RESERVATION_HOLDER)
def reserve(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a dwelling to the employees of one company."""
    form = ReserveForm(request.POST)
    if form.is_valid():
        company = form.cleaned_data["company"]
        done = attempt(form, lambda: homes.reserve_for(actor=request.actor, offer_id=pk, company_id=company))
        if done is not None:
            messages.success(request, "La réservation est enregistrée.")
            return go(request, "holder:candidates", pk)
    return candidates(request, pk, reserve_form=form)


@for_roles(Role.RESERVATION_HOLDER)
def candidates(
    request: HttpRequest, pk: int, error: str = "", *, reserve_form: ReserveForm | None = None
) -> HttpResponse:
    offer = _held(request).get(pk=pk)
    applications = {a.pk: a for a in visible_to(request.actor).filter(offer=offer)}
    skipped = set(request.POST.getlist("skip"))
    rows = [
        {
            "application": applications[r.application_id], "rank": r, "skipped": str(r.application_id) in skipped,
            "why": request.POST.get(f"why-{r.application_id}", ""),
        }
        for r in ranks(pk)
        if r.application_id in applications
    ]  # fmt: skip
    lists = lists_of(offer)
    return page(
        request,
        "holder/candidates.html",
        {
            "offer": offer,
            "rows": rows,
            "error": error,
            "reserve_form": reserve_form or _reserve_form(offer),
            "turn": open_turn(offer),
            **lists,
            **before_choosing(offer, rows, lists),
        },
        status=422 if error or reserve_form else 200,
    )


@for_roles(Role.RESERVATION_HOLDER)
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    made = latest_shortlist(_held(request).get(pk=pk).pk)
    return download(made and made.receipt)


@require_POST
@for_roles(Role.RESERVATION_HOLDER)
def designate(request: HttpRequest, pk: int) -> HttpResponse:
    """Fix the order; `skip` and `why` per candidate record a departure from it."""
    offer = _held(request).get(pk=pk)
    skipped = {int(k) for k in request.POST.getlist("skip") if k.isdecimal()}
    departures = {k: request.POST.get(f"why-{k}", "").strip()[:300] for k in skipped}
    if not all(departures.values()):
        return candidates(request, pk, "Expliquez pourquoi vous écartez chaque candidat : la commission lira ce motif.")
    try:
        actions.make_shortlist(actor=request.actor, offer_id=offer.pk, departures=departures)
    except Refused as refusal:
        return candidates(request, pk, refusal.message)
    messages.success(request, "La liste est arrêtée et les premiers dossiers sont transmis au bailleur.")
    return go(request, "holder:candidates", pk)


@for_roles(Role.RESERVATION_HOLDER)
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The holder has nobody to designate: the dwelling goes back to its landlord at once, with the reason."""
    offer = _held(request).get(pk=pk)
    form = GiveBackForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        attempt(form, lambda: turns.give_back(actor=request.actor, offer_id=pk, **form.cleaned_data))
        if not form.errors:
            messages.success(request, "Le logement est rendu au bailleur, qui est prévenu.")
            return go(request, "holder:home")
    return page(request, "holder/give_back.html", {"form": form, "offer": offer}, status=422 if form.errors else 200)


@for_roles(Role.RESERVATION_HOLDER)
def file(request: HttpRequest, pk: int) -> HttpResponse:
    application: Application = visible_to(request.actor).get(pk=pk)
    note_reading(request, demand=application.demand, what="dossier", why="Désignation sur un logement réservé")
    return page(request, "holder/file.html", candidacy(application, request.actor))
