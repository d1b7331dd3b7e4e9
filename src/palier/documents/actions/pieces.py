"""Giving, checking and taking back a document."""

from __future__ import annotations

from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.formats import date_format

from palier.accounts.actor import PALIER, Actor
from palier.accounts.roles import Role
from palier.common import clock, ledger
from palier.common.errors import NotYours, Refused
from palier.common.locks import locked
from palier.demands.form import Form
from palier.demands.models import Demand
from palier.demands.queries import visible_to as visible_demands
from palier.demands.words import people
from palier.documents import queries, store
from palier.documents.actions.dating import dates, retire_formers
from palier.documents.actions.telling import tell_later_apps, write_to
from palier.documents.intake import FIELD, fingerprint, take_in
from palier.documents.kinds import (
    ADVICE,
    ALL_REFUSALS,
    REFUSALS,
    VIRUS,
    accepted_kinds,
    plain_name,
    refusal_words,
    told_of_kind,
)
from palier.documents.models import Piece
from palier.documents.states import PIECE, SHOWN
from palier.law.discretion import SENSITIVE_KINDS
from palier.law.documents import DOCUMENTS

GIVERS = frozenset({Role.APPLICANT, Role.DESK, Role.LANDLORD})
# Bounds for one household: an honest dossier has some twenty documents.
PER_KIND = 12
PER_DEMAND = 120


def receive(*, actor: Actor, demand: Demand, kind: str, about: str = "applicant", upload: UploadedFile | None) -> Piece:
    """Take one document for a demand. The same file sent twice is one document.

    Refused with the reason next to the field: nothing chosen, empty, too big, not a PDF/JPEG/PNG,
    protected, broken, dangerous, or the very file that was refused before.
    """
    _may_give(actor, kind)
    if upload is None:
        raise Refused("documents.none", "Choisissez un fichier sur votre appareil.", field=FIELD)
    sha256 = fingerprint(upload)
    with transaction.atomic():
        demand, twin = expect(actor=actor, demand=demand, kind=kind, about=about, sha256=sha256)
        return twin or _store(actor, demand, kind, about, take_in(upload, sha256))


def expect(*, actor: Actor, demand: Demand, kind: str, about: str, sha256: str) -> tuple[Demand, Piece | None]:
    """The demand, locked, and the document that this very file already is.

    Refused as `receive` would, when the file need not even be read.
    """
    _may_give(actor, kind)
    demand = locked(visible_demands(actor), demand.pk)
    if demand.state != "active":
        raise Refused("documents.removed", "Cette demande n’est plus active : on ne peut plus y joindre de pièce.")
    if about not in people(Form.from_json(demand.form)) | {row.about: "" for row in queries.due(demand)}:
        raise Refused("documents.about", "Cette personne ne fait plus partie de la demande.")
    same = Piece.objects.filter(demand=demand, kind=kind, about=about)
    twin = same.filter(sha256=sha256, state__in=SHOWN).order_by("-pk").first()
    if twin is not None and twin.state == "refused":
        raise Refused(
            "documents.same_refused",
            "C’est le même fichier que celui qui a été refusé. Envoyez-en un autre.",
            field=FIELD,
        )
    full = same.filter(state__in=SHOWN).count() >= PER_KIND or demand.pieces.count() >= PER_DEMAND
    if twin is None and full:
        raise Refused("documents.too_many", "Il y a déjà beaucoup de fichiers ici. Retirez-en un d’abord.")
    return demand, twin


def _may_give(actor: Actor, kind: str) -> None:
    if actor.role not in GIVERS:
        raise NotYours(f"{actor.role} may not give documents")
    if kind not in accepted_kinds():
        raise Refused("documents.kind", "Cette pièce ne fait pas partie de celles qui peuvent être demandées.")


def _store(actor: Actor, demand: Demand, kind: str, about: str, intake) -> Piece:
    now = clock.now()
    piece = Piece.objects.create(
        demand=demand, kind=kind, about=about, original_name=plain_name(kind, intake.original_name) if demand.sheltered else intake.original_name, file_name=intake.file_name,
        media_type=intake.media_type, size=intake.size, pages=intake.pages, sha256=intake.sha256, scan=intake.scan,
        uploaded_at=now, uploaded_role=actor.role,
    )  # fmt: skip
    ledger.record(verb="pieces.receive", subject=piece, actor=actor, thread=demand.pk, data=_words(piece))
    for former in Piece.objects.filter(demand=demand, kind=kind, about=about, state="refused").order_by("pk"):
        PIECE.fire(former, "replace", actor=actor, thread=demand.pk, data=_words(former))
    return piece


