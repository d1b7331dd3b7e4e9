"""Why a rank is not what it was: causes that add up to its change, each a number of places, none naming anybody.

The order is that of `law.ranking`. Between two looks, things are taken one after the other: the points of others among
those already there; those who left; one's own points, then one's own seniority; those who came. Each step is counted on
what the former one left, so that their sum is the whole change, whatever happened.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from palier.law.reasons import points as in_points

OTHERS, LEFT, OWN_POINTS, OWN_SENIORITY = "others", "left", "own_points", "own_seniority"
MORE_POINTS, OLDER, DRAWN = "joined_points", "joined_seniority", "joined_draw"


@dataclass(frozen=True, slots=True)
class Standing:
    """What places a candidate: points, first registration, then the draw (smallest first)."""

    points: Decimal
    registered_on: date
    draw: str

    def before(self, other: Standing) -> bool:
        return self._key < other._key

    @property
    def _key(self) -> tuple[Decimal, date, str]:
        return -self.points, self.registered_on, self.draw


@dataclass(frozen=True, slots=True)
class Rival:
    """Another candidate as it stands now, or stood when it left. `joined`, `gone`: since the former look."""

    standing: Standing
    joined: bool = False
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Cause:
    """`by`: places lost (positive) or won (negative). `text`: in French, for the household."""

    kind: str
    by: int
    text: str

    @property
    def effect(self) -> str:
        """« 3 places perdues », « 1 place gagnée », « même rang »."""
        if not self.by:
            return "même rang"
        plural = "s" if abs(self.by) > 1 else ""
        return f"{abs(self.by)}\u00a0place{plural} {'perdue' if self.by > 0 else 'gagnée'}{plural}"


@dataclass(frozen=True, slots=True)
class Move:
    """From one rank to another: `now` is `before` plus the causes."""

    before: int
    now: int
    causes: tuple[Cause, ...]

    @property
    def by(self) -> int:
        return self.now - self.before


def explain(position: int, then: Standing, now: Standing, rivals: Iterable[Rival], why: str = "") -> Move:
    """The move from `position`, held when one stood as `then`, to the rank held as `now`.

    `why`: what moved one's own points, in the words of its story ("Attente longue (+10)"). A change of one's own points is
    told even when it moves no rank.
    """
    held = list(rivals)
    there = [r for r in held if not r.joined]
    stayed = [r for r in there if not r.gone]
    came = [r.standing for r in held if r.joined and not r.gone and r.standing.before(now)]
    moved = Standing(now.points, then.registered_on, then.draw)
    steps = [position - 1, _ahead(there, then), _ahead(stayed, then), _ahead(stayed, moved), _ahead(stayed, now)]
    others, left, own_points, own_seniority = (after - before for before, after in zip(steps, steps[1:], strict=False))
    more = sum(s.points > now.points for s in came)
    older = sum(s.points == now.points and s.registered_on < now.registered_on for s in came)
    causes = [
        (own_points or now.points != then.points, OWN_POINTS, own_points, _own(then.points, now.points, own_points, why)),
        (own_seniority, OWN_SENIORITY, own_seniority, f"Votre ancienneté a été corrigée : {_passed(own_seniority)}."),
        (more, MORE_POINTS, more, f"{_new(more)} plus de points que vous."),
        (older, OLDER, older, f"{_new(older)} autant de points que vous et une demande plus ancienne."),
        (drawn := len(came) - more - older, DRAWN, drawn, f"{_new(drawn)} autant de points et d’ancienneté que vous, et le tirage au sort devant."),
        (left, LEFT, left, _left(-left)),
        (others, OTHERS, others, f"Les points d’autres ménages ont changé : {_overtaken(others)}."),
    ]  # fmt: skip
    kept = tuple(Cause(kind, by, text) for told, kind, by, text in causes if told)
    return Move(position, steps[-1] + len(came) + 1, kept)


def _ahead(rivals: Iterable[Rival], own: Standing) -> int:
    return sum(r.standing.before(own) for r in rivals)


def _own(before: Decimal, after: Decimal, by: int, why: str) -> str:
    way = "ont augmenté" if after > before else "ont baissé" if after < before else "n’ont pas changé"
    reason = f" ({why})" if why else ""
    effect = _passed(by) if by else "votre rang n’en dépend pas aujourd’hui"
    return f"Vos points {way}, de {in_points(before)} à {in_points(after)}{reason} : {effect}."


def _passed(by: int) -> str:
    """What one's own change did."""
    households = f"{abs(by)}\u00a0ménage{'s' if abs(by) > 1 else ''}"
    return f"vous passez devant {households}" if by < 0 else f"vous passez derrière {households}"


def _overtaken(by: int) -> str:
    count = abs(by)
    households = f"{count}\u00a0ménage{'s' if count > 1 else ''}"
    passed = "sont passés" if count > 1 else "est passé"
    return f"{households} {passed} {'devant' if by > 0 else 'derrière'} vous"


def _new(count: int) -> str:
    return f"{count}\u00a0nouveaux candidats ont" if count > 1 else f"{count}\u00a0nouveau candidat a"


def _left(count: int) -> str:
    if count > 1:
        return f"{count}\u00a0ménages qui étaient devant vous ne sont plus candidats."
    return f"{count}\u00a0ménage qui était devant vous n’est plus candidat."
