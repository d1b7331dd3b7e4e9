"""The whole chain through its actions, each role under its own scope, then undone: the territory is left as it was."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from palier.accounts.actor import Actor
from palier.accounts.models import Person
from palier.accounts.roles import Role
from palier.allocations import actions as allocations
from palier.allocations.models import Proposal
from palier.applications import actions as applications
from palier.applications.models import Application
from palier.applications.queries import own_rank
from palier.commissions import actions as commissions
from palier.commissions.models import Candidate, Commission
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.common.models import Event, Message
from palier.demands.models import Demand
from palier.demands.queries import current_for
from palier.demo.playing import character, play
from palier.homes.models import Offer
from palier.homes.queries import open_offers
from palier.law import calendar


class _Undo(Exception):
    pass


def run() -> dict[str, Any]:
    """`ok`, the steps done with their result, and what failed."""
    steps: dict[str, Any] = {}
    try:
        with transaction.atomic():
            _chain(steps)
            raise _Undo
    except _Undo:
        return {"ok": True, "steps": steps}
    except Exception as error:
        return {"ok": False, "steps": steps, "failed": f"{type(error).__name__}: {error}"}


def _chain(steps: dict[str, Any]) -> None:
    amina, agent, secretary = character("amina.benali"), character("sophie.bailleur"), character("nadia.secretaire")
    with acting(SYSTEM):
        steps["demands"] = Demand.objects.count()
        steps["open_offers"] = open_offers(clock.now()).count()
        offer = _offer(agent)
    with acting(amina.scope):
        demand = current_for(amina.person)
        application = applications.submit(actor=amina, demand=demand, offer_id=offer.pk)
        rank = own_rank(application)
    steps["apply"] = {"rank": rank.position, "of": rank.of}
    play(agent, applications.make_shortlist, offer_id=offer.pk)
    sent = _sent(offer)
    steps["files_sent"] = len(sent)
    for pk in sent:
        play(agent, applications.admit, application_id=pk, why="Originaux vus au rendez-vous.")
    session = _session(agent, secretary, offer, sent)
    _vote(session)
    with acting(SYSTEM):
        steps["decisions"] = Candidate.objects.filter(item__session=session).count()
        steps["minutes_bytes"] = len(session.commission.sessions.get(pk=session.pk).minutes)
    _house(agent, offer, steps)


def _offer(agent: Actor) -> Offer:
    return (
        open_offers(clock.now())
        .filter(
            dwelling__landlord=agent.organisation_id, contingent="none", dwelling__commune="14118", dwelling__type="T2"
        )
        .order_by("pk")
        .first()
        or open_offers(clock.now())
        .filter(dwelling__landlord=agent.organisation_id, contingent="none", dwelling__commune="14118")
        .order_by("pk")
        .first()
    )


def _sent(offer: Offer) -> list[int]:
    with acting(SYSTEM):
        return list(Application.objects.filter(offer=offer, state="sent").order_by("pk").values_list("pk", flat=True))


def _session(agent: Actor, secretary: Actor, offer: Offer, sent: list[int]):
    with acting(SYSTEM):
        commission = Commission.objects.get(landlord=agent.organisation_id)
    window = calendar.next_window(
        # The window after the next one, which has its session already.
        {"opens": "wed 09:00", "closes": "thu 13:00"}, after=clock.now() + timedelta(days=7)
    )  # fmt: skip
    session = play(
        secretary,
        commissions.create_session,
        commission_id=commission.pk,
        opens_at=window.opens_at,
        closes_at=window.closes_at,
    )
    play(secretary, commissions.add_to_agenda, session_id=session.pk, offer_id=offer.pk, application_ids=sent)
    return play(secretary, commissions.publish, session_id=session.pk)


def _vote(session) -> None:
    with acting(SYSTEM):
        candidates = list(
            Candidate.objects.filter(item__session=session).order_by("position").values_list("pk", "item")
        )
    with clock.frozen_at(session.opens_at + timedelta(hours=1)):
        for key in ("yves.membre", "helene.maire", "ines.membre"):
            play(
                character(key), commissions.cast_ballot, item_id=candidates[0][1], ranking=[pk for pk, _ in candidates]
            )
    with clock.frozen_at(session.closes_at + timedelta(minutes=1)):
        play(character("nadia.secretaire"), commissions.count, session_id=session.pk)
        play(character("yves.membre"), commissions.sign, session_id=session.pk)


def _house(agent: Actor, offer: Offer, steps: dict[str, Any]) -> None:
    """Rank 1 stays silent, rank 2 is called; the household called accepts when it is of the cast, else silence goes on."""
    with acting(SYSTEM):
        first = Proposal.objects.select_related("application__demand__person").get(offer=offer, rank=1)
    later = first.answer_by + timedelta(minutes=1)
    with clock.frozen_at(later):
        allocations.lapse_overdue()
        with acting(SYSTEM):
            second = Proposal.objects.get(offer=offer, rank=2)
            steps["after_silence"] = second.state
            household = Actor(role=Role.APPLICANT, person=_give_account(second))
        play(household, allocations.accept, proposal_id=second.pk)
        play(
            agent,
            allocations.record_lease,
            proposal_id=second.pk,
            signed_on=later.date(),
            starts_on=later.date(),
            rent=Decimal("400"),
            charges=Decimal("80"),
        )
    with acting(SYSTEM):
        demand = Demand.objects.get(applications__proposal=second)
        steps["removal"] = demand.removal_ground
        steps["others_free"] = not Application.objects.filter(offer=offer, live_slot__isnull=False).exists()
        steps["events"] = Event.objects.filter(thread=demand.pk).count()
        steps["mails"] = Message.objects.filter(sent_at=None).count()


def _give_account(proposal: Proposal) -> Person:
    """Most synthetic households have no account: this one gets one, for the time of the check."""
    demand = proposal.application.demand
    if demand.person is None:
        demand.person = Person.objects.create(email="menage.essai@exemple.fr", first_name="Essai")
        demand.save(update_fields=["person"])
    return demand.person
