"""Outside requests: the late virus check, and files that no dossier holds any more."""

from __future__ import annotations

import logging
import time

from procrastinate.contrib.django import app

from palier.common.isolation import SYSTEM, acting
from palier.config.environment import ENV
from palier.documents import actions, antivirus, queries, store
from palier.documents.models import Piece, Upload
from palier.documents.states import SHOWN

log = logging.getLogger(__name__)
DAY = 24 * 3600


@app.periodic(cron="*/2 * * * *")
@app.task(queueing_lock="scan_documents", pass_context=False)
def scan_documents(timestamp: int) -> None:
    """Ask again about the documents whose virus check had no answer."""
    with acting(SYSTEM):
        waiting = list(queries.unscanned().values_list("pk", "file_name")[:100])
    for pk, file_name in waiting:
        verdict = antivirus.examine(store.path_of(file_name), ENV.clamav)
        if verdict == antivirus.Verdict.WAITING:
            return
        with acting(SYSTEM):
            actions.settle_scan(piece_id=pk, infected=verdict == antivirus.Verdict.INFECTED)


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="sweep_documents", pass_context=False)
def sweep_documents(timestamp: int) -> None:
    """Remove files older than a day that no dossier shows: replaced, taken back, sent in part, or never recorded."""
    limit = time.time() - DAY
    old = [name for name, written in store.stored_names() if written < limit]
    with acting(SYSTEM):
        actions.expire()
        awaited = set(Upload.objects.order_by("pk").values_list("file_name", flat=True))
        held = set(
            Piece.objects.filter(file_name__in=old, state__in=SHOWN).order_by("pk").values_list("file_name", flat=True)
        )
    for name in old:
        if name not in held:
            store.forget(name)
    for name, written in store.halves():
        if name not in awaited and written < limit:
            store.drop_half(name)
    store.sweep_workrooms(limit)
    log.info("documents: %s files swept", len(set(old) - held))
