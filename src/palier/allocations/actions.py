"""What follows a signed decision: propose, answer, call the next rank, visit, sign the lease, remove and free.

Locks: the offer first, then the application (see `common.locks`). A household's own answer calls the
next household: those rows are not its own, hence the two named exceptions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal

from django.db import transaction
from django.utils import formats, timezone

from palier.accounts.actor import PALIER, Actor
from palier.allocations.models import Lease, Proposal, VisitSlot
from palier.allocations.queries import overdue, visible_to
from palier.allocations.states import PROPOSAL
from palier.applications import actions as applications
from palier.applications.models import Application
from palier.applications.offers import describe
from palier.commissions.models import Decision, Session
from palier.common import clock, ledger, mail
from palier.common.errors import Refused
from palier.common.isolation import as_system
from palier.common.locks import locked, locked_all
from palier.cotation.actions import rescore
from palier.demands import actions as demands
from palier.demands import living
from palier.demands.models import Demand
from palier.homes import actions as homes
from palier.homes.models import Offer, Vacancy
from palier.homes.states import OFFER
from palier.law import calendar, codes
from palier.territories.queries import setting

# Called with a lease just recorded, while its household is still known: later apps keep what they count.
after_lease: list[Callable[[Lease], None]] = []


def start(session: Session, actor: Actor) -> None:
    """After signature: one proposal per ranked candidate, everybody told, the first rank of each dwelling called."""
    decisions = (
        Decision.objects.filter(candidate__item__session=session, rank__isnull=False)
        .select_related("candidate__application__offer")
        .order_by("candidate__item__position", "rank")
    )
    for decision in decisions:
        application = decision.candidate.application
        Proposal.objects.get_or_create(
            decision=decision,
            defaults={"application": application, "offer": application.offer, "rank": decision.rank},
        )
    _tell_decisions(session)
    _warn_the_rejected(session)
    for offer_id in sorted(session.items.filter(postponed="").order_by("pk").values_list("offer_id", flat=True)):
        call_next(offer_id)


def _tell_decisions(session: Session) -> None:
    """A notice to each household that is not called now: the decision and its grounds wait in its space.

    A mail travels in clear: it names neither the dwelling nor the decision.
    """
    decisions = Decision.objects.filter(candidate__item__session=session).exclude(rank=1)
    for decision in decisions.select_related("candidate__application__offer__dwelling__commune").order_by("pk"):
        _tell(decision.candidate.application, "decided", "La commission d’attribution a rendu sa décision")


def _warn_the_rejected(session: Session) -> None:
    """A rejection is the one decision that may remove a demand: its household is warned, with the register's sub-ground."""
    rejected = Decision.objects.filter(candidate__item__session=session, kind="rejection").select_related(
        "candidate__application", "candidate__item__offer__dwelling__landlord"
    )
    for decision in rejected.order_by("candidate__application__demand"):
        subgrounds = [codes.REJECTION_REASONS[r] for r in decision.reasons if r in codes.REJECTION_REASONS]
        if subgrounds:
            living.warn_of_rejection(
                actor=PALIER,
                demand_id=decision.candidate.application.demand_id,
                subground=subgrounds[0],
                by=decision.candidate.item.offer.dwelling.landlord,
            )


def call_next(offer_id: int) -> Proposal | None:
    """Propose the dwelling to the next rank still waiting; None when it is held, or when nobody is left.

    The last refusal sends the following files of the list to the landlord, or reopens the offer. The delay is the territory's, and never shorter than ten days (CCH R441-10).
    """
    with as_system("the next household is called whoever made the place free"):
        offer = locked(Offer.objects.select_related("dwelling__commune"), offer_id)
        if Proposal.objects.filter(offer=offer, state__in=["sent", "accepted", "leased"]).exists():
            return None
        proposal = (
            Proposal.objects.filter(offer=offer, state="waiting").select_related("application").order_by("rank").first()
        )
        if proposal is None:
            _begin_again(offer)
            return None
        days = setting("answer_days", on=clock.today(), territory=offer.dwelling.commune.department_id)
        now = clock.now()
        answer_by = _end_of(calendar.answer_due(clock.today(), days))
        PROPOSAL.fire(proposal, "send", actor=PALIER, data={"rank": proposal.rank}, sent_at=now, answer_by=answer_by)
        application = locked(Application.objects.select_related("offer__dwelling__commune"), proposal.application_id)
        applications.move(application, "allocate", actor=PALIER, rank=proposal.rank, answer_by=_words(answer_by))
        until = _words(answer_by)
        _tell(application, "allocated", f"Votre réponse est attendue avant le {until}", answer_by=until)
        return proposal


def _begin_again(offer: Offer) -> None:
    """Every ranked household refused or stayed silent: the dwelling is still empty, and says so.

    The files left on its list go to the landlord first; without any, it takes applications again.
    """
    if offer.state != "closed":
        return
    if not applications.send_next_files(actor=PALIER, offer=offer):
        homes.reopen(offer=offer)


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59), tzinfo=calendar.PARIS)


