"""How far a member is in a session: which dwellings wait for a ranking, and which comes after which."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from palier.accounts.actor import Actor
from palier.commissions.models import AgendaItem, Ballot, Recusal, Session
from palier.commissions.queries import items_by_session, seated, sittings, standing


@dataclass(frozen=True, slots=True)
class Progress:
    """`items`: keys of the dwellings that concern the member, in the agenda's order. `left`: those that wait for a ballot."""

    items: tuple[int, ...]
    left: tuple[int, ...]

    @property
    def done(self) -> int:
        """Dwellings that wait for nothing: ranked, or stepped out of."""
        return len(self.items) - len(self.left)

    @property
    def first(self) -> int | None:
        """The dwelling to begin or to go on with."""
        return self.left[0] if self.left else None

    def beside(self, item: int, step: int) -> int | None:
        """The dwelling before (-1) or after (1) this one on the agenda."""
        at = self.items.index(item) + step
        return self.items[at] if 0 <= at < len(self.items) else None

    def after(self, item: int) -> int | None:
        """The next dwelling that waits, going round the agenda; None when only this one may be left."""
        at = self.items.index(item)
        waiting = [pk for pk in (*self.items[at + 1 :], *self.items[:at]) if pk in self.left]
        return waiting[0] if waiting else None


def of_session(items: Sequence[int], voted: Collection[int], out: Collection[int]) -> Progress:
    """From the dwellings and the member's own answers. `out`: those of which they stepped out, and those taken off."""
    return Progress(tuple(items), tuple(pk for pk in items if pk not in voted and pk not in out))


def of_sessions(actor: Actor, sessions: Sequence[Session]) -> dict[int, Progress]:
    """session → the member's progress in it, over many sessions at once."""
    own = seated(sittings(actor))
    voted = set(standing(Ballot.objects.filter(own, item__session__in=sessions)).values_list("item_id", flat=True))
    out = set(Recusal.objects.filter(own, item__session__in=sessions).values_list("item_id", flat=True))
    gone = AgendaItem.objects.filter(session__in=sessions).exclude(postponed="").order_by("pk")
    out.update(gone.values_list("pk", flat=True))
    return {pk: of_session(items, voted, out) for pk, items in items_by_session(actor, sessions).items()}
