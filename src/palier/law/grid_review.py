"""What a grid that can be read still gets wrong: rules that never count, contradictions, totals below zero, days.

Two levels. What *refuses* cannot be published: it is a mistake whatever the territory wants. What *warns* is lawful or may
be meant: the territory decides, knowing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil, floor, inf

from palier.law import codes
from palier.law.discretion import given_away
from palier.law.facts import BOOLEAN, CODE, FACTS, NUMBER
from palier.law.grid import Criterion, Family, Grid, Test
from palier.law.grid_text import line_of, places
from palier.law.grid_words import told_test
from palier.law.lasting import LONGEST, SENIORITY
from palier.law.reasons import day, points

REFUSES, WARNS = "refuses", "warns"
# Beyond this an inhabitant does not find their way; the engine does not mind.
LONG = 60
# What a figure can be in a real household; without an entry, nothing under zero.
_RANGES = {
    SENIORITY: (0, LONGEST), "applicant.age": (16, 120), "household.size": (1, 30), "household.adults": (1, 15),
    "household.category": (1, 30), "household.dependants": (0, 29), "household.minors": (0, 29), "household.expected": (0, 9),
}  # fmt: skip
_WHOLE = frozenset(_RANGES)
# Two facts that no household has together.
_APART = (
    frozenset({"household.couple", "household.lone_parent"}),
    frozenset({"home.over_occupied", "home.under_occupied"}),
)


@dataclass(frozen=True, slots=True)
class Remark:
    """`line`: in the text, 0 for the whole grid. `fix`: what to do."""

    level: str
    line: int
    where: str
    message: str
    fix: str


def review(grid: Grid, *, on: date, text: str = "") -> tuple[Remark, ...]:
    """Every remark on a grid to be published on a day, those that refuse first. `text`: its source, for the lines."""
    lines = _Lines(grid, text)
    found = [
        *_days(grid, on),
        *_whole(grid),
        *_never(grid, lines),
        *_twice(grid, lines),
        *_caps(grid, lines),
        *_law(grid, lines),
    ]
    return tuple(sorted(found, key=lambda r: (r.level != REFUSES, r.line)))


def extent(grid: Grid) -> tuple[Decimal, Decimal | None]:
    """The lowest and the highest total that the rules allow, each criterion taken by itself; None: no highest."""
    low, high = Decimal(0), Decimal(0)
    unbounded = False
    for family in grid.families:
        worths = [_worths(c) for c in family.criteria]
        lows = [min(a, Decimal(0)) for a, _ in worths]
        highs = [b for _, b in worths]
        alone = family.combine != "sum"
        low += min(lows) if alone else sum(lows, Decimal(0))
        if None in highs and family.cap is None:
            unbounded = True
            continue
        known = [max(h, Decimal(0)) for h in highs if h is not None]
        top = (max(known) if alone else sum(known, Decimal(0))) if known else Decimal(0)
        high += family.cap if family.cap is not None and (None in highs or top > family.cap) else top
    rule = grid.refusal
    if rule.effect == "points":
        low += rule.most if rule.most is not None else rule.points
    if grid.refusal.floor:
        low = max(low, Decimal(0))
    if grid.total_cap is not None:
        return low, grid.total_cap if unbounded else min(high, grid.total_cap)
    return low, None if unbounded else high


class _Lines:
    """Where each family and criterion is written."""

    def __init__(self, grid: Grid, text: str) -> None:
        families, criteria = places(text)
        self.text = text.splitlines()
        self.found: dict[str, int] = {}
        for family, line, own in zip(grid.families, families, criteria, strict=False):
            self.found[f"family:{family.key}"] = line
            self.found |= {c.key: n for c, n in zip(family.criteria, own, strict=False)}

    def of(self, criterion: Criterion, key: str = "key") -> int:
        return self._line(criterion.key, key)

    def of_family(self, family: Family, key: str = "key") -> int:
        return self._line(f"family:{family.key}", key)

    def _line(self, name: str, key: str) -> int:
        start = self.found.get(name, 0)
        return line_of(self.text, start, key) if start else 0


def _days(grid: Grid, on: date) -> Iterator[Remark]:
    if grid.valid_from < on:
        yield Remark(
            REFUSES, 0, "grille", f"Elle commencerait le {day(grid.valid_from)}, un jour passé.",
            f"Écrivez valid_from = {on.isoformat()}, ou un jour à venir : les points d’hier ne se refont pas.",
        )  # fmt: skip
    if grid.valid_to is not None and grid.valid_to <= grid.valid_from:
        yield Remark(
            REFUSES, 0, "grille", "Elle finirait avant d’avoir commencé.",
            "Écrivez un valid_to après valid_from, ou retirez-le : une nouvelle version prendra la suite.",
        )  # fmt: skip


def _whole(grid: Grid) -> Iterator[Remark]:
    low, high = extent(grid)
    if high is not None and high <= 0 and not any(c.unpublished for c in grid.criteria):
        yield Remark(
            REFUSES,
            0,
            "grille",
            "Personne ne pourrait avoir un point.",
            "Donnez des points au-dessus de zéro à un critère au moins.",
        )
    elif low < 0:
        yield Remark(
            WARNS, 0, "grille", f"Un total peut descendre jusqu’à {points(low)}.",
            "Écrivez floor = true dans [refusal] pour qu’il s’arrête à zéro.",
        )  # fmt: skip
    if grid.incomplete:
        yield Remark(
            REFUSES, 0, "grille", "Elle se dit incomplète : des critères votés n’y sont pas.",
            "Ajoutez-les, puis retirez la ligne incomplete = true.",
        )  # fmt: skip
    if grid.example:
        yield Remark(
            WARNS, 0, "grille", "Elle se dit un exemple : la page publique l’écrira.",
            "Retirez la ligne example = true quand votre assemblée l’a votée.",
        )  # fmt: skip
    if len(grid.criteria) > LONG:
        yield Remark(
            WARNS, 0, "grille", f"{len(grid.criteria)} critères : peu d’habitants s’y retrouveront.",
            "Réunissez ceux qui se ressemblent.",
        )  # fmt: skip


def _never(grid: Grid, lines: _Lines) -> Iterator[Remark]:
    """Criteria and exclusions that no household can meet, or whose points never count."""
    for family in grid.families:
        for criterion in family.criteria:
            if criterion.unpublished:
                yield Remark(
                    REFUSES, lines.of(criterion, "unpublished"), _where(family, criterion), "Ses points ne sont pas publiés.",
                    "Remplacez unpublished = true par points = 10 (les vôtres).",
                )  # fmt: skip
            elif why := _why_never(grid, criterion):
                yield Remark(
                    REFUSES,
                    lines.of(criterion),
                    _where(family, criterion),
                    f"Il ne comptera jamais : {why}.",
                    "Corrigez-le ou retirez-le.",
                )
    for exclusion in grid.excluded:
        if why := _contradiction(exclusion.when):
            yield Remark(
                REFUSES,
                0,
                "excluded",
                f"« {exclusion.label} » n’exclura jamais personne : {why}.",
                "Corrigez-la ou retirez-la.",
            )


def _why_never(grid: Grid, criterion: Criterion) -> str:
    if why := _contradiction(criterion.when):
        return why
    if criterion.any_of and all(_contradiction((*criterion.when, test)) for test in criterion.any_of):
        return "aucune de ses conditions ne peut être vraie avec les autres"
    kept = {"first_demand": False, "transfer": True}.get(grid.applies_to)
    if kept is not None and any(t.fact == "transfer" and t.operand is not kept for t in criterion.when):
        return "la grille ne concerne pas ces demandes"
    for exclusion in grid.excluded:
        if set(exclusion.when) <= set(criterion.when):
            return f"ces demandes sont exclues de la cotation (« {exclusion.label} »)"
    return _no_points(criterion)


def _no_points(criterion: Criterion) -> str:
    low, high = _reached(criterion.fact, criterion.when)
    if criterion.kind == "bands":
        worths = [band.points for band in criterion.bands]
        return "aucune tranche ne donne de points" if not any(worths) else ""
    if not criterion.points:
        return "il vaut zéro point"
    if criterion.kind == "per_month":
        if criterion.most is not None and criterion.most <= 0 < criterion.points:
            return "son maximum (« most ») est nul"
        return f"il faudrait au moins {criterion.every}" if high < criterion.every else ""
    if criterion.kind == "threshold_bonus" and criterion.above is not None and high <= float(criterion.above):
        return f"aucun ménage ne dépasse {criterion.above:f}"
    return ""


def _contradiction(tests: Sequence[Test]) -> str:
    """Why these conditions cannot hold together; empty when they can."""
    for fact in dict.fromkeys(test.fact for test in tests):
        own = [test for test in tests if test.fact == fact]
        if _apart(fact, own):
            return " et ".join(f"« {told_test(test)} »" for test in own) + (
                " s’excluent" if len(own) > 1 else " n’existe pas"
            )
    true = {test.fact for test in tests if FACTS[test.fact].kind == BOOLEAN and test.operand}
    for pair in _APART:
        if pair <= true:
            return " et ".join(f"« {FACTS[name].label.lower()} »" for name in sorted(pair)) + " s’excluent"
    return ""


def _apart(fact: str, tests: Sequence[Test]) -> bool:
    kind = FACTS[fact].kind
    if kind == NUMBER:
        low, high = _reached(fact, tests)
        return low > high
    if kind == BOOLEAN:
        return len({test.operand for test in tests}) > 1
    if kind == CODE:
        allowed = [{test.operand} if isinstance(test.operand, str) else set(test.operand) for test in tests]
        return not set.intersection(*allowed)
    return False


def _reached(fact: str, tests: Sequence[Test]) -> tuple[float, float]:
    """The figures that pass every test of this fact, bounds included; of a fact that is no figure, any."""
    if FACTS[fact].kind != NUMBER:
        return 0, inf
    low, high = map(float, _RANGES.get(fact, (0, inf)))
    step = 1.0 if fact in _WHOLE else 1e-9
    for test in (t for t in tests if t.fact == fact):
        given = float(test.operand)
        if test.operator == "is":
            low, high = max(low, given), min(high, given)
        elif test.operator == "at_least":
            low = max(low, ceil(given) if fact in _WHOLE else given)
        elif test.operator == "above":
            low = max(low, floor(given) + 1 if fact in _WHOLE else given + step)
        elif test.operator == "at_most":
            high = min(high, floor(given) if fact in _WHOLE else given)
        else:
            high = min(high, ceil(given) - 1 if fact in _WHOLE else given - step)
    return low, high


def _twice(grid: Grid, lines: _Lines) -> Iterator[Remark]:
    """The same rule written twice: it counts double, or the lower one never counts."""
    for family in grid.families:
        seen: dict[object, Criterion] = {}
        for criterion in family.criteria:
            same = (
                criterion.kind,
                criterion.fact,
                frozenset(criterion.when),
                frozenset(criterion.any_of),
                criterion.every,
                criterion.above,
                criterion.bands,
            )
            if same in seen:
                how = (
                    "ses points compteraient deux fois" if family.combine == "sum" else "un seul des deux peut compter"
                )
                yield Remark(
                    WARNS, lines.of(criterion), _where(family, criterion), f"Il demande la même chose que « {seen[same].label} » : {how}.",
                    "Retirez l’un des deux.",
                )  # fmt: skip
            seen.setdefault(same, criterion)


def _caps(grid: Grid, lines: _Lines) -> Iterator[Remark]:
    for family in grid.families:
        highs = [b for _, b in map(_worths, family.criteria) if b is not None]
        if family.cap is not None and family.cap <= 0 < max(highs, default=Decimal(1)):
            yield Remark(
                REFUSES,
                lines.of_family(family, "cap"),
                f"rubrique « {family.label} »",
                "Sa limite est nulle : aucun de ses critères ne compterait.",
                "Écrivez un cap au-dessus de zéro, ou retirez-le.",
            )
        elif family.cap is not None and highs and max(highs) > family.cap:
            yield Remark(
                WARNS, lines.of_family(family, "cap"), f"rubrique « {family.label} »",
                f"Un critère vaut à lui seul {points(max(highs))}, plus que sa limite de {points(family.cap)}.",
                "Relevez cap, ou baissez les points.",
            )  # fmt: skip
        for criterion in family.criteria:
            if criterion.kind == "per_month" and criterion.most is not None and 0 < criterion.most < criterion.points:
                yield Remark(
                    WARNS,
                    lines.of(criterion),
                    _where(family, criterion),
                    "Son maximum est atteint dès le premier pas.",
                    "Relevez most, ou écrivez un critère à points fixes.",
                )
    if grid.total_cap is not None and grid.total_cap <= 0:
        yield Remark(
            REFUSES,
            0,
            "grille",
            "Le total est limité à zéro.",
            "Écrivez un total_cap au-dessus de zéro, ou retirez-le.",
        )


def _law(grid: Grid, lines: _Lines) -> Iterator[Remark]:
    """What the law wants of every grid (CCH L441-2-8: the priority publics of L441-1), and what points must not tell."""
    read = {t.fact for c in grid.criteria for t in (*c.when, *c.any_of)} | {c.fact for c in grid.criteria}
    read |= {test.fact for exclusion in grid.excluded for test in exclusion.when}
    if "situation.dalo" not in read:
        yield Remark(
            WARNS,
            0,
            "grille",
            "Elle ne dit rien des ménages reconnus au titre du DALO.",
            "Donnez-leur des points, ou excluez-les de la cotation si le préfet les loge à part (CCH L441-1).",
        )
    if not read & {f"situation.{code}" for code in codes.PRIORITY_SITUATIONS - {"dalo"}}:
        yield Remark(
            WARNS,
            0,
            "grille",
            "Elle ne dit rien des autres publics prioritaires.",
            "La loi demande d’en tenir compte (CCH L441-1 et L441-2-8) : ajoutez les vôtres.",
        )
    if SENIORITY not in read:
        yield Remark(
            WARNS,
            0,
            "grille",
            "L’ancienneté de la demande ne compte pas.",
            "Ajoutez un critère sur seniority.months si ce n’est pas voulu.",
        )
    hidden = set(given_away(grid))
    for family in grid.families:
        for criterion in (c for c in family.criteria if c.key in hidden):
            yield Remark(
                WARNS, lines.of(criterion), _where(family, criterion),
                f"Ses {points(criterion.points)} ne sont qu’à lui : le nombre dirait à tous la situation du ménage, que la loi protège.",
                "Donnez les mêmes points à un autre public prioritaire.",
            )  # fmt: skip


def _worths(criterion: Criterion) -> tuple[Decimal, Decimal | None]:
    """The least and the most that a criterion gives when it is met; None: no most."""
    if criterion.kind == "bands":
        worths = [band.points for band in criterion.bands]
        return min(worths), max(worths)
    if criterion.kind != "per_month":
        return criterion.points, criterion.points
    if criterion.points < 0:
        return criterion.points * 1000, Decimal(0)
    top = _reached(criterion.fact, criterion.when)[1]
    free = None if top in (inf, float(LONGEST)) else int(top) // criterion.every * criterion.points
    return Decimal(0), min((x for x in (free, criterion.most) if x is not None), default=None)


def _where(family: Family, criterion: Criterion) -> str:
    return f"rubrique « {family.label} », critère « {criterion.label} »"


def refusing(remarks: Iterable[Remark]) -> list[Remark]:
    """Those that stand against publication."""
    return [remark for remark in remarks if remark.level == REFUSES]
