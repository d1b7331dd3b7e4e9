"""Outside requests: making the archives that wait, and removing those past their days."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

from palier.common.errors import Refused
from palier.common.isolation import SYSTEM, acting
from palier.rights import actions
from palier.rights.models import Archive

log = logging.getLogger(__name__)


@app.periodic(cron="* * * * * */5")
@app.task(queueing_lock="make_archives", lock="make_archives", pass_context=False)
def make_archives(timestamp: int) -> None:
    """Each archive that waits, oldest first; one that fails lets the others go on."""
    with acting(SYSTEM):
        waiting = list(
            Archive.objects.filter(state="asked").order_by("asked_at", "pk").values_list("pk", flat=True)[:50]
        )
    for pk in waiting:
        try:
            actions.make(pk)
        except Refused as refusal:
            actions.note_trouble(pk, refusal.message)
        except Exception:
            log.exception("archive %s not made", pk)
            actions.note_trouble(pk, "Nous n’avons pas réussi à la préparer ; nous réessayons.")


@app.periodic(cron="41 3 * * *")
@app.task(queueing_lock="sweep_archives", pass_context=False)
def sweep_archives(timestamp: int) -> None:
    """The file of an archive is kept for some days, no longer."""
    log.info("archives: %s removed", actions.sweep())
