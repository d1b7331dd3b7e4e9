"""A file sent by blocks, so that a broken connection costs one block (docs/decisions/uploads.md)."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet

from palier.accounts.actor import Actor
from palier.common import clock
from palier.common.errors import Refused
from palier.common.locks import locked
from palier.demands.models import Demand
from palier.documents import queries, store
from palier.documents.actions.pieces import expect, receive
from palier.documents.intake import FIELD, check_size, fingerprint, shown_name
from palier.documents.models import Piece, Upload

# Files that one sender may leave unfinished in a dossier.
UNFINISHED = 20


class OutOfPlace(Refused):
    """The block does not follow what is held."""

    def __init__(self, held: int) -> None:
        super().__init__("documents.out_of_place", f"Ce bloc n’est pas attendu ici : reprenez à l’octet {held}.")


@transaction.atomic
def begin(
    *, actor: Actor, demand: Demand, kind: str, about: str, name: str, size: int, sha256: str
) -> Upload | None:  # fmt: skip
    """Announce a file, or find again what is held of it. None: that very document is already in the dossier."""
    check_size(size)
    demand, twin = expect(actor=actor, demand=demand, kind=kind, about=about, sha256=sha256)
    begun = queries.uploads(actor).filter(demand=demand)
    same = begun.filter(kind=kind, about=about, sha256=sha256)
    if twin is not None:
        _drop(same)
        return None
    # The size too: a browser that lies about one of the two begins another file.
    upload = same.select_for_update(of=("self",), no_key=True).first()
    if upload is not None and upload.size == size:
        upload.received = queries.held(upload)
        return upload
    _drop(same)
    if begun.count() >= UNFINISHED:
        raise Refused(
            "documents.too_many_begun",
            "Beaucoup de fichiers sont déjà à moitié envoyés. Terminez-en un, ou annulez-le.",
            field=FIELD,
        )
    now = clock.now()
    return Upload.objects.create(
        demand=demand, person=actor.person, kind=kind, about=about, original_name=shown_name(name), size=size,
        file_name=secrets.token_hex(24), sha256=sha256, begun_at=now, last_at=now,
    )  # fmt: skip


@transaction.atomic
def add_block(*, actor: Actor, upload_id: int, offset: int, block: bytes) -> Upload:
    """Write one block at its place. One that is held already changes nothing.

    Refused: OutOfPlace (a gap), a content longer than announced, `store.NoRoom`.
    """
    upload = locked(queries.uploads(actor), upload_id)
    held, end = queries.held(upload), offset + len(block)
    if end > upload.size:
        raise Refused("documents.beyond", "Ce fichier est plus long qu’annoncé. Choisissez-le de nouveau.", field=FIELD)
    if end <= held:
        return upload
    if offset != held:
        raise OutOfPlace(held)
    store.extend(upload.file_name, offset, block)
    upload.received, upload.last_at = end, clock.now()
    upload.save(update_fields=["received", "last_at"])
    return upload


def complete(*, actor: Actor, demand: Demand, kind: str, about: str, sha256: str) -> Piece:
    """Take in the file whose blocks are all there; completing it twice gives the same document.

    What is not a fit document is refused as by `receive`, and forgotten; a full disk leaves it waiting.
    """
    refusal = None
    with transaction.atomic():
        demand, twin = expect(actor=actor, demand=demand, kind=kind, about=about, sha256=sha256)
        mine = queries.uploads(actor).filter(demand=demand, kind=kind, about=about, sha256=sha256)
        upload = mine.select_for_update(of=("self",), no_key=True).first()
        if upload is None:
            if twin is not None:
                return twin
            raise Refused(
                "documents.not_begun",
                "Cet envoi a été annulé ou a expiré. Choisissez le fichier de nouveau.",
                field=FIELD,
            )
        if queries.held(upload) < upload.size:
            raise Refused(
                "documents.unfinished", "Ce fichier n’est pas entièrement reçu. Choisissez-le de nouveau pour continuer.",
                field=FIELD,
            )  # fmt: skip
        try:
            with transaction.atomic():
                piece = _take(actor, upload)
        except store.NoRoom:
            raise
        except Refused as told:
            refusal = told
        _drop(mine)
    if refusal is not None:
        raise refusal
    return piece


def _take(actor: Actor, upload: Upload) -> Piece:
    with store.half_of(upload.file_name).open("rb") as stream:
        file = UploadedFile(stream, upload.original_name, size=upload.size)
        if fingerprint(file) != upload.sha256:
            raise Refused(
                "documents.changed", "Ce fichier a changé pendant l’envoi. Choisissez-le de nouveau.", field=FIELD
            )
        return receive(actor=actor, demand=upload.demand, kind=upload.kind, about=upload.about, upload=file)


@transaction.atomic
def give_up(*, actor: Actor, upload_id: int) -> Demand:
    """Forget a file sent in part; returns the demand it was for."""
    upload = locked(queries.uploads(actor), upload_id)
    _drop(queries.uploads(actor).filter(pk=upload.pk))
    return upload.demand


@transaction.atomic
def expire() -> None:
    """Forget the files that nobody goes on sending."""
    last = clock.now() - timedelta(days=settings.UPLOAD_DAYS)
    _drop(Upload.objects.filter(last_at__lt=last))


def _drop(gone: QuerySet[Upload]) -> None:
    """The rows now, their bytes once the rows are really gone; what a crash leaves is swept a day later."""
    names = list(gone.order_by("pk").values_list("file_name", flat=True))
    gone.delete()
    transaction.on_commit(lambda: [store.drop_half(name) for name in names], robust=True)
