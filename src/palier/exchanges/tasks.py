"""The exchange with the register: what waits is sent as it comes, what it tells is read once a day."""

from __future__ import annotations

from procrastinate.contrib.django import app

from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.exchanges import incoming, register, sending
from palier.exchanges.landlords import tasks as landlords
from palier.exchanges.takeover import tasks as takeover

__all__ = ["landlords", "read_register", "send_to_register", "takeover"]


@app.periodic(cron="* * * * * */15")
@app.task(queueing_lock="send_to_register", lock="register", pass_context=False)
def send_to_register(timestamp: int) -> None:
    """Every file that is due."""
    _follow_clock()
    if client := register.client():
        sending.send_due(client)


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="read_register", lock="register", pass_context=False)
def read_register(timestamp: int) -> None:
    """Removals and recognitions since the last time, once a day; more often only while it fails."""
    _follow_clock()
    if incoming.due() and (client := register.client()):
        incoming.read_news(client)


def _follow_clock() -> None:
    """The demo's clock, so that what is queued under it becomes due under it."""
    with acting(SYSTEM):
        clock.follow_demo_shift()
