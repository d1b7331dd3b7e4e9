"""Freshness, watched every five minutes."""

from procrastinate.contrib.django import app

from palier.common import clock
from palier.homes import actions


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="suspend_stale")
def suspend_stale(timestamp: int) -> None:
    """Remind the landlords whose offers near the end of their delay, and suspend those that stayed silent."""
    clock.follow_demo_shift()
    actions.remind_landlords()
    actions.suspend_stale()
