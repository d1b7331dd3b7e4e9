"""What is signed at the end: every other candidate is freed; a social lease removes the demand that day (CCH R441-2-8 a)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django.db import transaction

from palier.accounts.actor import PALIER, Actor
from palier.allocations.actions.proposing import cancel_others, hold_places, in_days
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
from palier.law import calendar, codes
from palier.law.products import CONTRACT, DEED, LEASE

# Called with a social lease just recorded, while its household is still known: later apps keep what they count.
after_lease: list[Callable[[Lease], None]] = []


@transaction.atomic
def record_lease(
    *,
    actor: Actor,
    proposal_id: int,
    signed_on: date,
    starts_on: date,
    rent: Decimal | None = None,
    charges: Decimal = Decimal(0),
    ends_on: date | None = None,
    price: Decimal | None = None,
) -> Lease:
    """The lease, the residence's contract or the deed is signed: every other candidate is freed.

    With a social lease the demand is removed (RADATT) that very day, and not with the allocation (CCH R441-2-8 a); whatever
    else is signed leaves the demand as it is. `ends_on`: last day of a contract. `price`: of a sale, which has no rent.
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
    _check_days(signed_on, starts_on)
    _check_amounts(offer, rent, charges, price)
    _check_stay(offer, starts_on, ends_on)
    _check_free(proposal)
    application = locked(Application.objects.select_related("offer__dwelling__commune"), proposal.application_id)
    PROPOSAL.fire(proposal, "sign_lease", actor=actor)
    lease = Lease.objects.create(
        proposal=proposal,
        signed_on=signed_on,
        starts_on=starts_on,
        ends_on=ends_on,
        rent=rent,
        charges=charges,
        price=price,
        recorded_at=clock.now(),
    )
    recorded, ended = _VERBS[offer.terms.end]
    last = {"ends_on": in_days(ends_on)} if ends_on else {}
    ledger.record(verb=recorded, subject=lease, actor=actor, thread=demand.pk, data=last)
    applications.end(application, ended, actor=actor)
    OFFER.fire(offer, "let", actor=actor)
    reason = "sold" if offer.terms.end == DEED else "let"
    Vacancy.objects.filter(pk=offer.vacancy_id).update(ended_on=signed_on, end_reason=reason)
    cancel_others(offer, proposal, actor)
    freeing.release_others(actor=PALIER, offer=offer, reason=offer.terms.taken, keep=application.pk)
    if offer.terms.removes:
        tell(application, "allocation_leased", "Votre bail est signé")
        for follow in after_lease:
            follow(lease)
        demands.remove(actor=actor, demand_id=demand.pk, ground="RADATT", on=signed_on)
    else:
        tell(application, "allocation_signed", f"{offer.terms.signed} : votre demande continue", ends_on=ends_on)
    return lease


# What the story says of each end: of what was recorded, of the application.
_VERBS = {
    LEASE: ("leases.record", "lease"), CONTRACT: ("contracts.record", "sign_contract"), DEED: ("deeds.record", "sign_deed"),
}  # fmt: skip


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


def _check_days(signed_on: date, starts_on: date) -> None:
    if signed_on > clock.today():
        raise Refused(
            "lease.future", "Le bail se note une fois signé : la date ne peut pas être à venir.", field="signed_on"
        )
    if starts_on < signed_on:
        raise Refused("lease.starts", "Le bail ne peut pas commencer avant sa signature.", field="starts_on")


def _check_amounts(offer: Offer, rent: Decimal | None, charges: Decimal, price: Decimal | None) -> None:
    if offer.terms.end == DEED:
        if price is None or price <= 0 or rent is not None:
            raise Refused("lease.price", "Une vente se note avec son prix.", field="price")
        return
    if price is not None or rent is None or rent <= 0 or charges < 0:
        raise Refused("lease.rent", "Le loyer doit être positif.", field="rent")


def _check_stay(offer: Offer, starts_on: date, ends_on: date | None) -> None:
    """Only a residence's contract has a last day, within the months that its offer said."""
    if offer.terms.end != CONTRACT:
        if ends_on is not None:
            raise Refused("lease.ends", "Seul un contrat de résidence a un dernier jour.", field="ends_on")
        return
    last = calendar.add_months(starts_on, offer.months_at_most)
    if ends_on is None or not starts_on < ends_on <= last:
        raise Refused(
            "lease.ends", f"Le contrat finit après son début, et au plus tard le {in_days(last)}.", field="ends_on"
        )
