"""Writes on applications: apply, withdraw, rank and send, free. Those of the landlord's examination: `instructing`.

Locks are taken in the order of `common.locks`: the offer first, then the demand, then the application.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from palier.accounts.actor import PALIER, Actor
from palier.accounts.roles import Role
from palier.applications.models import Application, SeenRank, Shortlist, ShortlistEntry
from palier.applications.offers import Assessment, assess, describe, seen
from palier.applications.placing import follow
from palier.applications.queries import Rank, last_seen, latest_shortlist, of_demand, own_rank, ranks, visible_to
from palier.applications.receipts import lot, make
from palier.applications.states import APPLICATION, LIVE
from palier.applications.telling import tell
from palier.common import clock, ledger
from palier.common.errors import NotYours, Refused
from palier.common.isolation import as_system
from palier.common.locks import locked, locked_all
from palier.demands.models import Demand
from palier.homes.models import Offer
from palier.homes.states import OFFER
from palier.law.household import Household
from palier.law.products import DIRECT, priority
from palier.law.receipts import commitment
from palier.reservations import actions as reservations
from palier.territories.queries import setting


@transaction.atomic
def submit(*, actor: Actor, demand: Demand, offer_id: int, told: dict[str, Any] | None = None) -> Application:
    """Apply to an offer. Twice on the same offer is once. `told`: what else the household read of its odds.

    Where the landlord chooses by itself, the file goes to it at once, with the household's class on that day.

    Refused when the offer takes no application any more, when the household may not have it (with the
    first reason), or when its live applications already fill the territory's number (one by default).
    """
    if actor.role != Role.APPLICANT or demand.person_id != actor.person_id:
        raise NotYours("one applies for one's own demand")
    with as_system("an applicant may not lock the landlord's offer, and must not apply while it closes"):
        offer = locked(Offer.objects.select_related("dwelling__commune"), offer_id)
    demand = locked(Demand.objects.filter(person=actor.person_id), demand.pk)
    already = Application.objects.filter(demand=demand, offer=offer, state__in=LIVE).first()
    if already is not None:
        return already
    now = clock.now()
    if demand.state != "active":
        raise Refused("demand.removed", "Votre demande n’est plus active : elle doit l’être pour postuler.")
    if offer.state != "published" or offer.closes_at <= now:
        raise Refused("offer.closed", "Cette offre ne prend plus de candidatures.")
    household = seen(demand, clock.today())
    assessment = assess(demand, offer, on=clock.today(), household=household)
    if not assessment.eligibility.eligible:
        raise Refused("not_eligible", assessment.first_obstacle)
    application = _made(demand, offer, household, assessment, told or {})
    follow([demand.pk])
    ledger.record(
        verb="applications.submit",
        subject=application,
        actor=actor,
        thread=demand.pk,
        data={"application": application.pk, "offer": describe(offer)},
    )
    if offer.terms.direct:
        with as_system("the file goes to the landlord by the rule of its kind of offer, by nobody's act"):
            move(application, "hand_over", actor=PALIER)
        tell(application, "application_handed_over", "Votre candidature est enregistrée", rule=offer.terms.rule)
        return application
    rank = own_rank(application)
    if rank is not None:
        note_rank(actor=actor, application=application, rank=rank)
    promise = commitment(offer.draw_seed)
    tell(application, "application_applied", "Votre candidature est enregistrée", promise=promise)
    return application


def _made(
    demand: Demand, offer: Offer, household: Household, assessment: Assessment, told: dict[str, Any]
) -> Application:
    """The application in one of the household's live places, with what it was told; no place where points do not order."""
    now, place = clock.now(), assessment.place
    shown: dict[str, Any] = {"candidates": place.candidates, "effort": assessment.effort_text}
    if not offer.terms.direct:
        shown["position"] = place.position
    application = Application(
        demand=demand,
        offer=offer,
        live_slot=_free_slot(demand),
        applied_at=now,
        state_at=now,
        registered_on=demand.first_registered_on,
        priority=priority(offer.terms, household, clock.today()),
        **lot(offer.draw_seed, demand.pk),
        told={**shown, **told},
    )
    try:
        with transaction.atomic():
            application.save()
    except IntegrityError as error:
        raise Refused("applications.too_many", _TOO_MANY) from error
    return application


_TOO_MANY = (
    "Vous avez déjà une candidature en cours. Vous pouvez la retirer à tout moment, puis postuler à cette offre."
)


def _free_slot(demand: Demand) -> int:
    """The lowest free live place of the household, within the territory's number."""
    allowed = setting("live_applications", on=clock.today(), territory=demand.department_id)
    taken = set(of_demand(demand).filter(state__in=LIVE).values_list("live_slot", flat=True))
    free = next((slot for slot in range(1, allowed + 1) if slot not in taken), None)
    if free is None:
        raise Refused("applications.too_many", _TOO_MANY)
    return free


@transaction.atomic
def note_rank(*, actor: Actor, application: Application, rank: Rank) -> None:
    """Keep how the household finds its place today, the first time it looks; of the days before, the last one alone."""
    today = clock.today()
    former = last_seen(application, today)
    made = SeenRank(
        application=application, on=today, at=clock.now(), position=rank.position, of=rank.of, points=rank.points,
        registered_on=rank.registered_on,
    )  # fmt: skip
    SeenRank.objects.bulk_create([made], ignore_conflicts=True)
    if former is not None:
        SeenRank.objects.filter(application=application, on__lt=former.on).delete()


