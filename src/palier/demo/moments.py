"""The moments of a commission that the demo's clock may go to."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Min

from palier.commissions.models import Session
from palier.common import clock
from palier.common.isolation import as_system
from palier.law import calendar
from palier.territories.queries import setting


def next_opening() -> datetime:
    """The opening of the next session, prepared or published; without any, that of the usual window."""
    now = clock.now()
    with as_system("the demo's clock goes to the next session, whoever convenes it"):
        coming = Session.objects.filter(state__in=("preparing", "published"), opens_at__gt=now)
        first = coming.aggregate(at=Min("opens_at"))["at"]
    return first or calendar.next_window(_usual_window(), after=now).opens_at


def next_closing() -> datetime:
    """The closing of the session that is open or comes next; without any, that of the usual window, open or next."""
    now = clock.now()
    with as_system("the demo's clock goes to the next closing, whoever convenes the session"):
        first = Session.objects.filter(state="published", closes_at__gt=now).aggregate(at=Min("closes_at"))["at"]
    if first:
        return first
    window = calendar.next_window(_usual_window(), after=now)
    # While a window is open, its own closing comes first, not that of the next week.
    return calendar.next_window(_usual_window(), after=now - (window.closes_at - window.opens_at)).closes_at


def _usual_window() -> dict[str, str]:
    return setting("commission_window", on=clock.today())
