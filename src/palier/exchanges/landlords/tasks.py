"""The worker's part: the journal numbered, its news sent to who listens, what is over erased."""

from __future__ import annotations

from procrastinate.contrib.django import app

from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.exchanges.landlords import changes, once
from palier.exchanges.landlords.webhooks import deliveries


@app.periodic(cron="* * * * * */3")
@app.task(queueing_lock="tell_landlords", lock="tell_landlords", pass_context=False)
def tell_landlords(timestamp: int) -> None:
    """Number what was committed, make its deliveries, send those that are due."""
    with acting(SYSTEM):
        clock.follow_demo_shift()
    changes.number()
    deliveries.make()
    deliveries.send_due()


@app.periodic(cron="40 3 * * *")
@app.task(queueing_lock="forget_answers", pass_context=False)
def forget_answers(timestamp: int) -> None:
    """Kept answers and old deliveries."""
    once.forget()
    deliveries.forget()
