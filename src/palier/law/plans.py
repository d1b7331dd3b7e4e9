"""Who is sent where when many dwellings are open at once, so that the same few households are not sent everywhere.

In the plain order, each dwelling sends its first candidates, whatever the others do. The joint plan looks at all of them:

1. as many dwellings as can be get a *first* household each, no household twice; among all such ways, the one that stays
   nearest to the orders (least sum of positions). Then no household is left without a dwelling while one ranked after it
   is first there: exchanging the two would have been nearer to the order.
2. the other files of each dwelling are filled by households that are first nowhere, as spread as can be;
3. files still free go to the following candidates in the plain order.

Quotas come before the number of households: as many of the firsts as the quota asks for, or a shortage that is said.
With `preferences`, firsts are found by deferred acceptance instead: no dwelling and no household that would both rather
have each other are kept apart (Gale and Shapley, 1962), at the price of fewer households sometimes.

The plan proposes; people decide. Every departure from the plain order has its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from palier.law.reasons import NOTE, Reason

Numbers = NDArray[numpy.float64]


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A dwelling to let. `order`: its candidates, first to last. `files`: how many are sent. `label`: in a few words."""

    key: str
    label: str
    order: tuple[str, ...]
    files: int = 1

    def position(self, household: str) -> int:
        """From 1."""
        return self.order.index(household) + 1


@dataclass(frozen=True, slots=True)
class Quota:
    """At least `least` of the firsts of these vacancies are for these households (CCH L441-1)."""

    label: str
    vacancies: frozenset[str]
    households: frozenset[str]
    least: int


@dataclass(frozen=True, slots=True)
class Departure:
    """A household passed over at a dwelling although one ranked after it is sent. `towards`: where it is sent instead."""

    vacancy: str
    household: str
    position: int
    reason: Reason
    towards: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """`sent`: vacancy → households in the plain order. `firsts`: vacancy → the household that it would house.

    `missing`: quota label → how many are lacking.
    """

    sent: Mapping[str, tuple[str, ...]]
    firsts: Mapping[str, str]
    departures: tuple[Departure, ...] = ()
    missing: Mapping[str, int] = field(default_factory=dict)

    @property
    def housed(self) -> int:
        """Households housed if each dwelling goes to its first and everybody accepts."""
        return len(set(self.firsts.values()))

    @property
    def reached(self) -> int:
        """Households whose file is sent somewhere."""
        return len({household for files in self.sent.values() for household in files})

    def files_of(self, household: str) -> tuple[str, ...]:
        """The vacancies where a household is sent."""
        return tuple(key for key, files in self.sent.items() if household in files)


def plain(vacancies: Sequence[Vacancy]) -> Plan:
    """Each dwelling by itself. Its first: the highest of its files whom no dwelling before it houses."""
    sent = {v.key: v.order[: v.files] for v in vacancies}
    firsts: dict[str, str] = {}
    for vacancy in vacancies:
        free = next((h for h in sent[vacancy.key] if h not in firsts.values()), None)
        if free is not None:
            firsts[vacancy.key] = free
    return Plan(sent, firsts)


def joint(
    vacancies: Sequence[Vacancy],
    quotas: Sequence[Quota] = (),
    preferences: Mapping[str, Sequence[str]] | None = None,
) -> Plan:
    """All dwellings together. `preferences`: household → vacancies, the most wished first; those left out come last.

    Raises ValueError when a vacancy or a candidate comes twice.
    """
    _check(vacancies)
    missing: dict[str, int] = {}
    if preferences is not None:
        firsts = _deferred(vacancies, preferences)
        missing = {q.label: short for q in quotas if (short := _short(q, firsts)) > 0}
    elif quotas:
        firsts, missing = _nearest_with_quotas(vacancies, quotas)
    else:
        chosen = _nearest(vacancies, {v.key: min(v.files, 1) for v in vacancies}, frozenset())
        firsts = {key: households[0] for key, households in chosen.items() if households}
    placed = frozenset(firsts.values())
    sent = {v.key: {firsts[v.key]} if v.key in firsts else set() for v in vacancies}
    others = _nearest(vacancies, {v.key: v.files - len(sent[v.key]) for v in vacancies}, placed)
    for key, households in others.items():
        sent[key].update(households)
    for vacancy in vacancies:
        for household in vacancy.order:
            if len(sent[vacancy.key]) >= vacancy.files:
                break
            sent[vacancy.key].add(household)
    ordered = {v.key: tuple(h for h in v.order if h in sent[v.key]) for v in vacancies}
    return Plan(ordered, firsts, tuple(_departures(vacancies, ordered, firsts)), missing)


