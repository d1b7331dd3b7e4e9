"""`./palier exchanges take-over FILE --mapping M.toml`: the same take-over as on the administrator's page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from palier.accounts.actor import PALIER
from palier.common.errors import Refused
from palier.common.isolation import SYSTEM, acting
from palier.exchanges.takeover import actions, report, running
from palier.exchanges.takeover.mapping import shipped
from palier.exchanges.takeover.models import TakeOver

_CHUNK = 1 << 20


def take_over(
    file: Path, *, mapping: str, dry_run: bool, resume: bool, to: Path | None, say: Callable[[str], None]
) -> dict[str, Any]:
    """Run it to its end; the answer has `result` (rehearsed, done, refused, stopped) and the counts."""
    try:
        text = shipped().get(mapping) or Path(mapping).read_text(encoding="utf-8")
        with file.open("rb") as stream, acting(SYSTEM):
            takeover = actions.receive(actor=PALIER, name=file.name, chunks=_chunks(stream), mapping=text)
        takeover = _started(takeover, dry_run=dry_run, resume=resume)
    except Refused as refusal:
        return _refused(refusal.code, refusal.message)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "texte illisible"
        return _refused("file.unreadable", f"Fichier illisible : {reason}.")
    takeover = running.work(takeover.pk, tell=lambda held: say(_progress(held)))
    if to is not None:
        with acting(SYSTEM), to.open("w", encoding="utf-8", newline="") as stream:
            stream.writelines(report.lines(takeover))
    return {
        "takeover": takeover.pk, "result": takeover.state, "read": takeover.cursor, "counts": takeover.counts,
        "figures": takeover.figures, "trouble": {"code": takeover.trouble_code, "message": takeover.trouble},
    }  # fmt: skip


def _started(takeover: TakeOver, *, dry_run: bool, resume: bool) -> TakeOver:
    """The take-over in the pass that was asked for; one that is under way is only taken up with `--resume`."""
    with acting(SYSTEM):
        if takeover.state in ("running", "rehearsing", "stopped"):
            if not resume:
                raise Refused("takeover.underway", "Cette reprise a déjà commencé : relancez avec --resume.")
            return actions.resume(actor=PALIER, takeover_id=takeover.pk)
        if dry_run:
            return actions.rehearse(actor=PALIER, takeover_id=takeover.pk)
        return actions.run(actor=PALIER, takeover_id=takeover.pk)


def _chunks(stream: Any) -> Iterator[bytes]:
    return iter(lambda: stream.read(_CHUNK), b"")


def _progress(held: TakeOver) -> str:
    words = "Essai" if held.rehearsal else "Reprise"
    return f"{words} : {held.cursor} sur {held.total or '…'} demandes"


def _refused(code: str, message: str) -> dict[str, Any]:
    return {"result": "refused", "trouble": {"code": code, "message": message}}
