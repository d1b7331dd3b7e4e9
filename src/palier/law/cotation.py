"""The points of a demand under a territory's grid (CCH L441-2-8): every line, its value and its proof.

A grid is data (`grid_files`): families of criteria over a closed list of facts (`facts`). A criterion
that asks for a document counts provisionally until the document is checked; one that asks for a
recognition by a service counts only once recognised. The score orders; people decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from palier.law import codes
from palier.law.calendar import add_months, months_between
from palier.law.facts import BOOLEAN, FACTS, KNOWN, NUMBER, proof_of
from palier.law.grid import Criterion, Family, Grid, GridError, GridProblem, Test
from palier.law.grid_files import load_grid, parse_grid, shipped
from palier.law.household import AUTHORITY, PROOFS, Household
from palier.law.reasons import day, number, points

__all__ = [
    "FACTS", "Change", "Criterion", "Family", "Grid", "GridError", "GridProblem", "Line", "Score",
    "load_grid", "parse_grid", "score", "shipped",
]  # fmt: skip
ZERO = Decimal(0)
# What others read instead of a sensitive situation.
DISCREET = "Situation prioritaire"
_LEVEL = {level: place for place, level in enumerate(PROOFS)}


@dataclass(frozen=True, slots=True)
class Line:
    """A criterion that the household meets. `counted` points enter the total; `provisional` ones await a check.

    `value`: what the household's facts gave; `proof`: the proof reached; `required`: the one asked for.
    `sensitive`: shown as it stands to the household and to named services only; to others, `discreet`.
    """

    family: str
    criterion: str
    label: str
    points: Decimal
    value: Any
    proof: str
    required: str
    provisional: bool
    counted: bool
    text: str
    sensitive: bool = False

    @property
    def discreet(self) -> Line:
        """The same line for those who may not know a sensitive situation: its points, not what it is."""
        if not self.sensitive:
            return self
        label = DISCREET
        return replace(
            self, family="priority", criterion="priority", label=label, value=None, proof=AUTHORITY, required=AUTHORITY,
            provisional=False, text=f"{label} : {points(self.points)}.",
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in self.__slots__}
        plain["points"] = float(self.points)
        plain["value"] = list(self.value) if isinstance(self.value, tuple) else self.value
        return plain


@dataclass(frozen=True, slots=True)
class Change:
    """What would move the score: a recognition to obtain, a document to check, a day that will come."""

    criterion: str
    label: str
    points: Decimal
    text: str
    on: date | None = None

    def to_dict(self) -> dict[str, Any]:
        when = self.on.isoformat() if self.on else None
        return {
            "criterion": self.criterion,
            "label": self.label,
            "points": float(self.points),
            "text": self.text,
            "on": when,
        }


@dataclass(frozen=True, slots=True)
class Score:
    """`points`: the total; `provisional`: its part that still awaits a check. `excluded`: why not scored."""

    points: Decimal
    provisional: Decimal
    lines: tuple[Line, ...] = ()
    excluded: str = ""
    changes: tuple[Change, ...] = ()

    @property
    def discreet_lines(self) -> tuple[Line, ...]:
        """The lines for whoever may not know a dangerous situation: all that share the general word are one line.

        What does not count (yet) is left out: that somebody asked is nobody's business.
        """
        general = [line.discreet for line in self.lines if line.sensitive and line.counted]
        plain = [line for line in self.lines if not line.sensitive]
        if not general:
            return tuple(plain)
        total = sum((line.points for line in general), ZERO)
        merged = replace(general[0], points=total, text=f"{general[0].label} : {points(total)}.")
        place = next(n for n, line in enumerate(self.lines) if line.sensitive and line.counted)
        before = sum(not line.sensitive for line in self.lines[:place])
        return (*plain[:before], merged, *plain[before:])

    @property
    def what_would_change(self) -> tuple[Change, ...]:
        return self.changes

    def to_dict(self) -> dict[str, Any]:
        return {
            "points": float(self.points),
            "provisional": float(self.provisional),
            "excluded": self.excluded,
            "lines": [line.to_dict() for line in self.lines],
            "changes": [change.to_dict() for change in self.changes],
        }


class _Values:
    """The facts of one household, each computed once."""

    __slots__ = ("grid", "household", "known", "on")

    def __init__(self, grid: Grid, household: Household, on: date) -> None:
        self.grid, self.household, self.on = grid, household, on
        self.known: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self.known:
            value = KNOWN[name].compute(self.household, self.on, self.grid.place)
            if name == "seniority.months" and value is not None:
                value = max(value - _frozen_months(self.grid, self.household, self.on), 0)
            self.known[name] = value
        return self.known[name]


def score(grid: Grid, household: Household, on: date, explain: bool = True) -> Score:
    """The score of a demand under a grid on a day. `explain=False`: no sentences, no changes (mass scoring)."""
    values = _Values(grid, household, on)
    for exclusion in grid.excluded:
        if all(_holds(test, values[test.fact]) for test in exclusion.when):
            return Score(ZERO, ZERO, excluded=exclusion.label)
    if grid.applies_to != "all" and household.transfer != (grid.applies_to == "transfer"):
        return Score(ZERO, ZERO, excluded=reserved(grid))
    lines: list[Line] = []
    groups: list[tuple[Family, list[Line]]] = []
    for family in grid.families:
        found = [line for criterion in family.criteria if (line := _line(family, criterion, values, explain))]
        groups.append((family, found))
        lines += _mark_kept(family, found) if family.combine == "max" else found
    penalty = _penalty(grid, household, on)
    if penalty is not None:
        lines.append(penalty)
    extra = penalty.points if penalty else ZERO
    total = _total(grid, groups, extra)
    checked = _total(grid, [(f, [x for x in found if not x.provisional]) for f, found in groups], extra)
    changes = _changes(grid, groups, extra, total, values) if explain else ()
    return Score(total, total - checked, tuple(lines), "", changes)


def reserved(grid: Grid) -> str:
    """Why a demand of the other kind is not scored."""
    who = "mutations" if grid.applies_to == "transfer" else "premières demandes"
    return f"Cette grille est réservée aux {who}."


def _line(family: Family, criterion: Criterion, values: _Values, explain: bool) -> Line | None:
    for test in criterion.when:
        if not _holds(test, values[test.fact]):
            return None
    if criterion.any_of and not any(_holds(test, values[test.fact]) for test in criterion.any_of):
        return None
    value = values[criterion.fact]
    earned = _points(criterion, value)
    if not earned:
        return None
    proof = _proof(criterion, values)
    short = _LEVEL[proof] < _LEVEL[criterion.proof]
    counted = not short or criterion.until_proved == "provisional"
    return Line(
        family.key, criterion.key, criterion.label, earned, value, proof, criterion.proof,
        short and counted, counted, _words(criterion, value, earned, short, counted) if explain else "",
        criterion.sensitive,
    )  # fmt: skip


def _points(criterion: Criterion, value: Any) -> Decimal:
    if criterion.kind == "flat":
        return criterion.points
    if value is None:
        return ZERO
    if criterion.kind == "per_month":
        units = int(value) // criterion.every
        earned = units * criterion.points
        return earned if criterion.most is None else min(earned, criterion.most)
    if criterion.kind == "threshold_bonus":
        return criterion.points if criterion.above is not None and value > float(criterion.above) else ZERO
    exact = Decimal(str(value))
    return next((band.points for band in criterion.bands if band.below is None or exact < band.below), ZERO)


def _holds(test: Test, value: Any) -> bool:
    if value is None:
        return False
    if test.operator == "is":
        return bool(value == test.operand)
    if test.operator == "in":
        return value in test.operand
    if test.operator == "has_any":
        return any(item in test.operand for item in value)
    if test.operator == "at_least":
        return bool(value >= test.operand)
    if test.operator == "at_most":
        return bool(value <= test.operand)
    if test.operator == "above":
        return bool(value > test.operand)
    return bool(value < test.operand)


def _proof(criterion: Criterion, values: _Values) -> str:
    """The weakest proof among the facts that fired the criterion; for alternatives, the strongest that holds."""
    household, on = values.household, values.on
    levels = [proof_of(KNOWN[name], household, on) for name in criterion.facts]
    if criterion.any_of:
        true = [proof_of(KNOWN[t.fact], household, on) for t in criterion.any_of if _holds(t, values[t.fact])]
        levels.append(max(true, key=_LEVEL.__getitem__))
    return min(levels, key=_LEVEL.__getitem__, default=AUTHORITY)


def _mark_kept(family: Family, found: list[Line]) -> list[Line]:
    """Where the highest counts alone, the others stay visible and say so."""
    counted = [line for line in found if line.counted]
    best = max(counted, key=lambda line: line.points, default=None)
    why = "Dans cette rubrique, seul le critère le plus élevé compte."
    return [
        line
        if line is best or not line.counted
        else replace(line, counted=False, provisional=False, text=f"{line.text} {why}")
        for line in found
    ]


def _total(grid: Grid, groups: Sequence[tuple[Family, Sequence[Line]]], extra: Decimal) -> Decimal:
    total = extra
    for family, found in groups:
        earned = [line.points for line in found if line.counted]
        if not earned:
            continue
        got = max(earned) if family.combine == "max" else sum(earned, ZERO)
        total += got if family.cap is None else min(got, family.cap)
    if grid.total_cap is not None:
        total = min(total, grid.total_cap)
    return max(total, ZERO) if grid.refusal.floor else total


def _weighing(grid: Grid, household: Household, on: date) -> list[date]:
    """Days of the refusals that weigh: of adapted dwellings only (CCH L441-2-8), within the rule's months."""
    since = add_months(on, -grid.refusal.months)
    return [r.on for r in household.refusals if r.adapted and since < r.on <= on]


