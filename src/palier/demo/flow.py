"""Reservations of the cast's landlord in Calvados: conventions, last year's flow, this year's, one balance signed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

from django.utils import timezone

from palier.accounts.models import Organisation
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.demo.bodies import Body, everyone
from palier.demo.playing import character, play
from palier.homes.models import Dwelling, Offer, Vacancy
from palier.law import flow
from palier.observatory.models import PastProfile
from palier.reservations.balances import sign_balance
from palier.reservations.models import Convention, Turn
from palier.reservations.queries import in_force, lines_of

DEPARTMENT = "14"
# Holder, contingent, percent of the flow, days to designate, whether a dwelling given back counts.
_CONVENTIONS = (
    ("etat-14", "state_priority", "25", 30, True),
    ("etat-14", "state_agents", "5", 30, True),
    ("holder", "action_logement", "20", 30, False),
    ("ville-14118", "authority", "15", 21, True),
)
# Dwellings let in a whole year; which of them is out of the flow, and why.
_YEARLY = 40
_OUT = {5: "transfer", 11: "renewal", 17: "first", 18: "first", 26: "transfer", 33: "sale"}


def begin(landlord: Organisation) -> dict[str, int]:
    """Conventions since January of last year; dwellings of both years as if each had had its turn."""
    today = clock.today()
    with acting(SYSTEM):
        if Convention.objects.filter(landlord=landlord).exists():
            return {}
        held = _conventions(landlord, date(today.year - 1, 1, 1))
        dwellings = list(
            Dwelling.objects.filter(landlord=landlord, commune__department=DEPARTMENT, financing__in=["PLAI", "PLUS", "PLS"], vacancies=None)
            .select_related("commune").order_by("pk")[: 2 * _YEARLY]
        )  # fmt: skip
        chance = Random(28)
        half = len(dwellings) // 2
        _past(landlord, dwellings[:half], date(today.year - 1, 1, 1), date(today.year - 1, 12, 20), chance)
        since_january = (today - date(today.year, 1, 1)).days * half // 365
        _past(landlord, dwellings[half : half + since_january], date(today.year, 1, 1), today, chance)
        open_now = _present(landlord, held)
        _leases(landlord, held)
        holder = _organisation("holder")
    play(character("sophie.bailleur"), sign_balance, holder_id=holder.pk, year=today.year - 1, department=DEPARTMENT)
    return {"conventions de réservation": len(held), "logements à désigner": open_now}


def _organisation(key: str) -> Organisation:
    body: Body = next(b for b in everyone() if b.key == key)
    return Organisation.objects.get(name=body.name, kind=body.kind)


def _conventions(landlord: Organisation, since: date) -> list[Convention]:
    made = []
    for key, contingent, percent, days, counts in _CONVENTIONS:
        holder = _organisation(key)
        made.append(
            Convention.objects.create(
                landlord=landlord, holder=holder, contingent=contingent, department_id=DEPARTMENT,
                commune=holder.commune if contingent == "authority" else None, percent=percent, designation_days=days,
                returned_counts=counts, valid_from=since, recorded_at=clock.now(),
            )
        )  # fmt: skip
    return made


def _past(landlord: Organisation, dwellings: list[Dwelling], first: date, last: date, chance: Random) -> None:
    """Each dwelling comes free in its turn and is let; a few are given back undesignated."""
    lines = lines_of(in_force(landlord.pk, DEPARTMENT, first, last))
    given: list[flow.Vacant] = []
    for n, dwelling in enumerate(dwellings):
        on = first + timedelta(days=(last - first).days * n // max(len(dwellings), 1))
        kind = _OUT.get(n, flow.FLOW)
        coming = flow.Vacant(n, dwelling.commune_id, on, kind=kind)
        rule = flow.next_turn(lines, given, coming, landlord=landlord.name)
        line = rule.line.key if kind in (flow.FLOW, flow.FIRST) else flow.LANDLORD
        back = bool(line) and chance.random() < 0.12
        let = on + timedelta(days=35 + chance.randint(0, 40)) <= clock.today()
        vacancy = Vacancy.objects.create(
            dwelling=dwelling, notice_on=on - timedelta(days=30), available_on=on, first_letting=kind == flow.FIRST,
            ended_on=min(on + timedelta(days=60), clock.today()), end_reason="let" if let else "withdrawn",
        )  # fmt: skip
        convention = Convention.objects.get(pk=line) if line else None
        turn = Turn.objects.create(
            vacancy=vacancy, landlord=landlord, holder=convention and convention.holder, convention=convention,
            called_id=rule.line.key or None if kind == flow.FLOW else None, kind=kind, on=on,
            state="own" if not convention else "returned" if back else "designated",
            due_at=convention and flow.due_at(_noon(on), convention.designation_days, timezone.get_default_timezone()),
            why=rule.text if kind == flow.FLOW else "Hors du flux.", given_back="Aucun candidat intéressé" if back else "",
        )  # fmt: skip
        given.append(
            flow.Vacant(
                n, dwelling.commune_id, on, kind=kind, line=line or None, state="open" if not convention else turn.state
            )
        )


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, 12))


def _present(landlord: Organisation, conventions: list[Convention]) -> int:
    """The landlord's offers of the day get the turn that they already have: their holder's, or its own."""
    by_holder = {(c.holder_id, c.contingent): c for c in conventions}
    made = 0
    offers = Offer.objects.filter(
        dwelling__landlord=landlord, dwelling__commune__department=DEPARTMENT, state__in=["published", "closed"]
    ).order_by("pk")
    for offer in offers:
        convention = by_holder.get((offer.holder_id, offer.contingent))
        due = convention and flow.due_at(
            offer.published_at, convention.designation_days, timezone.get_default_timezone()
        )
        Turn.objects.create(
            vacancy_id=offer.vacancy_id, landlord=landlord, holder=convention and convention.holder, convention=convention,
            called=convention, kind="flow", state="open" if convention else "own", on=timezone.localdate(offer.published_at),
            due_at=due, why=f"{convention.name} : le plus en retard sur sa part." if convention else "Le bailleur : le plus en retard sur sa part.",
        )  # fmt: skip
        made += bool(convention)
    return made


def _leases(landlord: Organisation, conventions: list[Convention]) -> None:
    """The households that past sessions housed, on the contingents of the conventions and in their shares."""
    keys = list(
        PastProfile.objects.filter(step="housed", commission__landlord=landlord, holder=None).order_by("pk").values_list("pk", flat=True)
    )  # fmt: skip
    Random(29).shuffle(keys)
    whole = len(keys)
    for convention in conventions:
        part, keys = (
            keys[: int(whole * float(convention.percent) / 100)],
            keys[int(whole * float(convention.percent) / 100) :],
        )
        PastProfile.objects.filter(pk__in=part).update(holder=convention.holder, contingent=convention.contingent)
