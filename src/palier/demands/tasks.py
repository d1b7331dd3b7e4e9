"""The night of the register."""

import logging

from procrastinate.contrib.django import app

from palier.common import clock
from palier.demands import nights

log = logging.getLogger(__name__)


@app.periodic(cron="30 2 * * *")
@app.task(queueing_lock="demands_night", pass_context=False)
def night(timestamp: int) -> None:
    """Notices, removals and erasures that are due; started again after a crash, it goes on."""
    clock.follow_demo_shift()
    done = nights.run()
    log.info("night of the register: %s", done)
