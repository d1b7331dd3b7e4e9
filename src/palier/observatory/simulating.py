"""A proposed grid beside the one in force, over the whole register of a territory (docs/algorithms/simulation.md).

Asked by an authority for its own territory, carried out by the worker block after block, kept as sums: nobody can be
read in it. Started again after a crash it begins anew; a finished one never changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import numpy
import polars as pl
from django.db import connection
from numpy.typing import NDArray

from palier.accounts.actor import Actor
from palier.accounts.queries import territories
from palier.common import clock, ledger
from palier.common.errors import NotYours, Refused
from palier.common.isolation import as_system
from palier.cotation.models import Grid
from palier.cotation.queries import grids_in_force, parsed, scored_household
from palier.demands.models import Demand
from palier.law import columns, cotation, records, simulation
from palier.law.calendar import add_months
from palier.law.eligibility import OfferFacts
from palier.law.grid import GridError
from palier.law.keys import needs
from palier.law.simulation import Home, Objective, Seekers
from palier.observatory.models import PastAllocation, Simulation
from palier.territories.models import Epci
from palier.territories.queries import setting

BLOCK = 20_000
# A block takes a second: after this silence nobody works on it any more.
SILENCE = timedelta(minutes=2)
_WHY = "sums over a whole register leave no identity"

ledger.declare({"simulations.ask": {"agent": "Simulation d’une grille : {title}"}})


def ask(*, actor: Actor, epci: Epci, grid: Grid) -> Simulation:
    """Have a grid tried in a territory. The same text asked twice while it runs is one simulation."""
    if epci not in territories(actor):
        raise NotYours("one simulates one's own territory")
    current = grids_in_force(clock.today()).get(epci.pk)
    if current is None:
        raise Refused(
            "simulation.no_grid", "Aucune grille n’est en vigueur dans ce territoire : il n’y a rien à comparer."
        )
    if current.source == grid.source:
        raise Refused("simulation.same", "C’est la grille en vigueur : elle ne changerait rien.")
    running = Simulation.objects.filter(
        organisation=actor.organisation,
        epci=epci,
        source=grid.source,
        current=current.source,
        finished_at=None,
        trouble="",
    ).first()
    if running is not None:
        return running
    _read(grid.source)
    now = clock.now()
    made = Simulation.objects.create(
        organisation=actor.organisation, epci=epci, title=f"{grid.title}, version {grid.version}", source=grid.source,
        current_title=f"{current.title}, version {current.version}", current=current.source, asked_at=now, beat_at=now,
    )  # fmt: skip
    ledger.record(verb="simulations.ask", subject=made, actor=actor, data={"title": made.title})
    return made


def _read(source: str) -> None:
    try:
        parsed(source)
    except GridError as error:
        raise Refused("simulation.grid", f"Cette grille a une erreur : {error.problems[0]}") from error


def work(pk: int) -> None:
    """Carry a simulation to its end; a finished one is left as it is. An error is said on its page and raised."""
    try:
        _work(pk)
    except Exception:
        with as_system(_WHY):
            Simulation.objects.filter(pk=pk, finished_at=None).update(
                trouble="Le calcul s’est arrêté sur une erreur, signalée à l’exploitant. Relancez la simulation plus tard."
            )
        raise


def _work(pk: int) -> None:
    with as_system(_WHY):
        asked = Simulation.objects.select_related("epci").get(pk=pk)
        if asked.finished_at is not None:
            return
        total = _count(asked.epci_id)
        Simulation.objects.filter(pk=pk).update(total=total, done=0, trouble="", beat_at=clock.now())
    on = clock.today()
    blocks = []
    for block in _blocks(asked, on):
        blocks.append(block)
        with as_system(_WHY):
            done = sum(len(b.civility) for b in blocks)
            Simulation.objects.filter(pk=pk).update(done=min(done, total), beat_at=clock.now())
    if not blocks:
        with as_system(_WHY):
            Simulation.objects.filter(pk=pk).update(trouble="Aucune demande active ne souhaite ce territoire.")
        return
    with as_system(_WHY):
        result = _compare(asked, blocks, on)
        Simulation.objects.filter(pk=pk, finished_at=None).update(
            result=result, done=total, finished_at=clock.now(), beat_at=clock.now()
        )


@dataclass(frozen=True, slots=True)
class _Block:
    """Some demands under both grids, line by line."""

    traits: pl.DataFrame
    before: NDArray[numpy.int64]
    after: NDArray[numpy.int64]
    registered: NDArray[numpy.int64]
    opens: NDArray[numpy.int64]
    wishes: list[list[str]]
    civility: list[str]


def _count(epci: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT d.id) FROM demands_demand d JOIN cotation_outline o ON o.demand_id = d.id"
            " JOIN demands_wish w ON w.demand_id = d.id JOIN territories_commune c ON c.code = w.commune_id"
            " WHERE d.state = 'active' AND c.epci_id = %s",
            [epci],
        )
        return cursor.fetchone()[0]


_ROWS = """
    SELECT d.id, o.record, o.refused, d.first_registered_on, coalesce(d.form -> 'applicant' ->> 'civility', ''),
           o.opens, o.widened, w.codes, w.name
    FROM (SELECT w.demand_id, array_agg(w.commune_id ORDER BY w.rank) AS codes,
                 (array_agg(c.name ORDER BY w.rank))[1] AS name
          FROM demands_wish w JOIN territories_commune c ON c.code = w.commune_id
          WHERE c.epci_id = %(epci)s AND w.demand_id > %(after)s
          GROUP BY w.demand_id) w
    JOIN demands_demand d ON d.id = w.demand_id AND d.state = 'active'
    JOIN cotation_outline o ON o.demand_id = d.id
    ORDER BY d.id LIMIT %(most)s
