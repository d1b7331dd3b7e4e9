"""Reminders, before a session closes."""

from procrastinate.contrib.django import app

from palier.commissions.actions.calling import remind_all
from palier.common import clock


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="remind_members", pass_context=False)
def remind_members(timestamp: int) -> None:
    """Mail the members who have not voted on all their dwellings; started again after a crash, nobody is told twice."""
    clock.follow_demo_shift()
    remind_all()
