"""The date that tells until when a document holds: said by the household, confirmed by whoever checks it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.formats import date_format

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.common import clock, ledger
from palier.common.errors import NotYours, Refused
from palier.common.locks import locked
from palier.documents import queries
from palier.documents.kinds import discreet_kind
from palier.documents.models import Piece
from palier.documents.states import PIECE
from palier.law import proofs

# A date further away than this is a slip of the keyboard.
_OLDEST, _FURTHEST = 120, 60


@transaction.atomic
def date_piece(*, actor: Actor, piece_id: int, day: date | None) -> Piece:
    """The household says the date written on a document that nobody checked yet; None takes it back."""
    if actor.role not in (Role.APPLICANT, Role.DESK):
        raise NotYours(f"{actor.role} does not date documents before checking them")
    piece = locked(queries.pieces(actor), piece_id)
    if piece.state != "received":
        raise Refused("pieces.date.checked", "Cette pièce est déjà vérifiée : sa date ne change plus.", field="day")
    changes = dates(piece, day)
    if any(getattr(piece, name) != value for name, value in changes.items()):
        for name, value in changes.items():
            setattr(piece, name, value)
        piece.save(update_fields=list(changes))
        words = date_format(day, "j F Y") if day else "aucune"
        ledger.record(
            verb="pieces.date", subject=piece, actor=actor, thread=piece.demand_id,
            data={"kind": discreet_kind(piece.kind), "date": words},
        )  # fmt: skip
    return piece


def dates(piece: Piece, day: date | None) -> dict[str, Any]:
    """What a date changes in a document, whichever date its kind asks for; refuses a date that cannot be."""
    today = clock.today()
    asked = proofs.date_asked(piece.kind, today)
    if not asked:
        return {}
    if day is not None and not today.year - _OLDEST <= day.year <= today.year + _FURTHEST:
        raise Refused("pieces.date.far", "Vérifiez l’année de cette date.", field="day")
    if day is not None and asked == proofs.DATED and day > today:
        raise Refused("pieces.date.future", "Cette date n’est pas encore passée : vérifiez-la.", field="day")
    known = {proofs.DATED: None, proofs.ENDING: None, asked: day}
    return {**known, "valid_until": proofs.valid_until(piece.kind, **known, on=today)}


def retire_formers(piece: Piece, actor: Actor) -> None:
    """What an accepted document renews leaves the dossier: the same document, lapsed, or ending soon and before it."""
    today = clock.today()
    renewed = Q(valid_until__lt=today)
    if piece.valid_until is not None:
        renewed |= Q(valid_until__lt=piece.valid_until, valid_until__lte=today + queries.notice())
    same = Piece.objects.filter(demand=piece.demand_id, kind=piece.kind, about=piece.about, state="accepted")
    for former in same.filter(renewed).exclude(pk=piece.pk).order_by("pk"):
        data = {"kind": discreet_kind(former.kind)}
        PIECE.fire(former, "replace", actor=actor, thread=former.demand_id, data=data)
