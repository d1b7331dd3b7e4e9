"""What changes from one version of a grid to the next, in sentences: what a council debates and what inhabitants read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from palier.law.grid import Criterion, Family, Grid
from palier.law.grid_words import condition, heading, in_words, proof, worth
from palier.law.reasons import day, points

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """`kind`: added, removed or changed. `where`: the heading it is under, or the whole grid."""

    kind: str
    where: str
    text: str


WHOLE = "Toute la grille"


def differences(old: Grid, new: Grid) -> tuple[Difference, ...]:
    """Every change that a household could feel, in the new grid's order, then what is gone. None: the same rules.

    Families and criteria are the same when they bear the same key; a title, a source or a note changes nothing.
    """
    found = [*_whole(old, new)]
    before = {family.key: family for family in old.families}
    for family in new.families:
        found += _family(before[family.key], family) if family.key in before else [_new_family(family)]
    kept = {family.key for family in new.families}
    found += [
        Difference(REMOVED, family.label, "La rubrique disparaît, avec tous ses critères.")
        for family in old.families
        if family.key not in kept
    ]
    return tuple(found)


def _whole(old: Grid, new: Grid) -> Iterable[Difference]:
    a, b = in_words(old), in_words(new)
    if old.valid_from != new.valid_from:
        yield Difference(CHANGED, WHOLE, f"Elle s’applique à partir du {day(new.valid_from)}.")
    if old.valid_to != new.valid_to and new.valid_to:
        yield Difference(CHANGED, WHOLE, f"Elle cesse de s’appliquer le {day(new.valid_to)}.")
    if a.to != b.to:
        yield Difference(CHANGED, WHOLE, f"Elle concerne désormais : {b.to.lower()}")
    if old.place != new.place:
        yield Difference(CHANGED, WHOLE, "Les plafonds de ressources sont lus dans une autre zone.")
    if old.total_cap != new.total_cap:
        yield Difference(CHANGED, WHOLE, b.cap or "Le total n’est plus limité.")
    for gone in (e for e in a.excluded if e not in b.excluded):
        yield Difference(REMOVED, WHOLE, f"N’est plus exclu de la cotation : {gone}")
    for come in (e for e in b.excluded if e not in a.excluded):
        yield Difference(ADDED, WHOLE, f"Est exclu de la cotation : {come}")
    same = {e.label: e.when for e in old.excluded}
    for one in new.excluded:
        if one.label in same and same[one.label] != one.when:
            yield Difference(CHANGED, WHOLE, f"Les conditions changent pour l’exclusion : {one.label}")
    if a.refusal != b.refusal:
        yield Difference(CHANGED, WHOLE, b.refusal or "Refuser un logement n’a plus d’effet sur les points.")
    if old.refusal.floor != new.refusal.floor:
        text = "Un total ne descend plus sous zéro." if new.refusal.floor else "Un total peut descendre sous zéro."
        yield Difference(CHANGED, WHOLE, text)


def _new_family(family: Family) -> Difference:
    labels = ", ".join(f"{c.label} ({worth(c)})" for c in family.criteria)
    return Difference(ADDED, family.label, f"Nouvelle rubrique. {heading(family).how} Critères : {labels}.")


def _family(old: Family, new: Family) -> Iterable[Difference]:
    if old.label != new.label:
        yield Difference(CHANGED, new.label, f"S’appelait « {old.label} ».")
    if (old.combine, old.cap) != (new.combine, new.cap):
        yield Difference(CHANGED, new.label, f"{heading(new).how} Auparavant : {_lowered(heading(old).how)}")
    before = {c.key: c for c in old.criteria}
    for criterion in new.criteria:
        if criterion.key in before:
            yield from _criterion(new, before[criterion.key], criterion)
        else:
            yield Difference(ADDED, new.label, f"Nouveau critère : {criterion.label}, {worth(criterion)}.")
    kept = {c.key for c in new.criteria}
    for gone in (c for c in old.criteria if c.key not in kept):
        yield Difference(REMOVED, new.label, f"Critère retiré : {gone.label} ({worth(gone)}).")


def _criterion(family: Family, old: Criterion, new: Criterion) -> Iterable[Difference]:
    name = f"« {new.label} »"
    if old.label != new.label:
        yield Difference(CHANGED, family.label, f"{name} s’appelait « {old.label} ».")
    if worth(old) != worth(new):
        yield Difference(CHANGED, family.label, f"{name} : {_moved(old, new)}")
    if (old.when, old.any_of) != (new.when, new.any_of):
        now = condition(new) or "aucune condition"
        yield Difference(CHANGED, family.label, f"{name} demande désormais : {now}.")
    if (old.proof, old.until_proved) != (new.proof, new.until_proved):
        yield Difference(
            CHANGED, family.label, f"{name} : {_lowered(proof(new)) or 'la déclaration suffit désormais'}."
        )


def _moved(old: Criterion, new: Criterion) -> str:
    if old.kind == new.kind == "flat":
        by = new.points - old.points
        return f"{points(new.points)} au lieu de {points(old.points)} ({'+' if by > 0 else ''}{points(by)})."
    return f"{worth(new)}, au lieu de : {worth(old)}."


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
