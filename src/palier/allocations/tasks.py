"""Delays that pass, recorded in time."""

from procrastinate.contrib.django import app

from palier.allocations import actions


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="lapse_overdue")
def lapse_overdue(timestamp: int) -> None:
    """Close the proposals whose delay is over and call the next ranks."""
    actions.lapse_overdue()


@app.periodic(cron="*/30 * * * *")
@app.task(queueing_lock="fail_overdue_conditions")
def fail_overdue_conditions(timestamp: int) -> None:
    """End the conditional allocations whose document did not come in time and call the next ranks."""
    actions.fail_overdue()


@app.periodic(cron="*/15 * * * *")
@app.task(queueing_lock="remind_visits")
def remind_visits(timestamp: int) -> None:
    """Recall the visits that come soon to those who booked them."""
    actions.remind_visits()
