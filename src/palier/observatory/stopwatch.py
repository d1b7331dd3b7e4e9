"""Whose turn it is on each vacancy, what an empty dwelling costs, and the public delays of a quarter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Prefetch
from django.utils.timezone import localtime

from palier.accounts.actor import Actor
from palier.accounts.models import Organisation
from palier.accounts.roles import Role
from palier.applications.models import Application
from palier.common import clock
from palier.common.isolation import as_system
from palier.homes.models import Offer, Vacancy
from palier.law import stopwatch
from palier.law.calendar import add_months
from palier.law.products import choosable_from
from palier.law.stopwatch import Clock, Event, Owner
from palier.observatory.models import StepDelay
from palier.territories.queries import setting, settings

# Quarters kept and shown, the running one included.
QUARTERS = 5
# Who answers for a step: a commission is its landlord's; a household's silence has its own law.
ANSWERABLE = (Owner.LANDLORD, Owner.HOLDER, Owner.COMMISSION)


def delays_in(department: str, on: date) -> dict[str, int]:
    """The delays of a territory on a day, by setting."""
    return settings(stopwatch.DELAYS, on=on, territory=department)


@dataclass(frozen=True, slots=True)
class Empty:
    """An empty dwelling: the clock that runs, if any, and what it has cost. `answerable`: the organisation whose turn it is."""

    vacancy: Vacancy
    offer: Offer | None
    clock: Clock | None
    answerable: Organisation | None
    late: int
    days: int
    lost: Decimal | None

    @property
    def owner_words(self) -> str:
        """Who has to act, by name where it is an organisation."""
        if self.clock is None:
            return ""
        if self.clock.owner == Owner.HOUSEHOLD:
            return "le ménage"
        name = self.answerable.name if self.answerable else ""
        return f"commission de {name}" if self.clock.owner == Owner.COMMISSION else name


def empties(actor: Actor) -> list[Empty]:
    """The empty dwellings of a landlord, or those whose reservation a holder has; the latest first, then the emptiest."""
    return _empties(
        landlord=actor.organisation_id if actor.role == Role.LANDLORD else None,
        holder=actor.organisation_id if actor.role == Role.RESERVATION_HOLDER else None,
    )


def late_by_organisation() -> dict[int, list[Empty]]:
    """organisation → the vacancies that wait for it beyond the delay, the latest first. Asked by the worker."""
    found: dict[int, list[Empty]] = defaultdict(list)
    for one in _empties(landlord=None, holder=None):
        if one.late and one.answerable is not None:
            found[one.answerable.pk].append(one)
    return found


def _empties(*, landlord: int | None, holder: int | None) -> list[Empty]:
    today = clock.today()
    live = Offer.objects.exclude(state="withdrawn").select_related("holder").order_by("-pk")
    events = _events(landlord, holder, today)
    vacancies = (
        Vacancy.objects.filter(ended_on=None, pk__in=list(events))
        .select_related("dwelling__commune", "dwelling__landlord")
        .prefetch_related(Prefetch("offers", live, to_attr="live"))
        .order_by("pk")
    )
    found = [_empty(vacancy, events[vacancy.pk], today, delays) for vacancy, delays in _with_delays(vacancies, today)]
    return sorted(found, key=lambda one: (-one.late, -one.days, one.vacancy.pk))


def _with_delays(vacancies: Iterable[Vacancy], on: date) -> Iterator[tuple[Vacancy, dict[str, int]]]:
    known: dict[str, dict[str, int]] = {}
    for vacancy in vacancies:
        place = vacancy.dwelling.commune.department_id
        if place not in known:
            known[place] = delays_in(place, on)
        yield vacancy, known[place]


def _events(landlord: int | None, holder: int | None, since: date) -> dict[int, list[Event]]:
    """vacancy → its dated events, of the vacancies not ended before `since`."""
    found: dict[int, list[Event]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute("SELECT vacancy_id, what, at FROM palier_moments(%s, %s, %s)", [landlord, holder, since])
        for vacancy, what, at in cursor.fetchall():
            found[vacancy].append(Event(_local(at), what))
    return found


def _empty(vacancy: Vacancy, events: list[Event], today: date, delays: dict[str, int]) -> Empty:
    offer = vacancy.live[0] if vacancy.live else None
    runs = stopwatch.running(_clocks(offer, events, delays))
    days = max(0, (today - vacancy.available_on).days)
    return Empty(
        vacancy=vacancy,
        offer=offer,
        clock=runs,
        answerable=_answerable(runs, vacancy, offer),
        late=runs.late_days(today) if runs and runs.owner in ANSWERABLE else 0,
        days=days,
        lost=stopwatch.lost_rent(offer.rent, days) if offer and offer.rent else None,
    )


def _clocks(offer: Offer | None, events: list[Event], delays: dict[str, int]) -> list[Clock]:
    """The clocks of a vacancy, on the road of its offer."""
    if offer is None:
        return stopwatch.clocks(events, delays, reserved=False)
    if offer.published_at is not None:
        events = [*events, Event(_local(choosable_from(offer.terms, offer.published_at)), "choosable")]
    reserved = offer.holder_id is not None
    return stopwatch.clocks(events, delays, reserved=reserved, steps=stopwatch.road(offer.terms))


def _local(at: datetime) -> datetime:
    return localtime(at).replace(tzinfo=None)


def _answerable(runs: Clock | None, vacancy: Vacancy, offer: Offer | None) -> Organisation | None:
    if runs is None or runs.owner not in ANSWERABLE:
        return None
    return offer.holder if offer and runs.owner == Owner.HOLDER else vacancy.dwelling.landlord


def turn(application: Application, answer_by: date | None = None, *, held: bool = False) -> Clock | None:
    """Whose turn it is on an application, since when and until when; nobody's while another household holds the dwelling."""
    offer = application.offer
    if held:
        return None
    return stopwatch.of_application(
        application.state,
        localtime(application.state_at).date(),
        delays_in(offer.dwelling.commune.department_id, clock.today()),
        reserved=offer.holder_id is not None,
        closing=localtime(offer.closes_at).date(),
        answer_by=answer_by,
        product=offer.terms,
        choosable=localtime(choosable_from(offer.terms, offer.published_at)).date(),
    )


