"""The worker's part: the journal numbered, its news sent to who listens, what is over erased."""

from __future__ import annotations

from procrastinate.contrib.django import app

from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.exchanges.landlords import changes, once
from palier.exchanges.landlords.webhooks import deliveries

# Before the worker turns to something else.
PASSES = 20


@app.periodic(cron="* * * * * */3")
@app.task(queueing_lock="tell_landlords", lock="tell_landlords", pass_context=False)
def tell_landlords(timestamp: int) -> None:
    """Number what was committed, make its deliveries, send those that are due; a long file takes several passes."""
    with acting(SYSTEM):
        clock.follow_demo_shift()
    for _ in range(PASSES):
        changes.number()
        deliveries.make()
        delivered, _failed = deliveries.send_due()
        if not delivered:
            break


@app.periodic(cron="40 3 * * *")
@app.task(queueing_lock="forget_answers", pass_context=False)
def forget_answers(timestamp: int) -> None:
    """Kept answers and old deliveries."""
    once.forget()
    deliveries.forget()
