"""The journal of changes of a landlord: what its systems read from where they were, and what they are told.

Triggers write a change in the transaction that makes it. Its position is given later, once committed, by one numberer
at a time: a change that was slow to commit is numbered after those already read, and so is never skipped.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.db.models import Max

from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.common.locks import one_at_a_time
from palier.exchanges.landlords.models import Change


def number() -> int:
    """Give its position to every committed change that has none; how many were given. Run by the worker."""
    with acting(SYSTEM):
        one_at_a_time("exchanges.changes")
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE exchanges_change c SET at = %s, position = n.rank +"
                " coalesce((SELECT max(position) FROM exchanges_change), 0)"
                " FROM (SELECT id, row_number() OVER (ORDER BY id) AS rank FROM exchanges_change WHERE position IS NULL) n"
                " WHERE c.id = n.id",
                [clock.now()],
            )
            return cursor.rowcount


def last_position() -> int:
    """The end of the journal, as far as the actor sees it."""
    return Change.objects.aggregate(last=Max("position"))["last"] or 0


def since(landlord_id: int, position: int, *, kinds: Sequence[str], most: int) -> list[Change]:
    """The next `most` changes of a landlord after a position, of these kinds, in order."""
    after = Change.objects.filter(landlord=landlord_id, position__gt=position, kind__in=list(kinds))
    return list(after.order_by("position")[:most])
