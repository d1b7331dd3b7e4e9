"""The legal objectives followed by landlord and by reservation holder, and told at the moment of choosing (mission B8).

Read from the same rows as the statistics of commissions: households housed, without identity. The quartile of each was
worked out on the day of its lease from its declared resources per consumption unit (CCH L441-1): neither the tax income
of ceilings nor the monthly resources of the effort rate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q

from palier.accounts.actor import Actor
from palier.accounts.models import Organisation
from palier.accounts.roles import Role
from palier.common import clock
from palier.common.isolation import as_system
from palier.demands.facts import from_form
from palier.demands.form import Form
from palier.demands.models import Demand
from palier.documents.models import Recognition
from palier.homes.models import CONTINGENTS, Offer
from palier.law import codes
from palier.law.income import first_quartile
from palier.law.objectives import CHOICE, PRIORITY, Outlook, outlook
from palier.law.occupancy_review import quarter
from palier.law.secrecy import hidden, share
from palier.observatory.models import PastProfile
from palier.observatory.profiles import Asked, Objective, figure, objectives, quarters_of, shares
from palier.territories.queries import setting, settings

Key = tuple[bool, str, bool]


@dataclass(frozen=True, slots=True)
class Part:
    """One holder of a landlord, or one landlord of a holder. `leases`: None under the small numbers."""

    label: str
    note: str
    leases: int | None
    objectives: list[Objective]


@dataclass(frozen=True, slots=True)
class Followed:
    """`head`: what the parts are. `figures`: as the `chart` component takes them."""

    asked: Asked
    least: int
    head: str
    leases: int | None
    total: list[Objective]
    parts: list[Part]
    figures: list[dict[str, Any]]

    @property
    def empty(self) -> bool:
        return not self.parts


def followed(actor: Actor, asked: Asked) -> Followed:
    """A landlord's leases by holder; a holder's by landlord; an authority's territory by landlord."""
    reach, by_holder = _reach(actor)
    least, aims = setting("small_numbers", on=asked.until), shares(asked.until)
    with as_system("sums over households housed, kept without identity; small numbers are hidden"):
        rows = PastProfile.objects.filter(reach, step="housed", on__gte=asked.since, on__lte=asked.until)
        fields = ("holder", "contingent") if by_holder else ("commission__landlord",)
        held = rows.values_list(*fields, "on", "qpv", "quartile", "priority").annotate(Count("pk"))
        counts: dict[tuple[Any, ...], Counter[Key]] = {}
        over_time: dict[date, Counter[Key]] = {}
        for *group, on, qpv, quartile, priority, n in held.order_by(*fields, "on"):
            counts.setdefault(tuple(group), Counter())[qpv, quartile, priority] += n
            over_time.setdefault(quarter(on).first, Counter())[qpv, quartile, priority] += n
        names = Organisation.objects.in_bulk([group[0] for group in counts if group[0]])
    shown = hidden({group: found.total() for group, found in counts.items()}, least)
    parts = [
        Part(*_named(group, names, by_holder), leases=shown[group], objectives=objectives(found, aims, least))
        for group, found in counts.items()
    ]
    parts.sort(key=lambda part: (part.label, part.note))
    every = sum(over_time.values(), Counter())
    whole = every.total()
    return Followed(
        asked=asked,
        least=least,
        head="Réservataire" if by_holder else "Bailleur",
        leases=None if 0 < whole < least else whole,
        total=objectives(every, aims, least),
        parts=parts,
        figures=[_by_part(parts, by_holder), _over_time(over_time, asked, least)] if parts else [],
    )


def _reach(actor: Actor) -> tuple[Q, bool]:
    """The rows an actor may count, and whether they are told by holder."""
    body = actor.organisation
    if actor.role in (Role.LANDLORD, Role.SECRETARY):
        return Q(commission__landlord=actor.organisation_id), True
    if actor.role == Role.RESERVATION_HOLDER:
        return Q(holder=actor.organisation_id), False
    if actor.role == Role.AUTHORITY and body is not None:
        place = Q(commune__epci=body.epci_id) if body.epci_id else Q(commune__department__in=body.departments)
        return place, False
    return Q(pk__in=[]), False


def _named(group: tuple[Any, ...], names: dict[int, Organisation], by_holder: bool) -> tuple[str, str]:
    name = names[group[0]].name if group[0] else "Logements non réservés"
    return name, dict(CONTINGENTS)[group[1]] if by_holder and group[0] else ""


