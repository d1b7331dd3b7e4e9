"""The worker's part: grids whose day has come, and the mails about points."""

import logging

from procrastinate.contrib.django import app

from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.cotation import news, refresh

log = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="follow_grids", pass_context=False)
def follow_grids(timestamp: int) -> None:
    """A grid published with a day already come, or withdrawn, takes effect at once; started again, it goes on."""
    clock.follow_demo_shift()
    if done := refresh.follow_grids(lambda done: log.info("demands that follow a new grid: %s", done)):
        log.info("new grid: %s demands, finished", done)


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="points_news", pass_context=False)
def tell_points(timestamp: int) -> None:
    """One mail for all that moved the points of a demand, once they are quiet."""
    clock.follow_demo_shift()
    while True:
        with acting(SYSTEM):
            keys = news.due(clock.now())
            if not keys:
                return
            news.send(keys)
