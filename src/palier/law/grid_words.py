"""A grid in plain French: what a territory publishes for its inhabitants, drawn from the very text that scores them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from palier.law import codes
from palier.law.facts import BOOLEAN, CODE, KNOWN, NUMBER, Fact
from palier.law.grid import Criterion, Family, Grid, RefusalRule, Test
from palier.law.household import AUTHORITY, DOCUMENT
from palier.law.reasons import listing, number, points

_COMPARED = {"at_least": "au moins", "at_most": "au plus", "above": "plus de", "below": "moins de", "is": "exactement"}
_COMBINED = {
    "sum": "Les points de cette rubrique s’additionnent",
    "max": "Seul le critère qui donne le plus de points compte",
    "ticked": "Une seule situation peut être la vôtre",
}
_TO = {
    "all": "Toutes les demandes",
    "first_demand": "Les demandes de ménages qui ne sont pas déjà locataires du parc social",
    "transfer": "Les demandes de locataires du parc social (mutations)",
}
_PROVED = {
    (DOCUMENT, "provisional"): "Pièce à fournir ; compté en attendant",
    (DOCUMENT, "nothing"): "Compté une fois la pièce vérifiée",
    (AUTHORITY, "provisional"): "À faire reconnaître par un service ; compté en attendant",
    (AUTHORITY, "nothing"): "Compté une fois reconnu par un service",
}
# What a unit of time or of people is called when each one brings points.
_EACH = {"mois": "mois", "an": "an", "enfant": "enfant", "personne": "personne", "": "unité"}


@dataclass(frozen=True, slots=True)
class Rule:
    """A criterion: its label, what it is worth, what must be true, and how it is proved (empty: as declared).

    A condition that its label already says word for word is left out.
    """

    key: str
    label: str
    worth: str
    condition: str
    proof: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A family of criteria; `how` says how they add up."""

    key: str
    label: str
    how: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """The whole grid. `excluded`: situations that are not scored; `refusal`: what a refused dwelling does."""

    to: str
    headings: tuple[Heading, ...]
    excluded: tuple[str, ...]
    refusal: str
    cap: str


def in_words(grid: Grid) -> Wording:
    """The rules of a grid as sentences, in its own order."""
    cap = "" if grid.total_cap is None else f"Une demande ne dépasse pas {points(grid.total_cap)}."
    return Wording(
        f"{_TO[grid.applies_to]}.",
        tuple(heading(family) for family in grid.families),
        tuple(e.label or "Situation traitée hors cotation." for e in grid.excluded),
        refusal(grid.refusal),
        cap,
    )


def heading(family: Family) -> Heading:
    cap = "" if family.cap is None else f", dans la limite de {points(family.cap)}"
    return Heading(
        family.key, family.label, f"{_COMBINED[family.combine]}{cap}.", tuple(rule(c) for c in family.criteria)
    )


def rule(criterion: Criterion) -> Rule:
    asked = condition(criterion)
    said = asked.casefold() == criterion.label.casefold()
    return Rule(criterion.key, criterion.label, worth(criterion), "" if said else asked, proof(criterion))


def worth(criterion: Criterion) -> str:
    """« 1 point par mois, au plus 40 points »; « 20 points au-delà de 30 mois »; the bands of a ratio."""
    if criterion.unpublished:
        return "Points non publiés"
    fact = KNOWN[criterion.fact]
    if criterion.kind == "per_month":
        most = "" if criterion.most is None else f", au plus {points(criterion.most)}"
        return f"{points(criterion.points)} {_step(criterion.every, fact)}{most}"
    if criterion.kind == "threshold_bonus":
        return f"{points(criterion.points)} au-delà de {_measured(criterion.above or 0, fact)}"
    if criterion.kind == "bands":
        return _banded(criterion, fact)
    return points(criterion.points)


def condition(criterion: Criterion) -> str:
    """What must be true of the household; empty when the points only follow a figure."""
    told = [told_test(test) for test in criterion.when]
    if criterion.any_of:
        told.append(listing([told_test(test) for test in criterion.any_of], "ou"))
    return " ; et ".join(told)


def proof(criterion: Criterion) -> str:
    """How it is proved, and whether it counts meanwhile."""
    return _PROVED.get((criterion.proof, criterion.until_proved), "")


def told_test(test: Test) -> str:
    """One condition: « âge du demandeur : au plus 30 ans »."""
    fact = KNOWN[test.fact]
    label = _lowered(fact.label)
    if fact.kind == BOOLEAN:
        return label if test.operand else f"pas ceci : {label}"
    if fact.kind == NUMBER:
        return f"{label} : {_COMPARED[test.operator]} {_measured(test.operand, fact)}"
    taken = [test.operand] if isinstance(test.operand, str) else sorted(test.operand)
    # Labels hold commas and « ou » of their own.
    names = listing([f"« {codes.label(fact.choices, code)} »" for code in taken], "ou")
    return f"{label} : {names}" if fact.kind == CODE or len(taken) == 1 else f"{label} : l’un au moins de {names}"


def refusal(rule: RefusalRule) -> str:
    """What refusing a dwelling adapted to one's needs and means does (CCH L441-2-8); empty when it does nothing."""
    if rule.effect == "none":
        return ""
    free = f", à partir du {rule.free + 1}ᵉ refus" if rule.free else ""
    if rule.effect == "freeze_seniority":
        return f"Refuser un logement adapté à vos besoins et à vos moyens arrête l’ancienneté pendant {rule.months} mois{free}."
    most = "" if rule.most is None else f", sans dépasser {points(rule.most)} en tout"
    return (
        f"Refuser un logement adapté à vos besoins et à vos moyens : {points(rule.points)} pendant {rule.months} mois"
        f"{free}{most}."
    )


def _step(every: int, fact: Fact) -> str:
    if fact.unit == "mois" and every == 12:
        return "par an"
    if every == 1:
        return f"par {_EACH.get(fact.unit, fact.unit)}"
    return f"par tranche de {_measured(every, fact)}"


def _banded(criterion: Criterion, fact: Fact) -> str:
    parts, low = [], None
    for band in criterion.bands:
        if low is None:
            where = f"sous {_measured(band.below, fact)}" if band.below is not None else "dans tous les cas"
        elif band.below is None:
            where = f"à partir de {_measured(low, fact)}"
        else:
            where = f"de {_measured(low, fact)} à moins de {_measured(band.below, fact)}"
        if band.points or not any(b.points for b in criterion.bands):
            parts.append(f"{points(band.points)} {where}")
        low = band.below
    return f"{' ; '.join(parts)} ({_lowered(fact.label)})"


def _measured(value: Decimal | float, fact: Fact) -> str:
    exact = Decimal(str(value))
    plural = "s" if abs(exact) >= 2 and fact.unit in ("an", "enfant", "personne") else ""
    return f"{number(exact, _digits(exact))}\u00a0{fact.unit}{plural}".rstrip("\u00a0")


def _digits(exact: Decimal) -> int:
    exponent = exact.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _lowered(text: str) -> str:
    """Without its capital, unless what follows shows an acronym (« CDI ou fonctionnaire », « HLM »)."""
    return text if text[1:2].isupper() or text[1:2].isdigit() else text[:1].lower() + text[1:]
