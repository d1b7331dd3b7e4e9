"""The worker's calls to a commission's actions."""

import logging

from procrastinate.contrib.django import app

from palier.commissions import actions
from palier.common import clock
from palier.common.isolation import SYSTEM, acting

log = logging.getLogger(__name__)


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="remind_members", pass_context=False)
def remind_members(timestamp: int) -> None:
    """Mail the members who have not voted on all their dwellings; started again after a crash, nobody is told twice."""
    clock.follow_demo_shift()
    actions.remind_all()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="tell_waiting", pass_context=False)
def tell_waiting(timestamp: int) -> None:
    """Say by mail that messages wait in a discussion; told again, nobody gets another."""
    clock.follow_demo_shift()
    with acting(SYSTEM):
        told = actions.tell_waiting()
    if told:
        log.info("%s people told of messages that wait", told)