def keep_delays(today: date) -> int:
    """Count anew the delays of the last quarters, of every landlord and reservation holder; how many rows. By night."""
    first = add_months(stopwatch.quarter(today), -3 * (QUARTERS - 1))
    days: dict[tuple[int, date, str], list[int]] = defaultdict(list)
    with as_system("the delays of every organisation are counted, and no household"):
        events = _events(None, None, first)
        live = Offer.objects.exclude(state="withdrawn").order_by("-pk")
        every = (
            Vacancy.objects.filter(pk__in=list(events))
            .select_related("dwelling__commune")
            .prefetch_related(Prefetch("offers", live, to_attr="live"))
            .order_by("pk")
        )
        for vacancy, delays in _with_delays(every.iterator(chunk_size=2000), today):
            offer = vacancy.live[0] if vacancy.live else None
            for ran in _clocks(offer, events[vacancy.pk], delays):
                if ran.done_on and ran.done_on >= first and ran.owner in ANSWERABLE:
                    body = offer.holder_id if ran.owner == Owner.HOLDER else vacancy.dwelling.landlord_id
                    days[body, stopwatch.quarter(ran.done_on), ran.step.key].append(ran.days(today))
        least = setting("delays_least", on=today)
        StepDelay.objects.filter(quarter__gte=first).delete()
        StepDelay.objects.bulk_create(
            StepDelay(
                organisation_id=body, quarter=quarter, step=step,
                sample=found.sample, median=found.median, ninth=found.ninth,
            )
            for (body, quarter, step), took in sorted(days.items())
            for found in [stopwatch.spread(took, least)]
        )  # fmt: skip
    return len(days)


def published(quarter: date) -> list[StepDelay]:
    """The delays of a quarter, by organisation and in the order of the steps."""
    order = {step.key: n for n, step in enumerate(stopwatch.STEPS)}
    rows = StepDelay.objects.filter(quarter=quarter).select_related("organisation")
    return sorted(rows, key=lambda row: (row.organisation.name, row.organisation_id, order[row.step]))


def quarters() -> list[date]:
    """The quarters that have figures, the latest first."""
    return list(StepDelay.objects.order_by("-quarter").values_list("quarter", flat=True).distinct())
