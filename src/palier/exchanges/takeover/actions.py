"""Every decision about a take-over. The work itself is `running.work` and `invitations.work`, by the worker."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.common import clock, ledger, storage
from palier.common.errors import NotYours, Refused
from palier.common.locks import locked
from palier.exchanges.takeover import mapping as mappings
from palier.exchanges.takeover.models import TakeOver, TakeOverLine
from palier.exchanges.takeover.running import FOLDER
from palier.exchanges.takeover.states import TAKEOVER

_MINE = frozenset({Role.ADMINISTRATOR, Role.SYSTEM})


def visible_to(actor: Actor) -> QuerySet[TakeOver]:
    """Administrators and Palier itself; nobody else knows of take-overs."""
    return TakeOver.objects.all() if actor.role in _MINE else TakeOver.objects.none()


def receive(*, actor: Actor, name: str, chunks: Iterable[bytes], mapping: str) -> TakeOver:
    """Keep a file with its mapping. The same file with the same mapping, while it is not done, is the take-over already there.

    Refused when the mapping does not hold (every mistake told) or when the disk cannot hold the file.
    """
    if actor.role not in _MINE:
        raise NotYours("administrators take over stocks")
    try:
        read = mappings.read(mapping)
    except mappings.MappingRefused as refusal:
        raise Refused("mapping.wrong", str(refusal), field="mapping_file") from refusal
    kept = storage.keep(FOLDER, chunks)
    try:
        if not kept.size:
            raise Refused("file.empty", "Ce fichier est vide.", field="file")
        with transaction.atomic():
            same = visible_to(actor).filter(sha256=kept.sha256, mapping=mapping).exclude(state__in=["done", "closed"])
            if (former := same.order_by("-pk").first()) is not None:
                storage.forget(FOLDER, kept.name)
                return former
            takeover = TakeOver.objects.create(
                tool=read.key, title=read.title, mapping=mapping, file_name=kept.name,
                original_name=_shown(name), size=kept.size, sha256=kept.sha256, received_at=clock.now(),
            )  # fmt: skip
    except BaseException:
        storage.forget(FOLDER, kept.name)
        raise
    return takeover


def _shown(name: str) -> str:
    last = Path(name.replace("\\", "/")).name
    return "".join(c for c in last if c.isprintable()).strip()[:200] or "fichier"


@transaction.atomic
def rehearse(*, actor: Actor, takeover_id: int) -> TakeOver:
    """Start a rehearsal: the report is written anew, and nothing else."""
    takeover = locked(visible_to(actor), takeover_id)
    if takeover.state != "rehearsing":
        if takeover.state == "stopped" and not takeover.rehearsal:
            raise Refused("takeover.begun", "La reprise a commencé : poursuivez-la, un essai n’apprendrait plus rien.")
        _anew(takeover, "rehearse", actor, rehearsal=True)
    return takeover


@transaction.atomic
def run(*, actor: Actor, takeover_id: int) -> TakeOver:
    """Start the run, once the rehearsal was read; the operator's command may do without."""
    takeover = locked(visible_to(actor), takeover_id)
    if takeover.state not in ("running", "done"):
        verb = "run_directly" if takeover.state == "received" else "run"
        _anew(takeover, verb, actor, rehearsal=False)
    return takeover


def _anew(takeover: TakeOver, verb: str, actor: Actor, *, rehearsal: bool) -> None:
    TAKEOVER.fire(
        takeover, verb, actor=actor, rehearsal=rehearsal, cursor=0, scored=0, counts={}, figures={}, trouble="",
        trouble_code="", beat_at=clock.now(), ended_at=None,
    )  # fmt: skip
    TakeOverLine.objects.filter(takeover=takeover).delete()


@transaction.atomic
def resume(*, actor: Actor, takeover_id: int) -> TakeOver:
    """Go on where it stopped. One that still runs, or seems to, is left to whoever comes first."""
    takeover = locked(visible_to(actor), takeover_id)
    if takeover.state == "stopped":
        if takeover.rehearsal:
            _anew(takeover, "rehearse", actor, rehearsal=True)
        else:
            TAKEOVER.fire(takeover, "resume", actor=actor, trouble="", trouble_code="", beat_at=clock.now())
    return takeover


@transaction.atomic
def close(*, actor: Actor, takeover_id: int) -> TakeOver:
    """Erase the file and the report; what was taken over stays, and how it is recognised at the next file."""
    takeover = locked(visible_to(actor), takeover_id)
    if takeover.state == "closed":
        return takeover
    name = takeover.file_name
    TAKEOVER.fire(takeover, "close", actor=actor, file_name="", inviting_since=None)
    TakeOverLine.objects.filter(takeover=takeover).delete()
    transaction.on_commit(lambda: storage.forget(FOLDER, name) if name else None)
    return takeover


@transaction.atomic
def invite(*, actor: Actor, takeover_id: int) -> TakeOver:
    """Ask for the invitations of the households that this tool's demands bring. Asking twice is once."""
    takeover = locked(visible_to(actor), takeover_id)
    if takeover.state != "done":
        raise Refused("takeover.not_done", "Les ménages sont invités une fois la reprise terminée.")
    if takeover.inviting_since is None:
        takeover.inviting_since = clock.now()
        takeover.save(update_fields=["inviting_since"])
        ledger.record(verb="takeovers.invite", subject=takeover, actor=actor)
    return takeover
