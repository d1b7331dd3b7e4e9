"""The worker's part: a pass or the invitations, carried to their end, and taken up again when a worker fell."""

from __future__ import annotations

from datetime import timedelta

from procrastinate.contrib.django import app

from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.exchanges.takeover import invitations, running
from palier.exchanges.takeover.models import TakenDemand, TakeOver

# A block takes a second: after this silence nobody works on it any more.
SILENCE = timedelta(minutes=2)


@app.task(pass_context=False)
def carry_on(takeover_id: int) -> None:
    """The pass under way; called twice, the second finds that it is done or leaves it to the first."""
    clock.follow_demo_shift()
    running.work(takeover_id)


@app.task(pass_context=False)
def send_invitations(takeover_id: int) -> None:
    """The invitations asked for."""
    clock.follow_demo_shift()
    invitations.work(takeover_id)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="wake_takeovers", pass_context=False)
def wake_takeovers(timestamp: int) -> None:
    """Take up what a fallen worker left in its middle."""
    with acting(SYSTEM):
        quiet = TakeOver.objects.filter(state__in=["rehearsing", "running"], beat_at__lt=clock.now() - SILENCE)
        asleep = list(quiet.order_by("pk").values_list("pk", flat=True))
        inviting = list(
            TakeOver.objects.filter(state="done", inviting_since__isnull=False).order_by("pk").values_list("pk", "tool")
        )
        unfinished = [
            pk for pk, tool in inviting
            if TakenDemand.objects.filter(tool=tool, mailable=True, invited_at=None).exists()
        ]  # fmt: skip
    for pk in asleep:
        running.work(pk)
    for pk in unfinished:
        invitations.work(pk)
