"""The signed lease: the demand is removed that day, and every other candidate is freed (CCH R441-2-8 a)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django.db import transaction

from palier.accounts.actor import PALIER, Actor
from palier.allocations.actions.proposing import cancel_others, hold_places
from palier.allocations.models import Lease, Proposal
from palier.allocations.queries import suspended, visible_to
from palier.allocations.states import PROPOSAL
from palier.applications import actions as applications
from palier.applications import freeing
from palier.applications.models import Application
from palier.applications.telling import tell
from palier.common import clock, ledger
from palier.common.errors import Refused
from palier.common.locks import locked
from palier.demands import actions as demands
from palier.demands.models import Demand
from palier.homes.models import Offer, Vacancy
from palier.homes.states import OFFER
from palier.law import codes

# Called with a lease just recorded, while its household is still known: later apps keep what they count.
after_lease: list[Callable[[Lease], None]] = []


@transaction.atomic
def record_lease(
    *, actor: Actor, proposal_id: int, signed_on: date, starts_on: date, rent: Decimal, charges: Decimal
) -> Lease:
    """The lease is signed: the demand is removed (RADATT) that very day, and every other candidate is freed.

    The removal comes here and not with the allocation (CCH R441-2-8 a).
    """
    offer_id, demand_id = visible_to(actor).values_list("offer_id", "application__demand_id").get(pk=proposal_id)
    hold_places([demand_id])
    offer = locked(
        Offer.objects.filter(dwelling__landlord=actor.organisation_id).select_related("dwelling__commune"), offer_id
    )
    demand = locked(Demand.objects.all(), demand_id)
    proposal = locked(visible_to(actor), proposal_id)
    done = Lease.objects.filter(proposal=proposal).first()
    if done is not None:
        return done
    _check_lease(signed_on, starts_on, rent, charges)
    _check_free(proposal)
    application = locked(Application.objects.select_related("offer__dwelling__commune"), proposal.application_id)
    PROPOSAL.fire(proposal, "sign_lease", actor=actor)
    lease = Lease.objects.create(
        proposal=proposal, signed_on=signed_on, starts_on=starts_on, rent=rent, charges=charges, recorded_at=clock.now()
    )
    ledger.record(verb="leases.record", subject=lease, actor=actor, thread=demand.pk)
    applications.end(application, "lease", actor=actor)
    OFFER.fire(offer, "let", actor=actor)
    Vacancy.objects.filter(pk=offer.vacancy_id).update(ended_on=signed_on, end_reason="let")
    cancel_others(offer, proposal, actor)
    freeing.release_others(actor=PALIER, offer=offer, reason="il est loué à un autre ménage", keep=application.pk)
    tell(application, "allocation_leased", "Votre bail est signé")
    for follow in after_lease:
        follow(lease)
    demands.remove(actor=actor, demand_id=demand.pk, ground="RADATT", on=signed_on)
    return lease


def _check_free(proposal: Proposal) -> None:
    if proposal.awaits_document:
        document = codes.label("document", proposal.condition_document)
        raise Refused(
            "lease.condition",
            f"L’attribution est sous condition : le bail se signe une fois la pièce acceptée ({document.lower()}).",
        )
    if suspended(proposal.offer_id):
        raise Refused(
            "lease.suspended", "Une contestation suspend les suites de ce logement : attendez qu’elle soit levée."
        )


def _check_lease(signed_on: date, starts_on: date, rent: Decimal, charges: Decimal) -> None:
    if signed_on > clock.today():
        raise Refused(
            "lease.future", "Le bail se note une fois signé : la date ne peut pas être à venir.", field="signed_on"
        )
    if starts_on < signed_on:
        raise Refused("lease.starts", "Le bail ne peut pas commencer avant sa signature.", field="starts_on")
    if rent <= 0 or charges < 0:
        raise Refused("lease.rent", "Le loyer doit être positif.", field="rent")
