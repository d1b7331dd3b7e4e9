"""The only clock of the application.

`law` receives dates as arguments; everything else asks here, so that the demo can move in time
(a commission's window opens on a Wednesday whenever one tries it) and tests can stand still.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)
_shift: ContextVar[timedelta] = ContextVar("clock_shift", default=timedelta(0))


def now() -> datetime:
    """The present instant, aware, with the demo's shift when there is one."""
    frozen = _frozen.get()
    if frozen is not None:
        return frozen
    return timezone.now() + _shift.get()


def today() -> date:
    """The present day in France."""
    return timezone.localdate(now())


def follow_demo_shift() -> None:
    """Read the demo's shift for this request or task; does nothing outside demo mode."""
    if settings.DEMO:
        from palier.common.models import ClockShift

        seconds = ClockShift.objects.order_by("pk").values_list("seconds", flat=True).first()
        _shift.set(timedelta(seconds=seconds or 0))


@contextmanager
def frozen_at(instant: datetime) -> Iterator[None]:
    """Stand still at `instant` (tests, replay of a past day)."""
    token = _frozen.set(instant)
    try:
        yield
    finally:
        _frozen.reset(token)