def _check(vacancies: Sequence[Vacancy]) -> None:
    if len({v.key for v in vacancies}) != len(vacancies):
        raise ValueError("a vacancy comes twice")
    if any(len(set(v.order)) != len(v.order) for v in vacancies):
        raise ValueError("a candidate comes twice in one order")


def _nearest(vacancies: Sequence[Vacancy], seats: Mapping[str, int], placed: frozenset[str]) -> dict[str, list[str]]:
    """The most seats filled, one for each household outside `placed`; among those ways, the least sum of positions.

    A matching of the least weight between seats and households, where an empty seat weighs more than all positions.
    """
    open_to = [(v, [(h, at) for at, h in enumerate(v.order, start=1) if h not in placed]) for v in vacancies]
    columns = {h: n for n, h in enumerate(dict.fromkeys(h for _, order in open_to for h, _ in order))}
    names = list(columns)
    rows = [(v.key, order) for v, order in open_to for _ in range(seats[v.key])]
    empty = sum(max((at for _, at in order), default=0) for _, order in rows) + 1
    entries = [(row, columns[h], at) for row, (_, order) in enumerate(rows) for h, at in order]
    entries += [(row, len(names) + row, empty) for row in range(len(rows))]
    chosen: dict[str, list[str]] = {v.key: [] for v in vacancies}
    if not rows:
        return chosen
    lines, places, weights = zip(*entries, strict=True)
    graph = coo_array((numpy.array(weights, float), (lines, places)), shape=(len(rows), len(names) + len(rows)))
    for row, place in zip(*min_weight_full_bipartite_matching(graph.tocsr()), strict=True):
        if place < len(names):
            chosen[rows[row][0]].append(names[place])
    return chosen


def _nearest_with_quotas(
    vacancies: Sequence[Vacancy], quotas: Sequence[Quota]
) -> tuple[dict[str, str], dict[str, int]]:
    """One seat a vacancy: what quotas lack is least, then the most seats, then the least sum of positions.

    Quotas tie seats together, which a matching cannot hold: three linear programmes in whole numbers, each kept by the next.
    """
    pairs = [(v, h, at) for v in vacancies if v.files > 0 for at, h in enumerate(v.order, start=1)]
    count, width = len(pairs), len(pairs) + len(quotas)
    lists: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for place, (vacancy, household, _) in enumerate(pairs):
        lists.setdefault(("vacancy", vacancy.key), []).append((place, 1))
        lists.setdefault(("household", household), []).append((place, 1))
    rows: list[list[tuple[int, float]]] = list(lists.values())
    upper = [1.0] * len(rows)
    for n, quota in enumerate(quotas):
        within = [at for at, (v, h, _) in enumerate(pairs) if v.key in quota.vacancies and h in quota.households]
        rows.append([*((at, -1.0) for at in within), (count + n, -1.0)])
        upper.append(-quota.least)
    lack = numpy.repeat([0.0, 1.0], [count, len(quotas)])
    near = numpy.array([*(float(at) for *_, at in pairs), *(0.0 for _ in quotas)])
    bounds = Bounds(numpy.zeros(width), numpy.array([*(1.0 for _ in pairs), *(float(q.least) for q in quotas)]))
    solution = numpy.zeros(width)
    for aim in (lack, lack - 1.0, near):
        solution = _solved(aim, rows, upper, bounds)
        rows, upper = [*rows, list(enumerate(aim.tolist()))], [*upper, round(float(aim @ solution))]
    firsts = {pairs[at][0].key: pairs[at][1] for at in numpy.flatnonzero(solution[:count])}
    return firsts, {q.label: short for n, q in enumerate(quotas) if (short := int(solution[count + n]))}