def _penalty(grid: Grid, household: Household, on: date) -> Line | None:
    rule = grid.refusal
    if rule.effect != "points":
        return None
    count = max(len(_weighing(grid, household, on)) - rule.free, 0)
    if not count:
        return None
    lost = count * rule.points
    lost = lost if rule.most is None else max(lost, rule.most)
    text = f"{count} refus d’un logement adapté depuis moins de {rule.months} mois : {points(lost)}."
    return Line(
        "refusal", "refusal", "Refus d’un logement adapté", lost, count, AUTHORITY, AUTHORITY, False, True, text
    )


def _frozen_months(grid: Grid, household: Household, on: date) -> int:
    """Months during which seniority stood still after refusals; overlapping freezes count once."""
    rule = grid.refusal
    if rule.effect != "freeze_seniority":
        return 0
    frozen, reached = 0, date.min
    for refused in sorted(r.on for r in household.refusals if r.adapted and r.on <= on)[rule.free :]:
        start, end = max(refused, reached), min(add_months(refused, rule.months), on)
        if end > start:
            frozen, reached = frozen + months_between(start, end), end
    return frozen


def _words(criterion: Criterion, value: Any, earned: Decimal, short: bool, counted: bool) -> str:
    text = f"{criterion.label} : {points(earned)}"
    fact = KNOWN[criterion.fact]
    if fact.kind == NUMBER and value is not None:
        text += f" ({_measure(value, fact.unit)})"
    elif fact.kind != BOOLEAN and isinstance(value, str):
        text += f" ({codes.label(fact.choices, value)})"
    if short:
        asked = "la vérification d’une pièce" if criterion.proof == "document" else "la reconnaissance par un service"
        text += (
            f". Compté à titre provisoire, dans l’attente de {asked}"
            if counted
            else f". Ne compte pas encore : il faut {asked}"
        )
    return f"{text}."


