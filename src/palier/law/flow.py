"""Reservations by yearly flow: the base, each holder's due, whose turn it is, until when, and the yearly balance.

A reservation is a share of the dwellings let in a year, no longer a list of dwellings (CCH R441-5). Each dwelling of the
base adds to the due of every convention that covers its commune the share it states, and the rest to the landlord; what
is due thus always adds up to the dwellings there were. The turn goes to whoever is furthest behind. `docs/algorithms/flow.md`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from fractions import Fraction
from typing import Any, TypeVar

from palier.law.parameters import parameter_set
from palier.law.reasons import day, listing, number

# The landlord's own line: what no convention reserves.
LANDLORD = 0
FLOW, FIRST = "flow", "first"
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Line:
    """One reservation of a convention: `percent` of the yearly flow, of one commune only when `place` names it.

    It holds from `since` until `until` excluded. `returned_counts`: whether a dwelling given back undesignated was its
    turn all the same, as the convention says.
    """

    key: int
    name: str
    percent: Fraction
    place: str = ""
    returned_counts: bool = True
    since: date = date.min
    until: date = date.max

    def covers(self, vacant: Vacant) -> bool:
        return self.place in ("", vacant.commune) and self.since <= vacant.on < self.until


@dataclass(frozen=True, slots=True)
class Vacant:
    """A dwelling that came free in the year. `kind`: flow, first (first letting) or the code of an exclusion.

    `line`: whose turn it was, None while nobody's. `state`: open, designated, returned or cancelled (it left the market);
    `let`: a lease was signed.
    """

    key: int
    commune: str
    on: date
    kind: str = FLOW
    line: int | None = None
    state: str = "open"
    let: bool = False


@dataclass(frozen=True, slots=True)
class Base:
    """A year's dwellings, each in one place: those the shares apply to, first lettings, those left out by code."""

    counted: tuple[Vacant, ...]
    first: tuple[Vacant, ...]
    excluded: Mapping[str, int]
    cancelled: int

    @property
    def total(self) -> int:
        return len(self.counted) + len(self.first) + sum(self.excluded.values()) + self.cancelled


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a line is: `due` dwellings so far, exact; those it `took`; `behind`: due less taken, below zero when ahead."""

    line: Line
    due: Fraction
    took: int

    @property
    def behind(self) -> Fraction:
        return self.due - self.took


@dataclass(frozen=True, slots=True)
class Turn:
    """Who designates for a dwelling, and why, in French. `standings`: every line that could, the chosen one first."""

    line: Line
    text: str
    standings: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the yearly balance. `objective` in dwellings; the other figures are dwellings too.

    `offered`: its turns; of them `let`, `returned` to the landlord, and `pending`. `first`: first lettings, apart.
    """

    line: Line
    objective: int
    took: int
    offered: int
    let: int
    returned: int
    pending: int
    first: int

    @property
    def late(self) -> int:
        """Dwellings missing to its objective."""
        return max(self.objective - self.took, 0)


def kind_of(*, financing: str, first_letting: bool, exclusion: str = "", on: date) -> str:
    """What a vacancy is for the flow. Raises ValueError for an exclusion that the law does not list on that day."""
    if financing == "LLI":
        return "intermediate"
    if exclusion:
        if exclusion not in exclusions(on):
            raise ValueError(f"{exclusion} is no exclusion of the flow")
        return exclusion
    return FIRST if first_letting else FLOW


def exclusions(on: date) -> dict[str, str]:
    """What the base leaves out: code → French label, in the order of the law's list."""
    return {row["code"]: row["label"] for row in _rule(on)["exclusions"]}


def base_of(vacancies: Iterable[Vacant]) -> Base:
    """Each dwelling in exactly one part, whatever the order given. Raises ValueError when one comes twice."""
    every = sorted(vacancies, key=lambda v: v.key)
    if len({v.key for v in every}) != len(every):
        raise ValueError("a vacancy comes twice")
    kept = [v for v in every if v.state != "cancelled"]
    out = Counter(v.kind for v in kept if v.kind not in (FLOW, FIRST))
    return Base(
        counted=tuple(v for v in kept if v.kind == FLOW),
        first=tuple(v for v in kept if v.kind == FIRST),
        excluded=dict(sorted(out.items())),
        cancelled=len(every) - len(kept),
    )


