"""Swaps that a landlord may propose to its tenants who asked for a transfer, between them or with others' (`law.swaps`).

Reads only. The landlords of a swap read the same one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from palier.accounts.actor import Actor
from palier.common.isolation import as_system
from palier.demands.facts import from_form
from palier.demands.form import Form
from palier.demands.models import Demand
from palier.law import swaps as law
from palier.law.ceilings import ceiling_for
from palier.law.household import Household, size
from palier.law.income import reference_income
from palier.reviews.models import Tenancy
from palier.reviews.queries import tenancies_of
from palier.territories.models import Commune

_FINANCINGS = ("PLAI", "PLUS", "PLS")


@dataclass(frozen=True, slots=True)
class Move:
    """A tenant, what it asked, the dwelling it leaves and the one it would take."""

    tenancy: Tenancy
    demand: Demand
    to: Tenancy


@dataclass(frozen=True, slots=True)
class Proposed:
    """One swap. `gain`: rooms put right in all."""

    moves: tuple[Move, ...]
    gain: int
    text: str


def proposed(actor: Actor, on: date) -> list[Proposed]:
    """The swaps with a tenancy of the actor's landlord, the best first; the same few questions however many they are.

    A tenant counts when its account is known and it has a live transfer demand. Whoever's tax income is missing is under no
    ceiling that can be told: it is left out. A sheltered household is proposed by its own landlord alone.
    """
    held = {t.person_id: t for t in tenancies_of(actor).filter(_LIVE).order_by("pk")}
    own = {t.pk for t in held.values()}
    departments = {t.dwelling.commune.department_id for t in held.values()}
    demands = _transfers(held)
    with as_system("which dwelling another landlord's tenant would leave; its demand is read as any of the department"):
        others = _elsewhere(actor, departments)
    demands |= _transfers(others, sheltered=False)
    held = {person: tenancy for person, tenancy in others.items() if person in demands} | held
    places = dict(Commune.objects.order_by("code").values_list("code", "epci"))
    tenants = [_tenant(held[person], demand, places, on) for person, demand in demands.items()]
    by_key = {held[person].pk: (held[person], demand) for person, demand in demands.items()}
    return [
        Proposed(
            tuple(
                Move(*by_key[key], to=by_key[after][0])
                for key, after in zip(swap.keys, [*swap.keys[1:], swap.keys[0]], strict=True)
            ),
            swap.gain,
            swap.text,
        )
        for swap in law.swaps(tenants, on)
        if not own.isdisjoint(swap.keys)
    ]


_LIVE = Q(ended_on=None, person__isnull=False)


def _elsewhere(actor: Actor, departments: Collection[str]) -> dict[int, Tenancy]:
    """The other landlords' tenancies there whose household asked for a transfer, by person."""
    asked = Demand.objects.filter(state="active", transfer=True, sheltered=False).order_by().values("person")
    found = Tenancy.objects.filter(_LIVE, person__in=asked, dwelling__commune__department__in=departments)
    found = found.exclude(landlord=actor.organisation_id).select_related("dwelling__commune", "landlord").order_by("pk")
    return {tenancy.person_id: tenancy for tenancy in found}


def _transfers(people: Collection[int], **more: bool) -> dict[int, Demand]:
    """Of some people, the oldest live transfer demand of each."""
    found = Demand.objects.filter(person__in=people, state="active", transfer=True, **more)
    return {demand.person_id: demand for demand in found.order_by("-first_registered_on", "-pk")}


def _tenant(tenancy: Tenancy, demand: Demand, places: Mapping[str, str | None], on: date) -> law.Tenant:
    form, home = Form.from_json(demand.form), tenancy.dwelling
    around = {places[code] for code in form.wish.communes if places.get(code)} if form.wish.widened else set()
    household = from_form(form, demand, epcis=())
    return law.Tenant(
        key=tenancy.pk,
        people=size(household),
        type=home.type,
        commune=home.commune_id,
        financing=home.financing,
        communes=frozenset(form.wish.communes) | {code for code, epci in places.items() if epci in around},
        financings=frozenset(f for f in _FINANCINGS if _under(household, f, home.commune, on)),
        registered_on=demand.first_registered_on,
        adapted=home.adapted,
        needs_adapted=household.wish.adapted,
    )


def _under(household: Household, financing: str, commune: Commune, on: date) -> bool:
    income = reference_income(household, on).amount
    ceiling = ceiling_for(household, financing, zone=commune.ceiling_zone, rent_zone=commune.rent_zone, on=on)
    return income is not None and income <= ceiling.amount