def _words(instant: datetime) -> str:
    return formats.date_format(timezone.localtime(instant), "j F Y à H:i")


@transaction.atomic
def accept(*, actor: Actor, proposal_id: int) -> Proposal:
    """The household accepts within its delay."""
    proposal, application = _answerable(actor, proposal_id, "accepted")
    if proposal.state == "accepted":
        return proposal
    PROPOSAL.fire(proposal, "accept", actor=actor, answered_at=clock.now())
    applications.move(application, "accept", actor=actor)
    return proposal


@transaction.atomic
def decline(*, actor: Actor, proposal_id: int, reason: str, text: str = "") -> Proposal:
    """The household refuses; the reason is kept, the next rank is called at once.

    Its registration date is untouched; its points follow its territory's grid, which may count refusals.
    """
    words = dict(codes.DECLINE_REASONS).get(reason)
    if words is None:
        raise Refused("decline.reason", "Choisissez la raison de votre refus.", field="reason")
    proposal, application = _answerable(actor, proposal_id, "declined")
    if proposal.state == "declined":
        return proposal
    PROPOSAL.fire(
        proposal,
        "decline",
        actor=actor,
        answered_at=clock.now(),
        refusal_reason=reason,
        refusal_text=text.strip()[:500],
    )
    applications.end(application, "decline", actor=actor, reason=words, codes=[reason])
    rescore(application.demand)
    call_next(proposal.offer_id)
    return proposal


def _answerable(actor: Actor, proposal_id: int, done: str) -> tuple[Proposal, Application]:
    offer_id = visible_to(actor).values_list("offer_id", flat=True).get(pk=proposal_id)
    with as_system("the dwelling is locked while its holder answers"):
        locked(Offer.objects.all(), offer_id)
    application_id = visible_to(actor).values_list("application_id", flat=True).get(pk=proposal_id)
    application = locked(Application.objects.select_related("offer__dwelling__commune"), application_id)
    proposal = locked(Proposal.objects.all(), proposal_id)
    if proposal.state == "sent" and proposal.answer_by < clock.now() and done in ("accepted", "declined"):
        raise Refused("answer.late", "Le délai de réponse est passé : le silence vaut refus (CCH R441-10).")
    return proposal, application


def lapse_overdue() -> int:
    """Silence counts as refusal: close every overdue proposal and call the next ranks. Run by the worker."""
    with as_system("silence is recorded by nobody in particular"):
        late = list(overdue(clock.now()).values_list("pk", "offer_id"))
    for proposal_id, offer_id in late:
        with as_system("silence is recorded by nobody in particular"):
            locked(Offer.objects.all(), offer_id)
            proposal = Proposal.objects.select_related("application").get(pk=proposal_id)
            application = locked(
                Application.objects.select_related("offer__dwelling__commune"), proposal.application_id
            )
            proposal = locked(Proposal.objects.all(), proposal_id)
            if proposal.state != "sent" or proposal.answer_by >= clock.now():
                continue
            PROPOSAL.fire(proposal, "lapse", actor=PALIER)
            applications.end(application, "lapse", actor=PALIER, words={"answer_by": _words(proposal.answer_by)})
            _tell(application, "lapsed", "Le délai de réponse est passé")
            rescore(application.demand)
            call_next(offer_id)
    return len(late)


@transaction.atomic
def offer_visits(*, actor: Actor, proposal_id: int, slots: Sequence[datetime]) -> list[VisitSlot]:
    """The landlord proposes times for a visit. Times already proposed are told once."""
    proposal = locked(visible_to(actor), proposal_id)
    if proposal.state not in ("sent", "accepted"):
        raise Refused("visit.state", "Cette proposition n’attend plus de visite.")
    future = sorted({s for s in slots if s > clock.now()})
    if not future:
        raise Refused("visit.slots", "Proposez au moins un créneau à venir.", field="slots")
    found = [VisitSlot.objects.get_or_create(proposal=proposal, at=at) for at in future]
    made = [slot for slot, _ in found]
    if not any(new for _, new in found):
        return made
    ledger.record(
        verb="visits.offer", subject=proposal, actor=actor, thread=proposal.application.demand_id,
        data={"application": proposal.application_id, "slots": len(made)},
    )  # fmt: skip
    _tell(proposal.application, "visits", "Choisissez votre créneau de visite")
    return made