def _solved(
    aim: Numbers, rows: Sequence[Sequence[tuple[int, float]]], upper: Sequence[float], bounds: Bounds
) -> Numbers:
    """The whole numbers that make `aim` least, exactly."""
    entries = [(row, at, value) for row, held in enumerate(rows) for at, value in held if value]
    lines, columns, values = (list(part) for part in zip(*entries, strict=True))
    matrix = coo_array((values, (lines, columns)), shape=(len(rows), len(aim))).tocsr()
    limits = LinearConstraint(matrix, -numpy.inf, numpy.array(upper, dtype=float))
    found = milp(aim, constraints=limits, bounds=bounds, integrality=[1] * len(aim), options={"mip_rel_gap": 0})
    if found.x is None:
        raise RuntimeError(f"no plan was found: {found.message}")
    solution: Numbers = numpy.round(found.x)
    return solution


def _deferred(vacancies: Sequence[Vacancy], preferences: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Deferred acceptance, households proposing; a dwelling keeps whom it ranks first."""
    place = {v.key: {h: n for n, h in enumerate(v.order)} for v in vacancies if v.files > 0}
    lists: dict[str, list[str]] = {}
    for vacancy in vacancies:
        for household in vacancy.order if vacancy.key in place else ():
            lists.setdefault(household, []).append(vacancy.key)
    for household, keys in lists.items():
        wished = {key: n for n, key in enumerate(preferences.get(household, ()))}
        keys.sort(key=lambda key: (wished.get(key, len(wished)), place[key][household]))
    firsts: dict[str, str] = {}
    asking = list(reversed(lists))
    while asking:
        household = asking.pop()
        if not lists[household]:
            continue
        key = lists[household].pop(0)
        held = firsts.get(key)
        if held is not None and place[key][held] < place[key][household]:
            asking.append(household)
            continue
        firsts[key] = household
        if held is not None:
            asking.append(held)
    return {v.key: firsts[v.key] for v in vacancies if v.key in firsts}


def _short(quota: Quota, firsts: Mapping[str, str]) -> int:
    return quota.least - sum(key in quota.vacancies and h in quota.households for key, h in firsts.items())


def _departures(
    vacancies: Sequence[Vacancy], sent: Mapping[str, tuple[str, ...]], firsts: Mapping[str, str]
) -> Iterable[Departure]:
    labels = {v.key: v for v in vacancies}
    first_at = {household: key for key, household in firsts.items()}
    files: dict[str, list[str]] = {}
    for key, households in sent.items():
        for household in households:
            files.setdefault(household, []).append(key)
    for vacancy in vacancies:
        kept = sent[vacancy.key]
        last = vacancy.position(kept[-1]) if kept else 0
        for position, household in enumerate(vacancy.order[:last], start=1):
            if household in kept:
                continue
            towards = tuple(files.get(household, ()))
            yield Departure(
                vacancy.key, household, position, _why(household, first_at.get(household), towards, labels), towards
            )


def _why(household: str, first_at: str | None, towards: tuple[str, ...], labels: Mapping[str, Vacancy]) -> Reason:
    if first_at is not None:
        other = labels[first_at]
        place = other.position(household)
        text = f"Proposé en premier pour {other.label}, où il est {_ordinal(place)} de la liste."
        return Reason("plan.first_elsewhere", text, NOTE, {"vacancy": first_at, "position": place})
    if towards:
        where = " et ".join(labels[key].label for key in towards)
        text = f"Son dossier est déjà transmis pour {where} : la place va à un ménage qui n’en a aucune."
        return Reason("plan.sent_elsewhere", text, NOTE, {"vacancies": list(towards)})
    return Reason("plan.quota", "Place réservée par un objectif légal à un ménage prioritaire ou du premier quartile.")


def _ordinal(place: int) -> str:
    return "premier" if place == 1 else f"{place}\u1d49"
