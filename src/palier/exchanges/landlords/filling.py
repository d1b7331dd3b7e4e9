"""Many rows done at once, with a result for each: one that is refused holds none of the others back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction

from palier.accounts.actor import Actor
from palier.accounts.models import Organisation
from palier.accounts.roles import OrganisationKind
from palier.common.errors import Refused
from palier.exchanges.landlords.rows import DwellingRow, Problem, Row, StatementRow, VacancyRow, checked, shown
from palier.homes import actions as homes
from palier.homes.models import AvailabilityStatement, Dwelling, Offer
from palier.homes.queries import own_offers
from palier.homes.states import LIVE
from palier.homes.stock import put_dwellings
from palier.law import products
from palier.law.freshness import AVAILABLE, Effect
from palier.reservations import actions as reservations
from palier.territories.queries import living_communes

HOLDERS = (OrganisationKind.STATE, OrganisationKind.ACTION_LOGEMENT, OrganisationKind.AUTHORITY)
# What an offer's kind is described by.
TERMS = tuple(homes.Terms.__annotations__)
Result = dict[str, Any]


def refused(number: int, reference: str, errors: Sequence[Problem]) -> Result:
    """The result of a row that was not done."""
    return {"row": number, "reference": reference, "outcome": "refused", "key": None, "errors": list(errors)}


def done(number: int, reference: str, outcome: str, key: int | None) -> Result:
    """The result of a row that was."""
    return {"row": number, "reference": reference, "outcome": outcome, "key": key, "errors": []}


def _sorted_out(
    model: type[Row], rows: Iterable[Mapping[str, Any]], name: str, *, once: bool = True
) -> tuple[list[tuple[int, Row]], list[Result]]:
    """The rows that can be read with their number, and the results of the others. `once`: a reference twice is refused."""
    good: list[tuple[int, Row]] = []
    bad: list[Result] = []
    seen: set[str] = set()
    for number, cells in enumerate(rows):
        row = checked(model, cells)
        told = shown(str(cells.get(name, "")))[:30]
        if isinstance(row, list):
            bad.append(refused(number, told, row))
        elif once and told in seen:
            bad.append(refused(number, told, [_twice(name)]))
        else:
            seen.add(told)
            good.append((number, row))
    return good, bad


def _twice(name: str) -> Problem:
    return {"field": name, "code": "row.twice", "message": "Cette référence est déjà plus haut dans le même envoi."}


def judge_dwellings(rows: Sequence[Mapping[str, Any]]) -> tuple[list[tuple[int, dict[str, Any]]], list[Result]]:
    """The dwellings that can be put, with their number, and the results of the others. Writes nothing."""
    good, results = _sorted_out(DwellingRow, rows, "reference")
    places = living_communes(row.commune for _, row in good)
    ready = []
    for number, row in good:
        values = row.model_dump()
        code = values.pop("commune")
        if code in places:
            ready.append((number, {**values, "commune_id": places[code]}))
        else:
            message = "Nous ne connaissons pas cette commune dans le territoire."
            results.append(
                refused(number, row.reference, [{"field": "commune", "code": "row.commune", "message": message}])
            )
    return ready, results


def dwellings(actor: Actor, rows: Sequence[Mapping[str, Any]]) -> list[Result]:
    """Add or correct dwellings."""
    ready, results = judge_dwellings(rows)
    put = put_dwellings(actor=actor, rows=[values for _, values in ready])
    for (number, values), (outcome, key) in zip(ready, put, strict=True):
        results.append(done(number, values["reference"], outcome, key))
    return sorted(results, key=lambda r: r["row"])


def judge_vacancies(
    actor: Actor, rows: Sequence[Mapping[str, Any]]
) -> tuple[list[tuple[int, VacancyRow, int]], list[Result]]:
    """The vacancies that can be declared, with their number and their dwelling's key, and the results of the others."""
    good, results = _sorted_out(VacancyRow, rows, "dwelling")
    mine = Dwelling.objects.filter(landlord=actor.organisation_id, reference__in=[r.dwelling for _, r in good])
    known = {
        reference: (pk, financing) for reference, pk, financing in mine.values_list("reference", "pk", "financing")
    }
    named = Organisation.objects.filter(pk__in={r.holder for _, r in good if r.holder}, kind__in=HOLDERS)
    holders = set(named.values_list("pk", flat=True))
    ready = []
    for number, row in good:
        key, financing = known.get(row.dwelling, (0, ""))
        if not key:
            results.append(refused(number, row.dwelling, [_unknown()]))
        elif row.product and (why := products.unsuited(row.product, financing)):
            problem = {"field": "product", "code": "offer.product_financing", "message": why}
            results.append(refused(number, row.dwelling, [problem]))
        elif row.holder is not None and row.holder not in holders:
            problem = {"field": "holder", "code": "offer.holder_unknown", "message": "Ce réservataire n’existe pas."}
            results.append(refused(number, row.dwelling, [problem]))
        else:
            ready.append((number, row, key))
    return ready, results