@transaction.atomic
def accept(*, actor: Actor, piece_id: int, day: date | None = None) -> Piece:
    """Say that a document is good. Accepting it twice changes nothing.

    `day`: the date read on it (`law.proofs.date_asked`), the household's own when nothing is given. What it renews
    leaves the dossier now, and not before. Refused when that date makes it out of date already.
    """
    piece = _locked_piece(actor, piece_id)
    if piece.state == "accepted":
        return piece
    dated = dates(piece, day or piece.dated_on or piece.expires_on)
    if (until := dated.get("valid_until")) and until < clock.today():
        raise Refused(
            "pieces.accept.lapsed",
            f"D’après cette date, la pièce ne vaut plus depuis le {date_format(until, 'j F Y')} : refusez-la.",
            field="day",
        )
    PIECE.fire(
        piece, "accept", actor=actor, thread=piece.demand_id, data=_words(piece),
        checked_at=clock.now(), checked_by=actor.organisation, **dated,
    )  # fmt: skip
    retire_formers(piece, actor)
    tell_later_apps(piece.demand)
    return piece


@transaction.atomic
def refuse(*, actor: Actor, piece_id: int, code: str, text: str = "") -> Piece:
    """Say that a document cannot be used, with a reason of the list (and words of one's own).

    The household is told by mail and may replace it.
    """
    known = ALL_REFUSALS if actor.role == Role.SYSTEM else REFUSALS
    text = " ".join(text.split())
    if code not in known:
        raise Refused("pieces.refuse.code", "Choisissez la raison du refus.", field="code")
    if code == "other" and not text:
        raise Refused("pieces.refuse.text", "Précisez la raison : la personne doit savoir quoi corriger.", field="text")
    if len(text) > 300:
        raise Refused("pieces.refuse.long", "Écrivez 300 caractères au plus.", field="text")
    piece = _locked_piece(actor, piece_id)
    if piece.state == "refused":
        return piece
    reason = refusal_words(code, text)
    PIECE.fire(
        piece, "refuse", actor=actor, thread=piece.demand_id, data={**_words(piece), "reason": reason},
        refusal_code=code, refusal_text=text, checked_at=clock.now(), checked_by=actor.organisation,
    )  # fmt: skip
    write_to(
        piece.demand,
        kind="piece_refused",
        subject="Une pièce de votre dossier est à remplacer",
        template="piece_refused",
        context={
            "label": _words(piece)["kind"],
            "reason": reason,
            "by": actor.signature,
            "advice": ADVICE.get(code, ""),
            "expected": "" if piece.kind in SENSITIVE_KINDS else DOCUMENTS[piece.kind].help,
            "action_path": "/mon-espace/pieces/",
            "action_label": "Remplacer cette pièce",
        },
    )
    tell_later_apps(piece.demand)
    return piece


@transaction.atomic
def withdraw(*, actor: Actor, piece_id: int) -> Piece:
    """Take back a document that nobody has accepted; its file is removed by the next sweep."""
    piece = _locked_piece(actor, piece_id)
    if piece.state == "withdrawn":
        return piece
    PIECE.fire(piece, "withdraw", actor=actor, thread=piece.demand_id, data=_words(piece))
    tell_later_apps(piece.demand)
    return piece


@transaction.atomic
def settle_scan(*, piece_id: int, infected: bool) -> None:
    """The virus check's late verdict on a document that was waiting for it."""
    piece = locked(queries.unscanned(), piece_id)
    if infected:
        if piece.state != "refused":
            refuse(actor=PALIER, piece_id=piece_id, code=VIRUS)
        store.forget(piece.file_name)
    else:
        Piece.objects.filter(pk=piece_id).update(scan="clean")


def _locked_piece(actor: Actor, piece_id: int) -> Piece:
    visible = Piece.objects.all() if actor.role == Role.SYSTEM else queries.pieces(actor)
    return locked(visible, piece_id)


def _words(piece: Piece) -> dict[str, object]:
    return told_of_kind(piece.kind)