def dues(lines: Sequence[Line], dwellings: Iterable[Vacant]) -> dict[int, Fraction]:
    """line → dwellings due, exact; the landlord's included. They add up to the number of dwellings."""
    every = list(dwellings)
    found = {line.key: line.percent / 100 * sum(map(line.covers, every)) for line in lines}
    return {**found, LANDLORD: len(every) - sum(found.values(), Fraction(0))}


def largest_remainders(due: Mapping[K, Fraction], order: Sequence[K]) -> dict[K, int]:
    """Whole numbers that add up to the same total: the whole parts, then one more to the largest remainders.

    Equal remainders: the larger due first, then the order given. `due` adds up to a whole number.
    """
    total = sum(due.values(), Fraction(0))
    if total.denominator != 1:
        raise ValueError("what is due does not add up to a whole number")
    whole = {key: due[key].__floor__() for key in order}
    ranked = sorted(order, key=lambda key: (whole[key] - due[key], -due[key], order.index(key)))
    for key in ranked[: int(total) - sum(whole.values())]:
        whole[key] += 1
    return whole


def objectives(lines: Sequence[Line], dwellings: Iterable[Vacant]) -> dict[int, int]:
    """line → its objective in dwellings, the landlord's last; they add up to the number of dwellings."""
    return largest_remainders(dues(lines, dwellings), [*(line.key for line in lines), LANDLORD])


def took(line: Line, vacant: Vacant) -> bool:
    """Whether this dwelling of the flow counts as one that the line received; whatever no line took is the landlord's."""
    return vacant.line == line.key and (vacant.state != "returned" or line.returned_counts)


def standings(lines: Sequence[Line], vacancies: Iterable[Vacant], *, landlord: str) -> list[Standing]:
    """Every line, in the convention's order, the landlord's last. A dwelling that a line gave back uncounted is the landlord's."""
    counted = base_of(vacancies).counted
    owed = dues(lines, counted)
    rows = [Standing(line, owed[line.key], sum(took(line, v) for v in counted)) for line in lines]
    own = Line(LANDLORD, landlord, Fraction(100) - sum((line.percent for line in lines), Fraction(0)))
    return [*rows, Standing(own, owed[LANDLORD], len(counted) - sum(row.took for row in rows))]


def next_turn(lines: Sequence[Line], vacancies: Iterable[Vacant], coming: Vacant, *, landlord: str) -> Turn:
    """Who designates for the dwelling that comes free: whoever is furthest behind once it is counted.

    Equal delays: the larger share of the flow, then the order of the conventions; the landlord comes last.
    `vacancies`: the others of the same year.
    """
    held = [v for v in vacancies if v.key != coming.key]
    before = standings(lines, held, landlord=landlord)
    owed = dues(lines, [*base_of(held).counted, coming])
    rows = [Standing(row.line, owed[row.line.key], row.took) for row in before if row.line.covers(coming)]
    rank = {row.line.key: n for n, row in enumerate(rows)}
    rows.sort(key=lambda row: (-row.behind, row.line.key == LANDLORD, -row.line.percent, rank[row.line.key]))
    return Turn(rows[0].line, _why(rows), tuple(rows))


def _why(rows: Sequence[Standing]) -> str:
    first = rows[0]
    own = "hors conventions" if first.line.key == LANDLORD else f"{_number(first.line.percent)}\u00a0% du flux"
    had = f"{first.took} reçu{'s' if first.took > 1 else ''}"
    come = "reviennent" if first.due >= 2 else "revient"
    words = f"{first.line.name} ({own}) : {_dwellings(first.due)} lui {come} avec celui-ci, {had}"
    equal = [row.line.name for row in rows[1:] if row.behind == first.behind]
    if equal:
        return f"{words}. À égalité avec {listing(equal)} : la plus grande part passe d’abord, puis l’ordre des conventions."
    return (
        f"{words}. C’est le plus en retard sur sa part." if first.behind > 0 else f"{words}. C’est le moins en avance."
    )


def _dwellings(value: Fraction) -> str:
    text = _number(value)
    return f"{text} logement{'s' if value >= 2 else ''}"


def _number(value: Fraction) -> str:
    exact = float(value)
    return number(exact, 0 if value.denominator == 1 else 1)


