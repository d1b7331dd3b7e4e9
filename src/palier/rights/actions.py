"""Every decision about an archive. The file is made by the worker: asked twice, made once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.db import transaction

from palier.accounts.actor import PALIER, Actor
from palier.accounts.roles import Role
from palier.common import clock, ledger, mail, storage
from palier.common.errors import NotYours
from palier.common.isolation import Scope, acting
from palier.common.locks import locked
from palier.config.environment import ENV
from palier.demands.queries import current_for
from palier.rights import archive as writing
from palier.rights.models import Archive
from palier.rights.queries import FOLDER, visible_to
from palier.rights.states import ARCHIVE

CHUNK = 1024 * 1024


@transaction.atomic
def ask(*, actor: Actor) -> Archive:
    """Ask for one's data; while one archive is being made, it is the answer."""
    if actor.role != Role.APPLICANT or actor.person is None:
        raise NotYours("only the person asks for their own data")
    made, new = Archive.objects.get_or_create(person=actor.person, state="asked", defaults={"asked_at": clock.now()})
    if new:
        ledger.record(verb="archives.ask", subject=made, actor=actor, thread=_thread(made))
    return made


@transaction.atomic
def note_fetch(*, actor: Actor, archive_id: int) -> None:
    """Each download is in the person's history."""
    held = visible_to(actor).get(pk=archive_id)
    ledger.record(verb="archives.fetch", subject=held, actor=actor, thread=_thread(held))


def make(archive_id: int) -> None:
    """Write the file of an archive that waits. Killed in the middle, it waits still and is made again."""
    with acting(PALIER.scope):
        held = Archive.objects.select_related("person").filter(pk=archive_id, state="asked").first()
    if held is None:
        return
    with tempfile.TemporaryDirectory(dir=storage.room(FOLDER), prefix=".work-") as workroom:
        whole = Path(workroom) / "archive.zip"
        with acting(Scope(role=Role.APPLICANT, person=held.person_id), read_only=True):
            writing.write(held.person, whole)
        kept = storage.keep(FOLDER, _chunks(whole))
    try:
        with acting(PALIER.scope):
            held = locked(Archive.objects.select_related("person"), archive_id)
            if held.state != "asked":
                storage.forget(FOLDER, kept.name)
                return
            for former in Archive.objects.filter(person=held.person_id, state="ready").select_for_update():
                _drop(former)
            now = clock.now()
            ARCHIVE.fire(
                held, "make", actor=PALIER, thread=_thread(held), file_name=kept.name, size=kept.size, sha256=kept.sha256,
                made_at=now, kept_until=now + timedelta(days=ENV.archive_days), trouble="",
            )  # fmt: skip
            mail.post(
                to=held.person.email, kind="archives.ready", subject="Vos données sont prêtes", template="archive_ready",
                context={"name": held.person.first_name, "days": ENV.archive_days, "action_path": "/mon-espace/mes-donnees/",
                         "action_label": "Télécharger mes données"}, person=held.person_id,
            )  # fmt: skip
    except BaseException:
        storage.forget(FOLDER, kept.name)
        raise


def note_trouble(archive_id: int, words: str) -> None:
    """Say on the household's page why its archive is late; it stays asked for."""
    with acting(PALIER.scope):
        Archive.objects.filter(pk=archive_id, state="asked").update(trouble=words[:300])


def sweep() -> int:
    """Remove the archives past their days, and files that no row holds; returns how many went."""
    with acting(PALIER.scope):
        over = list(Archive.objects.filter(state="ready", kept_until__lte=clock.now()).select_for_update())
        for held in over:
            _drop(held)
        kept = set(Archive.objects.filter(state="ready").values_list("file_name", flat=True))
    storage.sweep(FOLDER, kept)
    return len(over)


def _drop(held: Archive) -> None:
    name = held.file_name
    ARCHIVE.fire(held, "forget", actor=PALIER, thread=_thread(held), file_name="", sha256="")
    transaction.on_commit(lambda: storage.forget(FOLDER, name))


def _thread(held: Archive) -> int | None:
    demand = current_for(held.person)
    return demand.pk if demand else None


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            yield chunk
