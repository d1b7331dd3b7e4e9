"""Signalling an emergency with its proof, recognising it or not, taking it back, renewing it (mission A15)."""

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
from palier.documents.actions.pieces import receive, withdraw
from palier.documents.actions.telling import tell_later_apps, write_to
from palier.documents.kinds import AUTHORISED, PROOF_KINDS, RESERVED, SITUATIONS
from palier.documents.models import Recognition
from palier.documents.states import RECOGNITION


@transaction.atomic
def ask_recognition(*, actor: Actor, demand: Demand, situation: str, upload: UploadedFile | None = None) -> Recognition:
    """Signal a situation, with its proof when one is at hand.

    Asked twice is asked once: the second adds its proof to the first. What is recognised is not asked again but renewed
    (`renew_recognition`). After a refusal, a withdrawal or the end of its validity, it is a new question.
    """
    if actor.role not in (Role.APPLICANT, Role.DESK):
        raise NotYours(f"{actor.role} may not signal a situation")
    if situation not in SITUATIONS:
        raise Refused("recognitions.situation", "Choisissez la situation dans la liste.", field="situation")
    if actor.role == Role.DESK and situation not in queries.authorised(actor):
        raise NotYours("a desk signals what it may know of")
    demand = _open_demand(actor, demand.pk)
    held = Recognition.objects.filter(demand=demand, situation=situation, state="recognised").first()
    if held is not None and queries.in_force(held):
        return held
    return _ask(actor, demand, situation, upload)


@transaction.atomic
def renew_recognition(*, actor: Actor, recognition_id: int, upload: UploadedFile | None) -> Recognition:
    """Prove again a situation whose recognition ends: the former answer counts until its own end or the new answer."""
    if actor.role != Role.APPLICANT:
        raise NotYours("a household renews its own situation")
    held = queries.recognitions(actor).get(pk=recognition_id)
    demand = _open_demand(actor, held.demand_id)
    held.refresh_from_db()
    if held.state not in ("recognised", "lapsed"):
        raise Refused("recognitions.renew.state", "Cette situation n’est plus à renouveler.")
    if held.state == "recognised" and held.valid_to is None:
        raise Refused(
            "recognitions.renew.endless", "Cette situation est reconnue sans date de fin : rien à renouveler."
        )
    if upload is None:
        raise Refused("documents.none", "Choisissez un document récent sur votre appareil.", field="file")
    return _ask(actor, demand, held.situation, upload)


def _open_demand(actor: Actor, pk: int) -> Demand:
    demand = locked(visible_demands(actor), pk)
    if demand.state != "active":
        raise Refused("recognitions.removed", "Cette demande n’est plus active.")
    return demand


def _ask(actor: Actor, demand: Demand, situation: str, upload: UploadedFile | None) -> Recognition:
    kind = PROOF_KINDS[situation]
    piece = receive(actor=actor, demand=demand, kind=kind, upload=upload) if upload else None
    recognition = Recognition.objects.filter(demand=demand, situation=situation, state="asked").first()
    if recognition is None:
        recognition = Recognition.objects.create(demand=demand, situation=situation, piece=piece, asked_at=clock.now())
        ledger.record(verb="recognitions.ask", subject=recognition, actor=actor, thread=demand.pk, data=RESERVED)
    elif piece is not None:
        recognition.piece = piece
        recognition.save(update_fields=["piece"])
    tell_later_apps(demand)
    return recognition


@transaction.atomic
def withdraw_recognition(*, actor: Actor, recognition_id: int) -> Recognition:
    """The household takes its signal back; what proved it goes too unless somebody relied on it."""
    if actor.role != Role.APPLICANT:
        raise NotYours("a household withdraws its own signal")
    recognition = locked(queries.recognitions(actor), recognition_id)
    if recognition.state == "withdrawn":
        return recognition
    RECOGNITION.fire(recognition, "withdraw", actor=actor, thread=recognition.demand_id, data=RESERVED)
    if recognition.piece is not None and recognition.piece.state in ("received", "refused"):
        withdraw(actor=actor, piece_id=recognition.piece_id)
    tell_later_apps(recognition.demand)
    return recognition


@transaction.atomic
def learn_recognition(*, actor: Actor, demand: Demand, situation: str) -> bool:
    """A decision told by another system, to be recognised by the service that may; False when it is known already."""
    if actor.role != Role.SYSTEM:
        raise NotYours(f"{actor.role} learns nothing from other systems")
    demand = locked(visible_demands(actor), demand.pk)
    if Recognition.objects.filter(demand=demand, situation=situation, state__in=["asked", "recognised"]).exists():
        return False
    recognition = Recognition.objects.create(demand=demand, situation=situation, asked_at=clock.now())
    ledger.record(verb="recognitions.learn", subject=recognition, actor=actor, thread=demand.pk, data=RESERVED)
    tell_later_apps(demand)
    return True


@transaction.atomic
def recognise(*, actor: Actor, recognition_id: int, valid_to: date | None = None) -> Recognition:
    """Recognise a situation from today, until `valid_to` included when there is an end. A former answer ends here."""
    recognition = _mine_to_decide(actor, recognition_id)
    if recognition.state == "recognised":
        return recognition
    today = clock.today()
    if valid_to is not None and valid_to < today:
        raise Refused("recognitions.valid_to", "La date de fin ne peut pas être passée.", field="valid_to")
    same = queries.recognitions(actor).filter(demand=recognition.demand_id, situation=recognition.situation)
    for held in same.filter(state="recognised"):
        RECOGNITION.fire(held, "renew", actor=actor, thread=recognition.demand_id, data=RESERVED)
    RECOGNITION.fire(
        recognition, "recognise", actor=actor, thread=recognition.demand_id, data=RESERVED,
        decided_at=clock.now(), decided_by=actor.organisation, valid_from=today, valid_to=valid_to,
    )  # fmt: skip
    _tell(recognition, actor)
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
        recognition, "refuse", actor=actor, thread=recognition.demand_id, data=RESERVED,
        decided_at=clock.now(), decided_by=actor.organisation, reason=reason,
    )  # fmt: skip
    _tell(recognition, actor)
    return recognition


def _mine_to_decide(actor: Actor, recognition_id: int) -> Recognition:
    recognition = locked(queries.recognitions(actor), recognition_id)
    kind = actor.organisation.kind if actor.organisation else ""
    if kind not in AUTHORISED[recognition.situation]:
        raise NotYours(f"{kind or actor.role} is not authorised for {recognition.situation}")
    return recognition


def _tell(recognition: Recognition, actor: Actor) -> None:
    """The mail says neither what was asked nor what was answered: a mailbox may be read by somebody else."""
    write_to(
        recognition.demand,
        kind="recognition",
        subject="Du nouveau dans votre dossier de logement social",
        template="recognition",
        context={},
    )
    tell_later_apps(recognition.demand)