def vacancies(actor: Actor, rows: Sequence[Mapping[str, Any]], *, via: str = "system") -> list[Result]:
    """Declare dwellings empty, with their offers, published or not. `via`: file or system, as in a statement."""
    ready, results = judge_vacancies(actor, rows)
    offered = Offer.objects.filter(dwelling__in=[key for _, _, key in ready], state__in=LIVE)
    live = set(offered.values_list("dwelling_id", flat=True))
    for number, row, key in ready:
        outcome = "unchanged" if key in live else "created"
        results.append(attempted(number, row.dwelling, lambda o=outcome, k=key, r=row: (o, _offer(actor, k, r, via))))
    return sorted(results, key=lambda r: r["row"])


def _offer(actor: Actor, dwelling_id: int, row: VacancyRow, via: str) -> int:
    said = {
        "dwelling_id": dwelling_id, "available_on": row.available_on, "charges": row.charges,
        **{name: getattr(row, name) for name in TERMS}, "contingent": row.contingent, "holder_id": row.holder, "description": row.description,
    }  # fmt: skip
    if row.publish:
        return reservations.publish_as_said(actor=actor, departure=row.departure, via=via, **said).pk
    return homes.draft_offer(actor=actor, **said).pk


def statements(actor: Actor, rows: Sequence[Mapping[str, Any]]) -> list[Result]:
    """What a system says of dwellings, in any order: each is dated by its source."""
    good, results = _sorted_out(StatementRow, rows, "dwelling", once=False)
    last: dict[str, int] = {}
    offers = own_offers(actor).filter(dwelling__reference__in={r.dwelling for _, r in good}).order_by("pk")
    for reference, key in offers.values_list("dwelling__reference", "pk"):
        last[reference] = key
    for number, row in good:
        if row.dwelling not in last:
            results.append(refused(number, row.dwelling, [_unknown("Aucune offre de ce logement n’est connue.")]))
        else:
            results.append(
                attempted(number, row.dwelling, lambda r=row: (_say(actor, last[r.dwelling], r), last[r.dwelling]))
            )
    return sorted(results, key=lambda r: r["row"])


def _say(actor: Actor, offer_id: int, row: StatementRow) -> str:
    same = {"offer": offer_id, "organisation": actor.organisation_id, "says": row.says, "at": row.at, "via": "system"}
    already = AvailabilityStatement.objects.filter(**same).exists()
    said = homes.state_availability(actor=actor, offer_id=offer_id, says=row.says, stated_at=row.at, via="system")
    if already or said.effect == Effect.KNOWN and row.says != AVAILABLE:
        return "repeated"
    # Of an offer that ended later than this was true.
    return Effect.OLDER.value if said.effect == Effect.KNOWN else said.effect


def _unknown(message: str = "Ce logement n’est pas dans votre parc.") -> Problem:
    return {"field": "dwelling", "code": "row.unknown", "message": message}


def attempted(number: int, reference: str, act: Callable[[], tuple[str, int]]) -> Result:
    """Do one row in a savepoint of its own; a refusal is its result."""
    try:
        with transaction.atomic():
            outcome, key = act()
    except Refused as refusal:
        problem = {"field": refusal.field or "", "code": refusal.code, "message": refusal.message}
        return refused(number, reference, [problem])
    except ObjectDoesNotExist:
        return refused(number, reference, [_unknown()])
    return done(number, reference, outcome, key)
