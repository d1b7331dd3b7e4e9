"""Freed households are written to within seconds."""

from procrastinate.contrib.django import app

from palier.applications import freeing
from palier.common import clock


@app.periodic(cron="* * * * * */5")
@app.task(queueing_lock="tell_freed")
def tell_freed(timestamp: int) -> None:
    """Write to every household whose dwelling is gone, batch after batch; a crash forgets nobody and tells nobody twice."""
    clock.follow_demo_shift()
    while freeing.tell_freed():
        pass