def _measure(value: float, unit: str) -> str:
    plural = "s" if abs(value) >= 2 and unit in ("an", "enfant", "personne") else ""
    return f"{number(value, 0 if float(value).is_integer() else 1)}\u00a0{unit}{plural}".rstrip()


def _changes(
    grid: Grid, groups: Sequence[tuple[Family, Sequence[Line]]], extra: Decimal, total: Decimal, values: _Values
) -> tuple[Change, ...]:
    changes = []
    for family, found in groups:
        for line in found:
            if line.counted and not line.provisional:
                continue
            if line.provisional:
                text = (
                    f"Déposez la pièce qui prouve « {line.label} » : sans elle, {points(line.points)} "
                    "peuvent être retirés."
                )
                changes.append(Change(line.criterion, line.label, ZERO, text))
                continue
            trial = [(f, [replace(x, counted=True) if x is line else x for x in held]) for f, held in groups]
            gain = _total(grid, trial, extra) - total
            if gain:
                changes.append(
                    Change(
                        line.criterion,
                        line.label,
                        gain,
                        f"Faites reconnaître « {line.label} » : {points(gain)} de plus.",
                    )
                )
        changes += _days_to_come(family, values)
    return tuple(changes)


def _days_to_come(family: Family, values: _Values) -> list[Change]:
    """The day on which a waiting threshold will be passed, as the grid stands."""
    start = values.household.registered_on
    out = []
    for criterion in family.criteria:
        if (
            criterion.kind != "threshold_bonus"
            or criterion.fact != "seniority.months"
            or start is None
            or criterion.above is None
        ):
            continue
        months = values["seniority.months"]
        if months > criterion.above or not all(_holds(t, values[t.fact]) for t in criterion.when):
            continue
        late = months_between(start, values.on) - months
        reached = add_months(start, int(criterion.above) + 1 + late)
        if reached > values.on:
            text = f"{criterion.label} : {points(criterion.points)} de plus à partir du {day(reached)}."
            out.append(Change(criterion.key, criterion.label, criterion.points, text, reached))
    return out