def share_out(lines: Sequence[Line], lot: Sequence[Vacant], *, landlord: str) -> dict[int, int]:
    """A proposal for the first letting of a building: dwelling → line, each dwelling once.

    `lot`: its dwellings in an order that mixes nothing: by type, then floor. Taken in turn, each type is then shared out as
    the whole is. Parties negotiate from there; what they agree is recorded, and stays out of the flow.
    """
    given: list[Vacant] = []
    for vacant in lot:
        coming = replace(vacant, kind=FLOW)
        turn = next_turn(lines, given, coming, landlord=landlord)
        given.append(replace(coming, line=turn.line.key, state="designated"))
    return {v.key: v.line or LANDLORD for v in given}


def due_at(opened: datetime, days: int, zone: tzinfo) -> datetime:
    """The last instant at which a holder may designate: the end of the last day, counted from the day after it was opened."""
    last = opened.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(last, time(23, 59, 59), zone)


def balance(lines: Sequence[Line], vacancies: Iterable[Vacant], *, landlord: str) -> list[Row]:
    """A year told line by line, the landlord's last. Every dwelling of the base is offered to one line and to one only."""
    held = base_of(vacancies)
    aims = objectives(lines, held.counted)
    keys = frozenset(line.key for line in lines)
    return [_row(row, aims[row.line.key], held, keys) for row in standings(lines, held.counted, landlord=landlord)]


def _row(row: Standing, objective: int, held: Base, keys: frozenset[int]) -> Row:
    """`let` follows who designated in the end: a dwelling given back is let by the landlord."""

    def of(vacancies: Iterable[Vacant]) -> list[Vacant]:
        return [v for v in vacancies if (v.line if v.line in keys else LANDLORD) == row.line.key]

    mine = of(held.counted)
    given_back = [v for v in (held.counted if row.line.key == LANDLORD else ()) if v.state == "returned"]
    return Row(
        line=row.line,
        objective=objective,
        took=row.took,
        offered=len(mine),
        let=sum(v.let for v in [*(v for v in mine if v.state != "returned"), *given_back]),
        returned=sum(v.state == "returned" for v in mine),
        pending=sum(not v.let and v.state != "returned" for v in mine),
        first=len(of(held.first)),
    )


def balance_due(year: int) -> date:
    """The day before which the balance of a year is sent to each holder."""
    following = date(year + 1, 1, 1)
    month, last = _rule(following)["balance_due"]
    return date(year + 1, month, last)


@dataclass(frozen=True, slots=True)
class Share:
    """A reservation as the limits of the law see it. `contingent`: as `homes` names it."""

    contingent: str
    percent: Fraction
    place: str = ""


def objections(shares: Iterable[Share], on: date) -> list[str]:
    """Why these conventions cannot hold together on a day, in French; none when they can (CCH R441-5)."""
    held, rule = list(shares), _rule(on)
    found = []
    state = sum((s.percent for s in held if s.contingent in ("state_priority", "state_agents")), Fraction(0))
    agents = sum((s.percent for s in held if s.contingent == "state_agents"), Fraction(0))
    if state > rule["state_most"]:
        found.append(f"L’État ne peut avoir plus de {rule['state_most']}\u00a0% du flux : {_number(state)}\u00a0% ici.")
    if agents > rule["agents_most"]:
        found.append(f"Dont au plus {rule['agents_most']}\u00a0% pour ses agents : {_number(agents)}\u00a0% ici.")
    general = sum((s.percent for s in held if not s.place), Fraction(0))
    for place in sorted({s.place for s in held}):
        total = general + sum((s.percent for s in held if place and s.place == place), Fraction(0))
        if total > 100:
            found.append(f"Les parts réservées dépassent le flux : {_number(total)}\u00a0% au total.")
            break
    return found


def notices(shares: Iterable[Share], on: date) -> list[str]:
    """What is unusual without being forbidden."""
    usual = _rule(on)["authorities_usual"]
    total = sum((s.percent for s in shares if s.contingent == "authority"), Fraction(0))
    return (
        [f"Collectivités : {_number(total)}\u00a0% du flux, au-delà des {usual}\u00a0% d’usage."]
        if total > usual
        else []
    )


def designation_days(on: date) -> int:
    """Days left to a holder when its convention says nothing else."""
    return int(_rule(on)["designation_days"])


def told_until(due: datetime, zone: tzinfo) -> str:
    """« jusqu’au 4 décembre 2026 inclus »."""
    return f"jusqu’au {day(due.astimezone(zone).date())} inclus"


def _rule(on: date) -> dict[str, Any]:
    return parameter_set("flow", on=on).values