@transaction.atomic
def book_visit(*, actor: Actor, slot_id: int) -> VisitSlot:
    """The household books one time; booking another moves the visit."""
    proposal_id = VisitSlot.objects.values_list("proposal_id", flat=True).get(pk=slot_id)
    proposal = locked(visible_to(actor), proposal_id)
    slot = VisitSlot.objects.get(pk=slot_id, proposal=proposal)
    if slot.booked_at:
        return slot
    if slot.at <= clock.now():
        raise Refused("visit.past", "Ce créneau est passé : choisissez-en un autre.")
    VisitSlot.objects.filter(proposal=proposal, booked_at__isnull=False).update(booked_at=None)
    slot.booked_at = clock.now()
    slot.save(update_fields=["booked_at"])
    ledger.record(
        verb="visits.book", subject=proposal, actor=actor, thread=proposal.application.demand_id,
        data={"application": proposal.application_id, "at": _words(slot.at)},
    )  # fmt: skip
    return slot


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
    application = locked(Application.objects.select_related("offer__dwelling__commune"), proposal.application_id)
    PROPOSAL.fire(proposal, "sign_lease", actor=actor)
    lease = Lease.objects.create(
        proposal=proposal, signed_on=signed_on, starts_on=starts_on, rent=rent, charges=charges, recorded_at=clock.now()
    )
    ledger.record(verb="leases.record", subject=lease, actor=actor, thread=demand.pk)
    applications.end(application, "lease", actor=actor)
    OFFER.fire(offer, "let", actor=actor)
    Vacancy.objects.filter(pk=offer.vacancy_id).update(ended_on=signed_on, end_reason="let")
    _cancel_others(offer, proposal, actor)
    applications.release_others(actor=PALIER, offer=offer, reason="il est loué à un autre ménage", keep=application.pk)
    _tell(application, "leased", "Votre bail est signé")
    for follow in after_lease:
        follow(lease)
    demands.remove(actor=actor, demand_id=demand.pk, ground="RADATT", on=signed_on)
    return lease


def _check_lease(signed_on: date, starts_on: date, rent: Decimal, charges: Decimal) -> None:
    if signed_on > clock.today():
        raise Refused(
            "lease.future", "Le bail se note une fois signé : la date ne peut pas être à venir.", field="signed_on"
        )
    if starts_on < signed_on:
        raise Refused("lease.starts", "Le bail ne peut pas commencer avant sa signature.", field="starts_on")
    if rent <= 0 or charges < 0:
        raise Refused("lease.rent", "Le loyer doit être positif.", field="rent")


def _cancel_others(offer: Offer, kept: Proposal | None, actor: Actor) -> None:
    live = Proposal.objects.filter(offer=offer, state__in=["waiting", "sent", "accepted"]).order_by("pk")
    for proposal in live.exclude(pk=kept.pk if kept else 0):
        PROPOSAL.fire(proposal, "cancel", actor=actor)


def hold_places(demand_ids: Sequence[int]) -> None:
    """Before demands are removed: the dwellings they stand on are locked, in the order of the house."""
    with as_system("a household that leaves the register leaves every list: their dwellings are locked first"):
        locked_all(
            Offer.objects.filter(
                pk__in=Application.objects.filter(demand__in=demand_ids, live_slot__isnull=False).values("offer")
            )
        )


_WHY_FREED = {
    "RADATT": "vous avez signé un bail ailleurs",
    "RADABA": "vous avez renoncé à votre demande",
}


def follow_life(verb: str, held: Sequence[Demand], actor: Actor) -> None:
    """A removed demand leaves the lists it stood on, and the next one is called where it held a dwelling.

    Once its data are erased, nothing is left of what was written about its applications.
    """
    if verb == "erase":
        Application.objects.filter(demand__in=held).update(note="", reason_text="", told={})
        Proposal.objects.filter(application__demand__in=held).update(refusal_text="")
    if verb != "remove":
        return
    why = {d.pk: _WHY_FREED.get(d.removal_ground, "votre demande est radiée") for d in held}
    with as_system("a household that leaves the register leaves every list"):
        others = Application.objects.filter(demand__in=list(why), live_slot__isnull=False).select_related(
            "offer__dwelling__commune"
        )
        for application in locked_all(others):
            applications.end(application, "release", actor=PALIER, reason=why[application.demand_id])
            proposal = Proposal.objects.filter(application=application, state__in=["waiting", "sent", "accepted"])
            for one in proposal.order_by("pk"):
                PROPOSAL.fire(one, "cancel", actor=PALIER)
                call_next(application.offer_id)


def cancel_for(actor: Actor, offer: Offer, reason: str) -> None:
    """An offer that ended takes its proposals with it: nobody may be waited for any more."""
    with as_system("the proposals of a dwelling that is gone end, whoever holds them"):
        _cancel_others(offer, None, actor)


def _tell(application: Application, template: str, subject: str, **context: object) -> None:
    with as_system("the household's address is needed to write to it"):
        demand = Demand.objects.select_related("person").get(pk=application.demand_id)
        if demand.person is not None:
            mail.post(
                to=demand.person.email,
                kind=f"allocations.{template}",
                subject=subject,
                template=f"allocation_{template}",
                context={
                    "offer": describe(application.offer),
                    "name": demand.person.first_name,
                    "action_path": f"/mon-espace/candidatures/{application.pk}/",
                    "action_label": "Voir ma candidature",
                    **context,
                },
                person=demand.person_id,
                thread=demand.pk,
            )
