"""Freshness, watched every five minutes."""

from procrastinate.contrib.django import app

from palier.homes import actions


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="suspend_stale")
def suspend_stale(timestamp: int) -> None:
    """Suspend the offers whose landlord stayed silent."""
    actions.suspend_stale()
