"""Delays of designation that pass: the dwelling goes back to its landlord by itself."""

from procrastinate.contrib.django import app

from palier.reservations import actions


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="return_overdue")
def return_overdue(timestamp: int) -> None:
    """Give back the dwellings whose holder let its delay pass."""
    actions.return_overdue()
