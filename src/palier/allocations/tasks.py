"""Silence, recorded in time."""

from procrastinate.contrib.django import app

from palier.allocations import actions


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="lapse_overdue")
def lapse_overdue(timestamp: int) -> None:
    """Close the proposals whose delay is over and call the next ranks."""
    actions.lapse_overdue()
