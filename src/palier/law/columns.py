"""The same scores for millions of demands at once: a grid compiled to expressions over columns of facts.

`law.cotation.score` is the definition, one household at a time with its explanation; this module gives the same points
and provisional points for every row, and the two are compared on random grids and households. Points are whole numbers
of the grid's smallest step (`Compiled.scale` of them make a point), so no rounding can part them.

A frame has one row per demand: a column per fact of `facts.FACTS`, `proof.<section>` and `proof.<situation>` for the
level reached (0 declared, 1 document, 2 authority), `registered.month` and `registered.day`, and `refusals`, the days of the refusals of an
adapted dwelling. Codes are kept as their place in the list of `codes`, several codes as the bits of one number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from operator import add, and_, or_
from typing import Any

import polars as pl

from palier.law import codes
from palier.law.calendar import add_months, months_between
from palier.law.cotation import reserved
from palier.law.facts import BOOLEAN, CODE, CODES, FACTS, Fact, Setting, proof_of
from palier.law.grid import Criterion, Family, Grid, Test
from palier.law.household import AUTHORITY, DECLARED, PROOFS, SECTIONS, Household

LEVEL = {level: place for place, level in enumerate(PROOFS)}
STEPS = pl.Int32
SENIORITY = "seniority.months"
_PLACES = {name: {code: at for at, (code, _) in enumerate(choices)} for name, choices in codes.LISTS.items()}


def _proof_column(fact: Fact) -> str:
    return f"proof.{fact.situation or fact.section}"


def schema() -> dict[str, Any]:
    """Column → type."""
    kinds = {BOOLEAN: pl.Boolean, CODE: pl.UInt8, CODES: pl.UInt32}
    return {
        **{name: kinds.get(fact.kind, pl.Float64) for name, fact in FACTS.items() if name != SENIORITY},
        **{f"proof.{section}": pl.UInt8 for section in SECTIONS},
        **{_proof_column(fact): pl.UInt8 for fact in FACTS.values() if fact.situation},
        # The day of the first registration, as months since year 0 and a day: dates are slow to take apart.
        "registered.month": STEPS,
        "registered.day": pl.UInt8,
        "refusals": pl.List(pl.Date),
    }


def frame(households: Iterable[Household], on: date, place: Setting) -> pl.DataFrame:
    """The facts of households on a day, as a grid of that place reads them."""
    return pl.DataFrame([row(h, on, place) for h in households], schema=schema(), orient="row")


def row(household: Household, on: date, place: Setting) -> list[Any]:
    """The values of `schema` for one household."""
    facts = [_stored(fact, fact.compute(household, on, place)) for name, fact in FACTS.items() if name != SENIORITY]
    sections = [LEVEL[household.proofs.get(section, DECLARED)] for section in SECTIONS]
    situations = [LEVEL[proof_of(fact, household, on)] for fact in FACTS.values() if fact.situation]
    refused = sorted(r.on for r in household.refusals if r.adapted)
    since = household.registered_on
    registered = [since.year * 12 + since.month, since.day] if since else [None, None]
    return [*facts, *sections, *situations, *registered, refused]


def _stored(fact: Fact, value: Any) -> Any:
    if fact.kind == CODE:
        return _PLACES[fact.choices].get(value)
    if fact.kind == CODES:
        return sum(1 << _PLACES[fact.choices][code] for code in set(value) if code in _PLACES[fact.choices])
    return value


@dataclass(frozen=True, slots=True)
class Compiled:
    """`points`, `provisional`: whole steps, `scale` to a point. `excluded`: 0 when scored, else the place of its reason.

    More than one of them is worked out in two passes: `parts`, what each criterion gives, each once; then `totals_of` and
    `details_of`, over those columns alone. The engine would otherwise work a criterion out again for each total that reads it.
    """

    scale: int
    points: pl.Expr
    provisional: pl.Expr
    excluded: pl.Expr
    reasons: tuple[str, ...]
    parts: tuple[pl.Expr, ...]
    totals_of: tuple[pl.Expr, ...]
    details_of: tuple[pl.Expr, ...]

    @property
    def names(self) -> frozenset[str]:
        """The columns that it reads."""
        return frozenset(name for part in self.parts for name in part.meta.root_names()) | {"registered.month"}

    def totals(self, facts: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame:
        """points, provisional and excluded of every row."""
        return facts.lazy().select(self.parts).select(self.totals_of).collect()

    def details(self, facts: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame:
        """The same, with what each criterion gives (zero when it is not met, not counted or not the highest)."""
        return facts.lazy().select(self.parts).select(*self.totals_of, *self.details_of).collect()


def compiled(grid: Grid, on: date, seniority: pl.Expr | None = None) -> Compiled:
    """The expressions of a grid on a day. `seniority`: months of each row, where rows are scored on days of their own.

    No refusal may then weigh: the day of a refusal has no meaning without the day of the score.
    """
    return _Compiler(grid, on, seniority).done()


class _Compiler:
    def __init__(self, grid: Grid, on: date, seniority: pl.Expr | None) -> None:
        self.grid, self.on = grid, on
        self.scale = _scale(grid)
        self.seniority = months_since("registered", on) if seniority is None else seniority
        if seniority is None and grid.refusal.effect == "freeze_seniority":
            self.seniority = (self.seniority - self._frozen()).clip(lower_bound=_lit(0))

    def steps(self, amount: Decimal) -> int:
        return int(amount * self.scale)

    def done(self) -> Compiled:
        families = [
            (family, [_given(self, criterion) for criterion in family.criteria]) for family in self.grid.families
        ]
        penalty = self._penalty()
        excluded, reasons = self._excluded()
        excluded = excluded.alias("excluded")
        points, provisional = self._totals(families, penalty, excluded if reasons else None)
        parts = [excluded, *(part for _, held in families for one in held for part in one.parts)]
        if penalty is not None:
            parts.append(penalty.alias("penalty"))
        stored = [(family, [one.stored for one in held]) for family, held in families]
        left_out = pl.col("excluded") if reasons else None
        totals = self._totals(stored, None if penalty is None else pl.col("penalty"), left_out)
        details = [
            _scored(kept, left_out).alias(f"points.{one.criterion.key}")
            for family, held in stored
            for one, kept in zip(held, _kept(family, held), strict=True)
        ]
        return Compiled(
            self.scale,
            points,
            provisional,
            excluded,
            reasons,
            tuple(parts),
            (*totals, pl.col("excluded")),
            tuple(details),
        )

    def _totals(
        self, families: Sequence[tuple[Family, Sequence[_Given]]], penalty: pl.Expr | None, excluded: pl.Expr | None
    ) -> tuple[pl.Expr, pl.Expr]:
        """points and provisional, over inline expressions or over stored columns."""
        total = self._total([_sum(self, f, [c.counted for c in held], held) for f, held in families], penalty)
        checked = self._total([_sum(self, f, [c.sure for c in held], held) for f, held in families], penalty)
        return _scored(total, excluded).alias("points"), _scored(total - checked, excluded).alias("provisional")

    def value(self, name: str) -> pl.Expr:
        return self.seniority if name == SENIORITY else pl.col(name)

    def holds(self, test: Test) -> pl.Expr:
        fact, value, operand = FACTS[test.fact], self.value(test.fact), test.operand
        if fact.kind in (CODE, CODES):
            places = [_PLACES[fact.choices][c] for c in ([operand] if isinstance(operand, str) else sorted(operand))]
            if fact.kind == CODES:
                found = (value & pl.lit(sum(1 << p for p in places), dtype=pl.UInt32)) != 0
            else:
                found = reduce(or_, [value == pl.lit(p, dtype=pl.UInt8) for p in places])
        elif fact.kind == BOOLEAN:
            found = value if operand else ~value
        else:
            number = float(operand)
            found = {
                "is": value == number, "at_least": value >= number, "at_most": value <= number,
                "above": value > number, "below": value < number,
            }[test.operator]  # fmt: skip
        return found.fill_null(False)

    def level(self, fact: Fact) -> pl.Expr:
        if fact.section == "register" and not fact.situation:
            return pl.lit(LEVEL[AUTHORITY], dtype=pl.UInt8)
        return pl.col(_proof_column(fact))

    def _total(self, families: Sequence[pl.Expr], penalty: pl.Expr | None) -> pl.Expr:
        total = reduce(add, families if penalty is None else [penalty, *families])
        if self.grid.total_cap is not None:
            total = total.clip(upper_bound=_lit(self.steps(self.grid.total_cap)))
        return total.clip(lower_bound=_lit(0)) if self.grid.refusal.floor else total

    def _excluded(self) -> tuple[pl.Expr, tuple[str, ...]]:
        reasons = [exclusion.label for exclusion in self.grid.excluded]
        found = pl.lit(0, dtype=pl.UInt8)
        if self.grid.applies_to != "all":
            reasons.append(reserved(self.grid))
            other = pl.col("transfer") != (self.grid.applies_to == "transfer")
            found = pl.when(other).then(pl.lit(len(reasons), dtype=pl.UInt8)).otherwise(found)
        for place in range(len(self.grid.excluded), 0, -1):
            tests = [self.holds(test) for test in self.grid.excluded[place - 1].when]
            found = pl.when(_all(tests)).then(pl.lit(place, dtype=pl.UInt8)).otherwise(found)
        return found, tuple(reasons)

    def _penalty(self) -> pl.Expr | None:
        rule = self.grid.refusal
        if rule.effect != "points":
            return None
        since = add_months(self.on, -rule.months)
        one = pl.element()
        weighing = pl.col("refusals").list.eval((one > since) & (one <= self.on)).list.sum()
        count = (weighing.cast(STEPS).fill_null(0) - _lit(rule.free)).clip(lower_bound=_lit(0))
        lost = count * _lit(self.steps(rule.points))
        return lost if rule.most is None else lost.clip(lower_bound=_lit(self.steps(rule.most)))

    def _frozen(self) -> pl.Expr:
        # Few households have refused anything: theirs alone are read one by one.
        def months(days: Sequence[date]) -> int:
            frozen, reached = 0, date.min
            for refused in [d for d in days if d <= self.on][self.grid.refusal.free :]:
                start, end = max(refused, reached), min(add_months(refused, self.grid.refusal.months), self.on)
                if end > start:
                    frozen, reached = frozen + months_between(start, end), end
            return frozen

        counted = pl.col("refusals").map_batches(
            lambda column: pl.Series([months(days) if days else 0 for days in column.to_list()], dtype=STEPS),
            return_dtype=STEPS,
        )
        return pl.when(pl.col("refusals").list.len() > 0).then(counted).otherwise(0)


@dataclass(frozen=True, slots=True)
class _Given:
    """What a criterion gives to the total (`counted`), and what of it no check can take (`sure`: other when it `waits`)."""

    criterion: Criterion
    counted: pl.Expr
    sure: pl.Expr
    waits: bool

    @property
    def parts(self) -> list[pl.Expr]:
        """The columns that keep it."""
        key = self.criterion.key
        return [self.counted.alias(f"counted.{key}"), *([self.sure.alias(f"sure.{key}")] if self.waits else [])]

    @property
    def stored(self) -> _Given:
        """The same, read from those columns."""
        key = self.criterion.key
        counted = pl.col(f"counted.{key}")
        return replace(self, counted=counted, sure=pl.col(f"sure.{key}") if self.waits else counted)

    @property
    def may_lose(self) -> bool:
        """Whether it can take points away: where the highest counts alone, nothing is then not the same as zero."""
        return self.criterion.points < 0 or any(band.points < 0 for band in self.criterion.bands)


def _given(compiler: _Compiler, criterion: Criterion) -> _Given:
    """One criterion over the columns of facts."""
    met = [compiler.holds(test) for test in criterion.when]
    options = [(compiler.holds(test), compiler.level(FACTS[test.fact])) for test in criterion.any_of]
    if options:
        met.append(reduce(or_, [held for held, _ in options]))
    proved = list(met)
    required = LEVEL[criterion.proof]
    if required:
        proved += [compiler.level(FACTS[name]) >= required for name in criterion.facts]
        if options:
            proved.append(reduce(or_, [held & (level >= required) for held, level in options]))
    sure = _earned(compiler, criterion, proved)
    waits = criterion.until_proved == "provisional" and len(proved) > len(met)
    return _Given(criterion, _earned(compiler, criterion, met) if waits else sure, sure, waits)


def _earned(compiler: _Compiler, criterion: Criterion, met: Sequence[pl.Expr]) -> pl.Expr:
    """Points where all of `met` hold, zero elsewhere."""
    worth = compiler.steps(criterion.points)
    if criterion.kind == "flat":
        return _where(met, _lit(worth))
    value = compiler.value(criterion.fact)
    if criterion.kind == "threshold_bonus":
        passed = (value > float(criterion.above or 0)).fill_null(False)
        return _where([*met, passed], _lit(worth))
    if criterion.kind == "per_month":
        # Euros by the thousand times points would not hold in the small type.
        units = value.cast(pl.Int64 if FACTS[criterion.fact].unit == "€" else STEPS)
        earned = (units if criterion.every == 1 else units.floordiv(criterion.every)) * _lit(worth)
        if criterion.most is not None:
            earned = earned.clip(upper_bound=_lit(compiler.steps(criterion.most)))
        return _where(met, earned.fill_null(0))
    # Bands from the last to the first: each takes what lies under its upper edge.
    given = _lit(0)
    for band in reversed(criterion.bands):
        own = _lit(compiler.steps(band.points))
        given = own if band.below is None else pl.when(value < float(band.below)).then(own).otherwise(given)
    return _where([*met, value.is_not_null()], given)


def _highest(amounts: Sequence[pl.Expr], held: Sequence[_Given]) -> pl.Expr:
    """The highest alone; a criterion that is not met is not a zero that would hide a loss."""
    if any(c.may_lose for c in held):
        amounts = [pl.when(amount != 0).then(amount) for amount in amounts]
        return pl.max_horizontal(*amounts).fill_null(0)
    return pl.max_horizontal(*amounts)


def _sum(compiler: _Compiler, family: Family, amounts: Sequence[pl.Expr], held: Sequence[_Given]) -> pl.Expr:
    got = _highest(amounts, held) if family.combine == "max" else reduce(add, amounts)
    return got if family.cap is None else got.clip(upper_bound=_lit(compiler.steps(family.cap)))


def _kept(family: Family, held: Sequence[_Given]) -> list[pl.Expr]:
    """What each brings before caps: in a family where the highest counts alone, the first of the highest."""
    given = [one.counted for one in held]
    if family.combine != "max":
        return given
    best = _highest(given, held)
    return [
        pl.when(_all([amount == best, amount != 0, *(other != best for other in given[:place])]))
        .then(amount)
        .otherwise(_lit(0))
        for place, amount in enumerate(given)
    ]


def _scored(amount: pl.Expr, excluded: pl.Expr | None) -> pl.Expr:
    return amount if excluded is None else pl.when(excluded == 0).then(amount).otherwise(_lit(0))


def _lit(steps: int) -> pl.Expr:
    return pl.lit(steps, dtype=STEPS)


def _where(met: Sequence[pl.Expr], earned: pl.Expr) -> pl.Expr:
    """Points where all hold, zero elsewhere: one pass over bits, where a product would write them out first."""
    return pl.when(_all(met)).then(earned).otherwise(_lit(0)) if met else earned


def _all(tests: Sequence[pl.Expr]) -> pl.Expr:
    return reduce(and_, tests) if tests else pl.lit(True)


def months_since(what: str, on: date | pl.Expr) -> pl.Expr:
    """`calendar.months_between` over the columns `<what>.month` and `<what>.day`, until a day or a column of days."""
    month, day = pl.col(f"{what}.month"), pl.col(f"{what}.day")
    # The month is whole once the day is reached, or on the last day of a month that has no such day.
    if isinstance(on, date):
        months = _lit(on.year * 12 + on.month) - month
        if (on + timedelta(days=1)).month == on.month:
            months = months - (day > on.day).cast(STEPS)
    else:
        months = on.dt.year() * 12 + on.dt.month().cast(STEPS) - month
        whole = on.dt.month_end() == on
        months = months - ((day > on.dt.day()) & ~whole).cast(STEPS)
    return months.clip(lower_bound=_lit(0))


def _scale(grid: Grid) -> int:
    rule = grid.refusal
    amounts = [grid.total_cap, rule.points, rule.most, *(f.cap for f in grid.families)]
    for criterion in grid.criteria:
        amounts += [criterion.points, criterion.most, *(band.points for band in criterion.bands)]
    places = max((-int(a.normalize().as_tuple().exponent) for a in amounts if a is not None), default=0)
    return int(10 ** max(places, 0))
