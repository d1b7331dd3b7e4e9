"""Putting the drawn rows in the database, a block at a time: an interrupted build goes on at the next block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import TypeVar

from palier.accounts.models import Organisation
from palier.common import clock
from palier.common.bulk import insert, renew_statistics
from palier.common.isolation import SYSTEM, acting
from palier.cotation import standings
from palier.cotation.models import Grid, Score
from palier.cotation.queries import grids_in_force, parsed
from palier.demands import facts
from palier.demands.form import Form
from palier.demands.models import Demand, DemandVersion
from palier.demands.models import Wish as WishRow
from palier.demo import bodies
from palier.demo.availability import channel_of
from palier.demo.chance import BLOCK
from palier.demo.past import past_offers
from palier.demo.population import DemandRow, demands
from palier.demo.scales import Scale
from palier.demo.stock import DwellingRow, dwellings, past_allocations
from palier.documents.kinds import AUTHORISED
from palier.documents.models import Recognition
from palier.homes.models import Dwelling, Offer, Vacancy
from palier.law import cotation, lasting
from palier.law.household import AUTHORITY, Household, Situation
from palier.observatory.models import PastAllocation, PastOffer

# Only a few households have asked a service to recognise their situation: its list stays one that people work through.
_ASKED_ONE_IN = 8
T = TypeVar("T")


def organisations() -> dict[str, Organisation]:
    """Key of a body → its organisation."""
    known = {(o.kind, o.name): o for o in Organisation.objects.order_by("pk")}
    return {b.key: known[b.kind, b.name] for b in bodies.everyone()}


def store_demands(scale: Scale) -> int:
    """Insert the demands that are not there yet, with their versions, wishes, recognitions and scores."""
    today = clock.today()
    with acting(SYSTEM):
        done = Demand.objects.filter(person=None).count() // BLOCK * BLOCK
        grids = grids_in_force(today)
        bodies_by_key = organisations()
    desks = {b.register_desk: bodies_by_key[b.key] for b in bodies.everyone() if b.register_desk}
    for block in _blocks(demands(scale.key, today=today, start=done)):
        with acting(SYSTEM):
            _store_block(block, today, grids, desks, bodies_by_key)
    return scale.demands


def _store_block(
    block: list[DemandRow], today: date, grids: dict[str, Grid], desks: dict[str, Organisation],
    bodies_by_key: dict[str, Organisation],
) -> None:  # fmt: skip
    now = clock.now()
    made = Demand.objects.bulk_create(
        Demand(
            number=r.number, register_code=r.register_code, department_id=r.department, desk=desks.get(r.desk),
            first_registered_on=r.first_registered_on, received_at=now - (today - r.first_registered_on),
            renewed_on=r.renewed_on, expires_on=r.expires_on, form=r.form, **r.columns,
        )
        for r in block
    )  # fmt: skip
    pairs = list(zip(made, block, strict=True))
    DemandVersion.objects.bulk_create(DemandVersion(demand=d, revision=1, at=d.received_at, form=d.form) for d in made)
    WishRow.objects.bulk_create(
        WishRow(demand=d, commune_id=code, rank=rank) for d, r in pairs for rank, code in enumerate(r.wishes, start=1)
    )
    Recognition.objects.bulk_create(
        _recognition(d, s, bodies_by_key[f"etat-{r.department}"]) for d, r in pairs for s in _kept(r)
    )
    households = [(d, r, _household(d, r)) for d, r in pairs]
    Score.objects.bulk_create(s for d, r, held in households for s in _scores(d, r, held, today, grids))
    if block[0].index == 0:
        # Planned for empty tables, the next statement reads the wishes once for each demand.
        renew_statistics()
    standings.keep([(d.pk, held) for d, _, held in households], today)
    standings.place([d.pk for d in made])


def _kept(row: DemandRow) -> list[Situation]:
    """The situations that a household may signal; those that no service has recognised, one in a few."""
    return [s for s in row.situations
            if s.code in AUTHORISED and (s.proof == AUTHORITY or row.index % _ASKED_ONE_IN == 0)]  # fmt: skip


def _recognition(demand: Demand, held: Situation, service: Organisation) -> Recognition:
    asked = demand.received_at
    if held.proof != AUTHORITY:
        return Recognition(demand=demand, situation=held.code, asked_at=asked)
    return Recognition(
        demand=demand, situation=held.code, state="recognised", asked_at=asked, decided_at=asked,
        decided_by=service, valid_from=demand.first_registered_on,
    )  # fmt: skip


def _scores(
    demand: Demand, row: DemandRow, household: Household, today: date, grids: dict[str, Grid]
) -> Iterator[Score]:
    for epci in row.epcis:
        if grid := grids.get(epci):
            rules = parsed(grid.source)
            result = cotation.score(rules, household, today, explain=False)
            yield Score(
                demand=demand, epci_id=epci, grid=grid, points=result.points, provisional=result.provisional,
                excluded=result.excluded, lines=None, demand_revision=1, computed_on=today,
                due_on=lasting.score_until(rules, household, today),
            )  # fmt: skip


def _household(demand: Demand, row: DemandRow) -> Household:
    held = tuple(s if s.proof == AUTHORITY else Situation(s.code, since=s.since) for s in _kept(row))
    return facts.from_form(Form.from_json(row.form), demand, epcis=row.epcis, situations=held)


def store_dwellings(scale: Scale) -> int:
    """Insert the dwellings that are not there yet."""
    with acting(SYSTEM):
        done = Dwelling.objects.count() // BLOCK * BLOCK
        owners = organisations()
    for block in _blocks(dwellings(scale.key, now=clock.now(), start=done)):
        with acting(SYSTEM):
            Dwelling.objects.bulk_create(_dwelling(r, owners[r.landlord]) for r in block)
    return scale.dwellings


def _dwelling(row: DwellingRow, owner: Organisation) -> Dwelling:
    return Dwelling(
        landlord=owner, reference=row.reference, address=row.address, postcode=row.postcode, commune_id=row.commune,
        kind=row.kind, type=row.type, surface=Decimal(str(row.surface)), floor=row.floor, lift=row.lift,
        step_free=row.step_free, adapted=row.adapted, energy_class=row.energy_class, financing=row.financing,
        qpv=row.qpv, built=row.built, parking=row.parking, latitude=row.latitude, longitude=row.longitude,
    )  # fmt: skip


def store_vacancies(scale: Scale) -> tuple[int, int]:
    """Insert what is empty and what of it is offered: (vacancies, offers). A dwelling that has an offer keeps it."""
    now = clock.now()
    count = offers = 0
    for block in _blocks(r for r in dwellings(scale.key, now=now) if r.vacancy):
        with acting(SYSTEM):
            known = Dwelling.objects.filter(reference__in=[r.reference for r in block]).exclude(
                pk__in=Vacancy.objects.filter(ended_on=None).values("dwelling")
            )
            at = {d.reference: d for d in known}
            rows = [r for r in block if r.reference in at]
            made = Vacancy.objects.bulk_create(
                Vacancy(dwelling=at[r.reference], notice_on=r.vacancy.notice_on, available_on=r.vacancy.available_on,
                        first_letting=r.vacancy.first_letting)
                for r in rows
            )  # fmt: skip
            holders = organisations()
            pairs = [(v, r) for v, r in zip(made, rows, strict=True) if r.vacancy.offer]
            Offer.objects.bulk_create(_offer(v, r, holders) for v, r in pairs)
        count, offers = count + len(made), offers + len(pairs)
    return count, offers


def _offer(vacancy: Vacancy, row: DwellingRow, holders: dict[str, Organisation]) -> Offer:
    offer = row.vacancy.offer
    return Offer(
        vacancy=vacancy, dwelling=vacancy.dwelling, state="published", rent=Decimal(str(row.rent)),
        charges=Decimal(str(row.charges)), contingent=offer.contingent, holder=holders.get(offer.holder),
        description=offer.description, published_at=offer.published_at, closes_at=offer.closes_at,
        confirmed_at=offer.confirmed_at, confirmed_via=channel_of(vacancy.dwelling.landlord_id), draw_seed=offer.draw_seed,
    )  # fmt: skip


def store_past_allocations(scale: Scale) -> int:
    """Insert the leases of past years."""
    count = 0
    for block in _blocks(past_allocations(scale.key, today=clock.today())):
        with acting(SYSTEM):
            PastAllocation.objects.bulk_create(
                PastAllocation(
                    signed_on=r.signed_on, commune_id=r.commune, type=r.type, financing=r.financing,
                    wait_days=r.wait_days, people=r.people, points=Decimal(str(r.points)), transfer=r.transfer,
                    priority=r.priority, first_quartile=r.first_quartile, qpv=r.qpv,
                )
                for r in block
            )  # fmt: skip
        count += len(block)
    return count


def store_past_offers(scale: Scale) -> int:
    """Insert the ended offers of past years, played."""
    count = 0
    for block in _blocks(past_offers(scale.key, today=clock.today())):
        with acting(SYSTEM):
            insert(
                PastOffer,
                (
                    PastOffer(
                        ended_on=r.ended_on, commune_id=r.commune, type=r.type, reserved=r.reserved, stood=r.stood,
                        left=r.left, proposed=r.proposed,
                    )
                    for r in block
                ),
            )  # fmt: skip
        count += len(block)
    return count


def _blocks(rows: Iterable[T]) -> Iterator[list[T]]:
    drawn = iter(rows)
    while block := list(islice(drawn, BLOCK)):
        yield block
