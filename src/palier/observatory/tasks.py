"""Figures drawn again each night, before the day's first visits."""

from procrastinate.contrib.django import app

from palier.common import clock
from palier.observatory import actions


@app.periodic(cron="40 4 * * *")
@app.task(queueing_lock="refresh_figures")
def refresh_figures(timestamp: int) -> None:
    """The indicators by commune, and the quarters of comparable demands."""
    actions.refresh(clock.today())
    actions.refresh_quarters(clock.today())