@transaction.atomic
def withdraw(*, actor: Actor, application_id: int) -> Application:
    """The household takes its application back; it may apply elsewhere at once."""
    application = locked(visible_to(actor), application_id)
    if application.state == "withdrawn":
        return application
    end(application, "withdraw", actor=actor)
    return application


def end(
    application: Application,
    verb: str,
    *,
    actor: Actor,
    reason: str = "",
    codes: Sequence[str] = (),
    words: Mapping[str, str] | None = None,
) -> None:
    """Fire a transition that ends the application, and free its place. The row is locked by the caller."""
    APPLICATION.fire(
        application,
        verb,
        actor=actor,
        thread=application.demand_id,
        why=reason,
        data={"application": application.pk, "offer": describe(application.offer), "reason": reason, **(words or {})},
        live_slot=None,
        state_at=clock.now(),
        reason_codes=list(codes),
        reason_text=reason,
    )


def move(application: Application, verb: str, *, actor: Actor, why: str = "", **words: object) -> None:
    """Fire a transition that keeps the application alive. The row is locked by the caller."""
    APPLICATION.fire(
        application,
        verb,
        actor=actor,
        thread=application.demand_id,
        why=why,
        data={"application": application.pk, "offer": describe(application.offer), **words},
        state_at=clock.now(),
    )


@transaction.atomic
def make_shortlist(*, actor: Actor, offer_id: int, departures: Mapping[int, str] | None = None) -> Shortlist:
    """Close an offer, fix the order of its candidates and send the first files to the landlord.

    The landlord does it for its own dwellings, the reservation holder for those it holds. `departures`
    (application → explanation) takes a candidate out of the order: it stays visible with its reason.
    Doing it again on an offer already closed returns the list already made. A holder's list comes within the delay of
    its convention.
    """
    offer = locked(designates(actor), offer_id)
    made = latest_shortlist(offer.pk)
    reservations.designated(actor=actor, offer=offer)
    if offer.state in ("published", "suspended"):
        # An offer reopened after a list that nobody took is closed again by another list.
        OFFER.fire(offer, "close", actor=actor)
    elif made is not None:
        return made
    departures = departures or {}
    with as_system("the order is fixed over every candidate of the offer"):
        places = ranks(offer.pk)
        live = {a.pk: a for a in locked_all(Application.objects.filter(offer=offer, state="submitted"))}
    places = [p for p in places if p.application_id in live]
    if not places:
        raise Refused("shortlist.empty", "Aucune candidature : il n’y a pas de liste à arrêter.")
    made_at = clock.now()
    with as_system("the receipt explains the points of every candidate of the offer, and names none"):
        receipt = make(
            offer,
            places,
            live,
            departed={pk for pk, why in departures.items() if why},
            files=setting("files_sent", on=clock.today(), territory=offer.dwelling.commune.department_id),
            made_at=made_at,
            made_by=actor.organisation.name,
        )
    shortlist = Shortlist.objects.create(
        offer=offer,
        made_at=made_at,
        made_by=actor.organisation,
        seed=offer.draw_seed,
        candidates=len(places),
        receipt=receipt,
    )
    by_ticket = {live[p.application_id].ticket: p for p in places}
    for position, ticket in enumerate(receipt["order"], start=1):
        place = by_ticket[ticket]
        send = ticket in receipt["sent"]
        ShortlistEntry.objects.create(
            shortlist=shortlist,
            application_id=place.application_id,
            position=position,
            points=place.points,
            sent=send,
            departure=departures.get(place.application_id, ""),
        )
        if send:
            application = live[place.application_id]
            move(application, "send", actor=actor, position=position)
            tell(application, "application_sent", "Votre dossier est transmis au bailleur")
    ledger.record(
        verb="shortlists.make",
        subject=shortlist,
        actor=actor,
        data={"candidates": len(places), "sent": len(receipt["sent"]), "receipt": receipt["sha256"]},
    )
    return shortlist


def designates(actor: Actor) -> QuerySet[Offer]:
    """Offers whose candidates this actor may order: one's own unreserved dwellings, or those one holds.

    Not those whose landlord chooses by itself, in the order of the applications.
    """
    offers = Offer.objects.exclude(product__in=DIRECT).select_related("dwelling__commune")
    if actor.role == Role.LANDLORD:
        return offers.filter(dwelling__landlord=actor.organisation_id)
    if actor.role == Role.RESERVATION_HOLDER:
        return offers.filter(holder=actor.organisation_id)
    raise NotYours("neither landlord nor reservation holder")


def send_next_files(*, actor: Actor, offer: Offer) -> bool:
    """Send the following files of the list, up to the territory's number; whether any household is left to examine."""
    files = setting("files_sent", on=clock.today(), territory=offer.dwelling.commune.department_id)
    under_way = Application.objects.filter(offer=offer, state__in=["sent", "admissible", "on_agenda"]).count()
    for _ in range(files - under_way):
        call_next_file(actor=actor, offer_id=offer.pk)
    return Application.objects.filter(offer=offer, state__in=LIVE).exists()


def call_next_file(*, actor: Actor, offer_id: int) -> None:
    """When a file drops out, the next of the shortlist is sent in its place, if one is left."""
    entry = (
        ShortlistEntry.objects.filter(
            shortlist__offer=offer_id, sent=False, departure="", application__state="submitted"
        )
        .select_related("application__offer__dwelling__commune")
        .order_by("position")
        .first()
    )
    if entry is not None:
        entry.sent = True
        entry.save(update_fields=["sent"])
        application = locked(Application.objects.all(), entry.application_id)
        move(application, "send", actor=actor, position=entry.position)
        tell(application, "application_sent", "Votre dossier est transmis au bailleur")