"""


def _blocks(asked: Simulation, on: date) -> Iterator[_Block]:
    grids = [parsed(asked.current), parsed(asked.source)]
    after = 0
    while True:
        with as_system(_WHY):
            with connection.cursor() as cursor:
                cursor.execute(_ROWS, {"epci": asked.epci_id, "after": after, "most": BLOCK})
                rows = cursor.fetchall()
            if not rows:
                return
            refused = {key: scored_household(Demand.objects.get(pk=key), on=on) for key, _, flag, *_ in rows if flag}
        after = rows[-1][0]
        held = [bytes(row[1]) for row in rows]
        points = []
        for grid in grids:
            ready = columns.compiled(grid, on)
            steps = ready.totals(records.unpack(held, grid.place))["points"].to_numpy().astype(numpy.int64)
            for line, row in enumerate(rows):
                if row[0] in refused:
                    steps[line] = int(cotation.score(grid, refused[row[0]], on).points * ready.scale)
            points.append(steps)
        facts = records.unpack(held, grids[0].place).collect()
        months = facts.select(columns.months_since("registered", on)).to_series()
        civility = [row[4] for row in rows]
        yield _Block(
            simulation.traits(facts, months, civility, [row[8] for row in rows]),
            *points,
            numpy.array([row[3].toordinal() for row in rows], dtype=numpy.int64),
            numpy.array([row[5] for row in rows], dtype=numpy.int64),
            [["*"] if row[6] else row[7] for row in rows],
            civility,
        )


def _compare(asked: Simulation, blocks: Sequence[_Block], on: date) -> dict[str, Any]:
    epci = asked.epci_id
    least = setting("small_numbers", on=on)
    published = setting("first_quartile_income", on=on, territory=epci)
    rows = simulation.quartiles(pl.concat([b.traits for b in blocks]), published or None)
    before, after, registered = (
        numpy.concatenate([getattr(b, name) for b in blocks]) for name in ("before", "after", "registered")
    )
    orders = [simulation.ranked(points, registered) for points in (before, after)]
    seats = [simulation.places(order) for order in orders]
    homes, past = _past(asked.epci, on)
    seekers = _seekers(blocks, {home.place for home in homes})
    given = [simulation.let_again(homes, seekers, order) for order in orders]
    housed = [numpy.isin(numpy.arange(len(before)), [line for line in each if line is not None]) for each in given]
    enough = all(int(h.sum()) >= least for h in housed)
    moved = seats[0] - seats[1]
    told = simulation.groups(rows, seats[0], seats[1], least, (housed[0], housed[1]) if enough else None)
    return {
        "on": on.isoformat(),
        "demands": len(before),
        "hidden_under": least,
        "rise": float((moved >= simulation.MOVED).mean()),
        "fall": float((moved <= -simulation.MOVED).mean()),
        "groups": {dimension: [asdict(group) for group in found] for dimension, found in told.items()},
        "homes": len(homes),
        "since": add_months(on, -12 * setting("odds_years", on=on)).isoformat(),
        "housed": [int(h.sum()) for h in housed],
        "changed": int((housed[1] & ~housed[0]).sum()),
        "published_quartile": published,
        "objectives": [asdict(o) for o in _objectives(rows, homes, past, given, on, epci)] if enough else [],
    }


def _past(epci: Epci, on: date) -> tuple[list[Home], list[PastAllocation]]:
    since = add_months(on, -12 * setting("odds_years", on=on))
    past = list(
        PastAllocation.objects.filter(commune__epci=epci, signed_on__gt=since, signed_on__lte=on)
        .select_related("commune")
        .order_by("signed_on", "pk")
    )
    return [Home(p.commune_id, _needs(p), p.qpv) for p in past], past


def _needs(lease: PastAllocation) -> int:
    # Of a past lease the type and the financing are known: the rest of the home closes it to nobody.
    place = lease.commune
    return needs(
        OfferFacts(
            commune=place.pk, epci=place.epci_id or "", department=place.department_id, zone=place.ceiling_zone,
            type=lease.type, surface=0, financing=lease.financing, rent=0, step_free=True, rent_zone=place.rent_zone,
        )
    )  # fmt: skip


def _seekers(blocks: Sequence[_Block], communes: set[str]) -> Seekers:
    lines: dict[str, list[int]] = defaultdict(list)
    for line, codes in enumerate(code for block in blocks for code in block.wishes):
        for code in communes if codes == ["*"] else communes.intersection(codes):
            lines[code].append(line)
    opens = numpy.concatenate([b.opens for b in blocks])
    return Seekers(opens, {code: numpy.array(found, dtype=numpy.int64) for code, found in lines.items()})


def _objectives(
    rows: pl.DataFrame, homes: Sequence[Home], past: Sequence[PastAllocation], given: Sequence[Sequence[int | None]],
    on: date, epci: str,
) -> list[Objective]:  # fmt: skip
    modest = (rows["income"] == simulation.FIRST_QUARTILE).to_numpy()
    urgent = (rows["priority"] == simulation.PRIORITY).to_numpy()
    outside = [not home.qpv for home in homes]
    every = [True] * len(homes)

    def really(kept: Sequence[bool], field: str) -> float | None:
        held = [getattr(p, field) for p, k in zip(past, kept, strict=True) if k]
        return sum(held) / len(held) if held else None

    return [
        Objective(
            key, label, setting(f"{key}_share", on=on, territory=epci) / 100, really(kept, field),
            *(simulation.share(each, kept, member) for each in given),
        )
        for key, label, kept, field, member in (
            ("first_quartile", "Premier quart des revenus, hors quartiers prioritaires", outside, "first_quartile", modest),
            ("priority", "Publics prioritaires", every, "priority", urgent),
        )
    ]  # fmt: skip


def asleep() -> list[int]:
    """Those that nobody has worked on for a while."""
    with as_system(_WHY):
        quiet = Simulation.objects.filter(finished_at=None, trouble="", beat_at__lt=clock.now() - SILENCE)
        return list(quiet.order_by("pk").values_list("pk", flat=True))
