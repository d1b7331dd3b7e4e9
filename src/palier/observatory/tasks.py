"""The night of the observatory."""

import logging

from procrastinate.contrib.django import app

from palier.common import clock
from palier.observatory import actions, escalating, learning, simulating, stopwatch

log = logging.getLogger(__name__)


@app.periodic(cron="45 3 * * *")
@app.task(queueing_lock="observatory_night", pass_context=False)
def night(timestamp: int) -> None:
    """Keep what ended offers teach, sum it, count the register and its quarters; made again, it gives the same."""
    clock.follow_demo_shift()
    kept = learning.keep_past_offers()
    kinds = learning.compare(clock.today())
    communes = actions.refresh(clock.today())
    actions.refresh_quarters(clock.today())
    stopwatch.keep_delays(clock.today())
    log.info("night of the observatory: %s offers kept, %s kinds of homes, %s communes", kept, kinds, communes)


@app.periodic(cron="5 6-18 * * *")
@app.task(queueing_lock="escalate", pass_context=False)
def escalate(timestamp: int) -> None:
    """What is late rises to a named person, by one mail a day; a morning that failed is made up for the same day."""
    clock.follow_demo_shift()
    escalating.escalate()


@app.task(pass_context=False)
def simulate(simulation_id: int) -> None:
    """A simulation, to its end."""
    clock.follow_demo_shift()
    simulating.work(simulation_id)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="wake_simulations", pass_context=False)
def wake_simulations(timestamp: int) -> None:
    """Begin again what a fallen worker left in its middle."""
    clock.follow_demo_shift()
    for pk in simulating.asleep():
        simulating.work(pk)