def _by_part(parts: Sequence[Part], by_holder: bool) -> dict[str, Any]:
    labels = [f"{part.label} ({part.note.lower()})" if part.note else part.label for part in parts]
    return figure(
        "parts", "Objectifs par réservataire" if by_holder else "Objectifs par bailleur", "Qui", labels,
        [(name, [_percents(part.objectives[n].reached) for part in parts]) for n, name in _SERIES], kind="hbar", unit="%",
        note="La loi demande au moins 25\u00a0% de chacun. Une part sans chiffre compte trop peu de baux.",
    )  # fmt: skip


def _over_time(found: dict[date, Counter[Key]], asked: Asked, least: int) -> dict[str, Any]:
    quarters = quarters_of(asked)

    def first(counts: Counter[Key]) -> float | None:
        among = sum(n for (qpv, known, _), n in counts.items() if not qpv and known)
        return share(sum(n for (qpv, known, _), n in counts.items() if not qpv and known == "first"), among, least)

    def priority(counts: Counter[Key]) -> float | None:
        return share(sum(n for (_, _, held), n in counts.items() if held), counts.total(), least)

    series = [
        (name, [_percents(measure(found.get(start, Counter()))) for start, _ in quarters])
        for (_, name), measure in zip(_SERIES, (first, priority), strict=True)
    ]
    return figure(
        "quarters",
        "Objectifs par trimestre",
        "Trimestre",
        [label for _, label in quarters],
        series,
        kind="line",
        unit="%",
    )


_SERIES = ((0, "Premier quartile, hors quartiers prioritaires"), (1, "Publics prioritaires"))


def _percents(value: float | None) -> float | None:
    return None if value is None else 100 * value


@dataclass(frozen=True, slots=True)
class Choice:
    """What a list under preparation does to the objectives. `marks`: demand → the groups it belongs to, in words."""

    outlooks: list[tuple[str, Outlook]]
    marks: dict[int, list[str]]


def at_choice(offer: Offer, demands: Sequence[Demand]) -> Choice:
    """Where the landlord and whoever designates stand this year, and which of the first candidates count.

    `demands`: those that may be sent, in order. The same few questions to the database however many they are.
    """
    today, place = clock.today(), offer.dwelling.commune
    rule = settings(_RULE, on=today, territory=place.epci_id or "")
    threshold = 0 if offer.dwelling.qpv else rule["first_quartile_income"]
    modest = {
        d.pk
        for d in demands
        if threshold and first_quartile(from_form(Form.from_json(d.form), d, epcis=()), threshold, today)
    }
    with as_system("whether a recognised situation makes a priority public, never which; sums over leases of the year"):
        priority = _priority([d.pk for d in demands], today)
        year = PastProfile.objects.filter(
            step="housed", on__year=today.year, commission__landlord=offer.dwelling.landlord_id
        )
        signed = list(
            year.filter(qpv=False, commune__epci=place.epci_id).exclude(quartile="").values_list("quartile", flat=True)
        )
        known = list(year.filter(holder=offer.holder_id).values_list("priority", flat=True))
    found = [
        (
            "Publics prioritaires",
            outlook(known, [bool(priority)], threshold=1, share=rule["priority_share"], least=rule["first_quartile_least"], aim=PRIORITY),
        )
    ]  # fmt: skip
    if not offer.dwelling.qpv:
        told = outlook(
            [quartile == "first" for quartile in signed], [bool(modest)], threshold=threshold,
            share=rule["first_quartile_share"], least=rule["first_quartile_least"], aim=CHOICE,
        )  # fmt: skip
        found.insert(0, (f"Premier quartile, {place.epci.name if place.epci else place.name}", told))
    marks = {
        d.pk: [*(["Premier quartile"] if d.pk in modest else []), *(["Public prioritaire"] if d.pk in priority else [])]
        for d in demands
    }
    return Choice(found, marks)


_RULE = ("first_quartile_income", "first_quartile_share", "first_quartile_least", "priority_share")


def _priority(demands: Sequence[int], on: date) -> set[int]:
    """Those with a recognised situation of the law's list in force on a day."""
    held = Recognition.objects.filter(
        demand__in=demands, state="recognised", situation__in=codes.PRIORITY_SITUATIONS, valid_from__lte=on
    ).filter(Q(valid_to=None) | Q(valid_to__gte=on))
    return set(held.values_list("demand", flat=True))
