"""Describing a dwelling, declaring it empty, putting its offer on the site."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Unpack

from django.db import IntegrityError, transaction

from palier.accounts.actor import PALIER, Actor
from palier.accounts.roles import Role
from palier.common import clock, ledger
from palier.common.errors import NotYours, Refused
from palier.common.locks import locked
from palier.employers.models import Company
from palier.employers.queries import rights_of
from palier.homes.actions.kinds import Terms, checked
from palier.homes.models import AvailabilityStatement, Dwelling, Offer, Vacancy
from palier.homes.queries import candidate_counts, own_offers
from palier.homes.states import LIVE, OFFER
from palier.law import freshness
from palier.law.products import DIRECT, publication_days
from palier.law.receipts import commitment
from palier.territories.queries import setting


def check_landlord(actor: Actor) -> None:
    """Raise NotYours for anybody but a landlord's agent or system."""
    if actor.role != Role.LANDLORD:
        raise NotYours("a landlord's act")


@transaction.atomic
def add_dwelling(*, actor: Actor, reference: str, **fields: Any) -> Dwelling:
    """A dwelling of the actor's landlord; its reference is the landlord's own, once."""
    check_landlord(actor)
    try:
        with transaction.atomic():
            dwelling = Dwelling.objects.create(landlord=actor.organisation, reference=reference, **fields)
    except IntegrityError as error:
        raise Refused("dwelling.twice", "Cette référence existe déjà dans votre parc.", field="reference") from error
    ledger.record(verb="dwellings.add", subject=dwelling, actor=actor)
    return dwelling


@transaction.atomic
def draft_offer(
    *,
    actor: Actor,
    dwelling_id: int,
    available_on: date,
    charges: Decimal,
    contingent: str = "none",
    holder_id: int | None = None,
    description: str = "",
    **terms: Unpack[Terms],
) -> Offer:
    """Declare a dwelling empty and prepare its offer. One live offer per dwelling: asking again returns it."""
    check_landlord(actor)
    dwelling = locked(Dwelling.objects.filter(landlord=actor.organisation_id), dwelling_id)
    if (contingent == "none") != (holder_id is None):
        raise Refused("offer.holder", "Un logement réservé a un réservataire, et lui seul.", field="holder_id")
    vacancy = Vacancy.objects.filter(dwelling=dwelling, ended_on=None).first() or Vacancy.objects.create(
        dwelling=dwelling, notice_on=clock.today(), available_on=available_on
    )
    live = Offer.objects.filter(vacancy=vacancy, state__in=LIVE).first()
    if live is not None:
        return live
    kept = checked(dwelling, terms)
    if kept["product"] in DIRECT and contingent != "none":
        raise Refused(
            "offer.reserved",
            "Seule une location sociale est réservée : vous proposez celle-ci vous-même.",
            field="contingent",
        )
    return Offer.objects.create(
        vacancy=vacancy,
        dwelling=dwelling,
        charges=charges,
        contingent=contingent,
        holder_id=holder_id,
        description=description,
        draw_seed=secrets.token_hex(16),
        **kept,
    )


@transaction.atomic
def publish(*, actor: Actor, offer_id: int, via: str = "form") -> Offer:
    """Put the offer on the site, for the territory's number of days, or the law's for a sale if that is longer.

    `via`: form, file or system, as in a statement.
    """
    offer = locked(own_offers(actor), offer_id)
    if offer.state == "published":
        return offer
    now = clock.now()
    days = _days_open(offer)
    OFFER.fire(
        offer,
        "publish",
        actor=actor,
        data={"commitment": commitment(offer.draw_seed)},
        published_at=now,
        closes_at=now + timedelta(days=days),
        confirmed_at=now,
        confirmed_via=via,
    )
    AvailabilityStatement.objects.create(
        offer=offer, at=now, received_at=now, organisation=actor.organisation, says="available", via=via
    )
    return offer


def _days_open(offer: Offer) -> int:
    """How many days the offer takes applications."""
    days: int = setting("offer_days", on=clock.today(), territory=offer.dwelling.commune.department_id)
    return max(days, publication_days(offer.terms, clock.today()))


@transaction.atomic
def reserve_for(*, actor: Actor, offer_id: int, company_id: int | None) -> Offer:
    """Action Logement gives a dwelling it holds to the employees of one company, or to all again (`company_id` None).

    The company's contribution must open dwellings to its employees (`law.contribution`). Once somebody applied, those who
    may have the dwelling do not change any more.
    """
    if actor.role != Role.RESERVATION_HOLDER:
        raise NotYours("the holder gives its own dwellings")
    held = Offer.objects.select_related("dwelling__commune").filter(holder=actor.organisation_id)
    offer = locked(held.filter(contingent="action_logement").exclude(state="draft"), offer_id)
    if offer.reserved_for_id == company_id:
        return offer
    if offer.state not in ("published", "suspended") or candidate_counts([offer.pk]):
        raise Refused(
            "offer.reserve_late", "Des candidatures sont déjà là : la réservation ne change plus.", field="company"
        )
    company = Company.objects.filter(pk=company_id).first() if company_id else None
    if company is not None and not rights_of(company, clock.today()).dwellings:
        raise Refused(
            "offer.reserve_rights", "Cette entreprise ne réserve pas de logement par sa cotisation.", field="company"
        )
    offer.reserved_for = company
    offer.save(update_fields=["reserved_for"])
    ledger.record(
        verb="offers.reserve", subject=offer, actor=actor,
        data={"company": company.name if company else "toutes les entreprises"},
    )  # fmt: skip
    return offer


def reopen(*, offer: Offer) -> None:
    """Take applications again for a dwelling that nobody ranked took: its vacancy never ended. The row is locked.

    An offer whose landlord has not confirmed it lately waits for that first: an old statement proves nothing.
    """
    now = clock.now()
    territory = offer.dwelling.commune.department_id
    days = _days_open(offer)
    # The former seed was told with the list: another draw is promised to those who apply from now on.
    seed = secrets.token_hex(16)
    OFFER.fire(
        offer,
        "reopen",
        actor=PALIER,
        data={"commitment": commitment(seed)},
        closes_at=now + timedelta(days=days),
        draw_seed=seed,
    )
    hours = setting("freshness_hours", on=clock.today(), territory=territory)
    if offer.confirmed_at < freshness.stale_before(now, hours):
        OFFER.fire(offer, "suspend", actor=PALIER)
