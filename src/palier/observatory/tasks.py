"""The night of the observatory."""

import logging

from procrastinate.contrib.django import app

from palier.common import clock
from palier.observatory import actions, learning

log = logging.getLogger(__name__)


@app.periodic(cron="45 3 * * *")
@app.task(queueing_lock="observatory_night", pass_context=False)
def night(timestamp: int) -> None:
    """Keep what ended offers teach, sum it, count the register; made again, it gives the same."""
    clock.follow_demo_shift()
    kept = learning.keep_past_offers()
    kinds = learning.compare(clock.today())
    communes = actions.refresh(clock.today())
    log.info("night of the observatory: %s offers kept, %s kinds of homes, %s communes", kept, kinds, communes)
