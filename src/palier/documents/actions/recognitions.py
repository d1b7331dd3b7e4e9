"""Signalling an emergency with its proof, and recognising it or not (mission A15)."""

from __future__ import annotations

from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.common import clock, ledger
from palier.common.errors import NotYours, Refused
from palier.common.locks import locked
from palier.demands.models import Demand
from palier.demands.queries import visible_to as visible_demands
from palier.documents import queries
from palier.documents.actions.pieces import receive
from palier.documents.actions.telling import tell_later_apps, write_to
from palier.documents.kinds import AUTHORISED, PROOF_KINDS, SITUATIONS, discreet
from palier.documents.models import Recognition
from palier.documents.states import RECOGNITION


@transaction.atomic
def ask_recognition(*, actor: Actor, demand: Demand, situation: str, upload: UploadedFile | None = None) -> Recognition:
    """Signal a situation, with its proof when one is at hand. Signalling it twice adds the proof to the first."""
    if actor.role not in (Role.APPLICANT, Role.DESK):
        raise NotYours(f"{actor.role} may not signal a situation")
    if situation not in SITUATIONS:
        raise Refused("recognitions.situation", "Choisissez la situation dans la liste.", field="situation")
    demand = locked(visible_demands(actor), demand.pk)
    if demand.state != "active":
        raise Refused("recognitions.removed", "Cette demande n’est plus active.")
    kind = PROOF_KINDS[situation]
    piece = receive(actor=actor, demand=demand, kind=kind, upload=upload) if upload else None
    live = Recognition.objects.filter(demand=demand, situation=situation).exclude(state="refused")
    recognition = live.order_by("pk").first()
    if recognition is None:
        recognition = Recognition.objects.create(demand=demand, situation=situation, piece=piece, asked_at=clock.now())
        ledger.record(
            verb="recognitions.ask", subject=recognition, actor=actor, thread=demand.pk,
            data={"situation": discreet(situation)},
        )  # fmt: skip
    elif piece is not None:
        recognition.piece = piece
        recognition.save(update_fields=["piece"])
    tell_later_apps(demand)
    return recognition


@transaction.atomic
def learn_recognition(*, actor: Actor, demand: Demand, situation: str) -> bool:
    """A decision told by another system, to be recognised by the service that may; False when it is known already."""
    if actor.role != Role.SYSTEM:
        raise NotYours(f"{actor.role} learns nothing from other systems")
    demand = locked(visible_demands(actor), demand.pk)
    if Recognition.objects.filter(demand=demand, situation=situation).exclude(state="refused").exists():
        return False
    recognition = Recognition.objects.create(demand=demand, situation=situation, asked_at=clock.now())
    ledger.record(
        verb="recognitions.learn", subject=recognition, actor=actor, thread=demand.pk,
        data={"situation": discreet(situation)},
    )  # fmt: skip
    tell_later_apps(demand)
    return True


@transaction.atomic
def recognise(*, actor: Actor, recognition_id: int, valid_to: date | None = None) -> Recognition:
    """Recognise a situation from today, until `valid_to` included when there is an end."""
    recognition = _mine_to_decide(actor, recognition_id)
    if recognition.state == "recognised":
        return recognition
    today = clock.today()
    if valid_to is not None and valid_to < today:
        raise Refused("recognitions.valid_to", "La date de fin ne peut pas être passée.", field="valid_to")
    situation = discreet(recognition.situation)
    RECOGNITION.fire(
        recognition, "recognise", actor=actor, thread=recognition.demand_id, data={"situation": situation},
        decided_at=clock.now(), decided_by=actor.organisation, valid_from=today, valid_to=valid_to,
    )  # fmt: skip
    _tell(recognition, actor, subject="Votre situation est reconnue", recognised=True)
    return recognition


@transaction.atomic
def refuse_recognition(*, actor: Actor, recognition_id: int, reason: str) -> Recognition:
    """Say that a situation is not recognised, and why, in words for the household."""
    reason = " ".join(reason.split())
    if not reason:
        raise Refused("recognitions.reason", "Expliquez la raison : la personne doit comprendre.", field="reason")
    if len(reason) > 300:
        raise Refused("recognitions.long", "Écrivez 300 caractères au plus.", field="reason")
    recognition = _mine_to_decide(actor, recognition_id)
    if recognition.state == "refused":
        return recognition
    RECOGNITION.fire(
        recognition, "refuse", actor=actor, thread=recognition.demand_id,
        data={"situation": discreet(recognition.situation), "reason": reason},
        decided_at=clock.now(), decided_by=actor.organisation, reason=reason,
    )  # fmt: skip
    _tell(recognition, actor, subject="Réponse à votre signalement", recognised=False)
    return recognition


def _mine_to_decide(actor: Actor, recognition_id: int) -> Recognition:
    recognition = locked(queries.recognitions(actor), recognition_id)
    kind = actor.organisation.kind if actor.organisation else ""
    if kind not in AUTHORISED[recognition.situation]:
        raise NotYours(f"{kind or actor.role} is not authorised for {recognition.situation}")
    return recognition


def _tell(recognition: Recognition, actor: Actor, *, subject: str, recognised: bool) -> None:
    # The mail says nothing of what the situation is: a mailbox may be read by somebody else.
    write_to(
        recognition.demand,
        kind="recognition",
        subject=subject,
        template="recognition",
        context={"recognised": recognised, "by": actor.signature},
    )
    tell_later_apps(recognition.demand)
