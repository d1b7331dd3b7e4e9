"""A sheltered household lets the landlord of one dwelling open its documents, which show where it lives; or no longer."""

from __future__ import annotations

from django.db import transaction

from palier.accounts.actor import Actor
from palier.accounts.models import Organisation
from palier.accounts.roles import Role
from palier.common import clock, ledger
from palier.common.errors import NotYours, Refused
from palier.common.locks import locked
from palier.demands.models import Demand
from palier.demands.queries import visible_to
from palier.documents.kinds import plain_name
from palier.documents.models import Agreement, Piece


@transaction.atomic
def open_pieces(*, actor: Actor, demand_id: int, application: int, body: Organisation) -> Agreement:
    """Let `body` open them while `application`, to one of its dwellings, is under way."""
    demand = _own(actor, demand_id)
    if not demand.sheltered:
        raise Refused("pieces.open.plain", "Votre adresse n’est pas protégée : vos pièces sont déjà ouvertes.")
    held, made = Agreement.objects.get_or_create(
        demand=demand, organisation=body, application=application, ended_at=None, defaults={"given_at": clock.now()}
    )
    if made:
        ledger.record(verb="pieces.open", subject=held, actor=actor, thread=demand.pk, data={"body": body.name})
    return held


@transaction.atomic
def close_pieces(*, actor: Actor, demand_id: int, application: int) -> None:
    """Take it back, at once; what was read before was read."""
    demand = _own(actor, demand_id)
    for held in Agreement.objects.filter(demand=demand, application=application, ended_at=None):
        held.ended_at = clock.now()
        held.save(update_fields=["ended_at"])
        ledger.record(
            verb="pieces.close", subject=held, actor=actor, thread=demand.pk,
            data={"body": held.organisation.name},
        )  # fmt: skip


def _own(actor: Actor, demand_id: int) -> Demand:
    if actor.role != Role.APPLICANT:
        raise NotYours("a household opens its own documents")
    return locked(visible_to(actor), demand_id)


def forget_names(demand: Demand) -> None:
    """A file bears the name that its owner gave it, often a place: a sheltered household's say their kind instead."""
    held = list(Piece.objects.filter(demand=demand).order_by("pk"))
    for piece in held:
        piece.original_name = plain_name(piece.kind, piece.original_name)
    Piece.objects.bulk_update(held, ["original_name"])
