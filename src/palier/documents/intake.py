"""From an uploaded file to a stored document, or to a refusal in plain words."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from palier.common.errors import Refused
from palier.config.environment import ENV
from palier.documents import antivirus, store

FIELD = "file"
WALL_SECONDS = 30
# Run by path, never imported here: the web process has no business loading the parsers.
CLEANING = Path(__file__).with_name("cleaning.py")
MESSAGES = {
    "empty": "Ce fichier est vide. Choisissez-le de nouveau, ou prenez une autre photo.",
    "too_big": "Ce fichier dépasse {limit} Mo. Réduisez-le, ou envoyez-le en plusieurs parties.",
    "program": "Ce fichier est un programme, pas un document. Envoyez un PDF, ou une photo JPEG ou PNG.",
    "office": "Ce fichier vient d’un traitement de texte. Enregistrez-le en PDF, puis envoyez le PDF.",
    "heic": "Votre téléphone a enregistré cette photo au format HEIC. Choisissez le format JPEG"
    " (« le plus compatible »), ou faites une capture d’écran de la photo.",
    "other": "Ce type de fichier n’est pas accepté. Envoyez un PDF, ou une photo JPEG ou PNG.",
    "encrypted": "Ce PDF est protégé par un mot de passe. Enregistrez-le sans mot de passe, puis envoyez-le.",
    "broken": "Ce fichier est abîmé ou incomplet : il ne s’ouvre pas. Enregistrez-le de nouveau, puis envoyez-le.",
    "too_many_pages": "Ce PDF a trop de pages (80 au plus). Envoyez seulement les pages demandées.",
    "too_many_pixels": "Cette image est trop grande. Prenez une photo ordinaire, ou réduisez-la.",
    "too_heavy": "Ce fichier est trop lourd à ouvrir. Envoyez une photo, ou un PDF plus simple.",
    "virus": "Le contrôle antivirus a trouvé un programme dangereux dans ce fichier : il n’est pas gardé.",
}


@dataclass(frozen=True, slots=True)
class Intake:
    """A document now in the store. `sha256` is of the bytes that were sent."""

    file_name: str
    original_name: str
    media_type: str
    pages: int
    size: int
    sha256: str
    scan: str


def limit_megabytes() -> int:
    """The largest file taken, in whole megabytes."""
    return settings.DOCUMENT_MAX_BYTES // 1_000_000


def refused(code: str) -> Refused:
    """The refusal to show next to the file's field."""
    return Refused(f"documents.{code}", MESSAGES[code].format(limit=limit_megabytes()), field=FIELD)


def check_size(size: int | None) -> None:
    """Refuse an empty or an oversized file."""
    if not size:
        raise refused("empty")
    if size > settings.DOCUMENT_MAX_BYTES:
        raise refused("too_big")


def fingerprint(upload: UploadedFile) -> str:
    """SHA-256 of the file as sent; refuses an empty or an oversized one first."""
    check_size(upload.size)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    return digest.hexdigest()


def take_in(upload: UploadedFile, sha256: str) -> Intake:
    """Rewrite the file without anything that acts, check it for viruses, and store it.

    A file that the caller's transaction then gives up stays without a row and is swept a day later.
    """
    store.need_room(2 * upload.size)
    with store.workroom() as room:
        source, target = room / "source", room / "target"
        with source.open("wb") as stream:
            for chunk in upload.chunks():
                stream.write(chunk)
        verdict = antivirus.examine(source, ENV.clamav)
        if verdict == antivirus.Verdict.INFECTED:
            raise refused("virus")
        answer = _rewrite(source, target)
        return Intake(
            size=target.stat().st_size,
            file_name=store.keep(target),
            original_name=shown_name(upload.name or ""),
            media_type=str(answer["media_type"]),
            pages=int(answer["pages"]),
            sha256=sha256,
            scan=str(verdict),
        )


def shown_name(name: str) -> str:
    """The sender's own name of the file, fit to be shown: no folder, no control or direction character."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable()).strip()[:200] or "document"


def _rewrite(source: Path, target: Path) -> dict[str, object]:
    """Run `cleaning.py` alone: a parser that a hostile file breaks takes nothing else down."""
    command = [sys.executable, "-I", str(CLEANING), str(source), str(target), str(settings.DOCUMENT_MAX_BYTES)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=WALL_SECONDS, check=False)
        answer = json.loads(done.stdout) if done.returncode == 0 else {"refused": "too_heavy"}
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        answer = {"refused": "too_heavy"}
    if "refused" in answer:
        # A document is not blamed for what the disk could not hold.
        store.need_room(settings.DOCUMENT_MAX_BYTES)
        raise refused(answer["refused"])
    return answer
