"""Work done outside requests: sending the mail that is due."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

from palier.common import clock, mail
from palier.common.isolation import SYSTEM, acting
from palier.common.models import Message

log = logging.getLogger(__name__)
ATTEMPTS = 8


@app.periodic(cron="* * * * * */5")
@app.task(queueing_lock="send_mail", pass_context=False)
def send_mail(timestamp: int) -> None:
    """Send every unsent message, one transaction each, so that a crash sends none of them twice on purpose."""
    with acting(SYSTEM):
        due = list(
            Message.objects.filter(sent_at=None, attempts__lt=ATTEMPTS)
            .order_by("pk")
            .values_list("pk", flat=True)[:200]
        )
    for pk in due:
        with acting(SYSTEM):
            message = (
                Message.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk, sent_at=None).first()
            )
            if message is None:
                continue
            try:
                mail.send(message)
            except OSError as error:
                message.attempts += 1
                message.last_error = type(error).__name__
                log.warning("message %s not sent: %s", pk, type(error).__name__)
            else:
                message.sent_at = clock.now()
            message.save(update_fields=["sent_at", "attempts", "last_error"])
