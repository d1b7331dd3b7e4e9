"""The chain through its actions, each role under its own scope: from applying to the lease, and down to rank 2."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from palier.accounts.roles import OrganisationKind, Role
from palier.allocations import actions as allocations
from palier.allocations.models import Proposal
from palier.applications import actions as applications
from palier.applications import freeing
from palier.applications.models import Application
from palier.applications.queries import own_rank, ranks
from palier.commissions import actions as commissions
from palier.commissions.models import Candidate, Commission, Seat, Session
from palier.common import clock
from palier.common.errors import NotYours, Refused
from palier.common.isolation import SYSTEM, acting
from palier.common.models import Event, Message
from palier.cotation.actions import publish_grid, rescore
from palier.demands.models import Demand
from palier.homes.models import Offer
from palier.law.grid_files import source_of
from palier.territories.models import Commune
from tests.builders import CAEN
from tests.conftest import NOW

OPENS, CLOSES = NOW + timedelta(days=2), NOW + timedelta(days=3)


class Stage:
    """A landlord with its commission, four candidates on one offer, and everyone's actor."""

    def __init__(self, build, *, held: bool = False) -> None:
        self.build = build
        self.landlord = build.organisation()
        self.agent = build.actor(Role.LANDLORD, self.landlord)
        self.secretary = build.actor(Role.SECRETARY, self.landlord)
        self.holder_body = build.organisation(OrganisationKind.ACTION_LOGEMENT)
        self.holder = build.actor(Role.RESERVATION_HOLDER, self.holder_body)
        self.commission = Commission.objects.create(
            landlord=self.landlord, name="Commission d’essai", department_id="14"
        )
        build.rules(self.commission, quorum=2)
        self.president = self._member("board", president=True)
        self.mayor = self._member("mayor", commune_id=CAEN)
        self.tenant = self._member("tenants")
        publish_grid(
            actor=build.actor(Role.AUTHORITY), key=f"essai-{build.next()}", title="Grille d’essai", example=True,
            source=source_of("exemple-calvados-orne"), valid_from=date(2024, 1, 1),
            epcis=[Commune.objects.get(code=CAEN).epci_id],
        )  # fmt: skip
        reserved = {"contingent": "authority", "holder": self.holder_body} if held else {}
        self.offer = build.offer(self.landlord, **reserved)
        self.households = [build.actor(Role.APPLICANT) for _ in range(4)]
        self.demands = []
        for years, household in enumerate(self.households):
            demand = build.demand(household.person, first_registered_on=date(2025 - years, 3, 10))
            rescore(demand)
            self.demands.append(demand)

    def _member(self, capacity: str, **fields):
        actor = self.build.actor(Role.MEMBER, self.landlord)
        Seat.objects.create(
            commission=self.commission, person=actor.person, capacity=capacity, since=date(2020, 1, 1), **fields
        )
        return actor

    def seat_of(self, member) -> Seat:
        return Seat.objects.get(commission=self.commission, person=member.person_id, until=None)

    @property
    def spare(self):
        """Somebody with a member's access and no seat: a stand-in to be."""
        if not hasattr(self, "_spare"):
            self._spare = self.build.actor(Role.MEMBER, self.landlord)
        return self._spare

    def apply(self) -> list[Application]:
        made = []
        for household, demand in zip(self.households, self.demands, strict=True):
            with acting(household.scope):
                made.append(applications.submit(actor=household, demand=demand, offer_id=self.offer.pk))
        return made

    def as_(self, actor, action, **arguments):
        with acting(actor.scope):
            return action(actor=actor, **arguments)

    def to_agenda(self) -> list[Candidate]:
        self.apply()
        designator = self.holder if self.offer.holder_id else self.agent
        self.as_(designator, applications.make_shortlist, offer_id=self.offer.pk)
        sent = list(Application.objects.filter(offer=self.offer, state="sent").order_by("pk"))
        for application in sent:
            self.as_(self.agent, applications.admit, application_id=application.pk, why="Originaux vus.")
        self.session = self.as_(
            self.secretary,
            commissions.create_session,
            commission_id=self.commission.pk,
            opens_at=OPENS,
            closes_at=CLOSES,
        )
        self.as_(
            self.secretary, commissions.add_to_agenda, session_id=self.session.pk, offer_id=self.offer.pk,
            application_ids=[a.pk for a in sent],
        )  # fmt: skip
        self.as_(self.secretary, commissions.publish, session_id=self.session.pk)
        return list(Candidate.objects.filter(item__session=self.session).order_by("position"))

    def vote(self, order: list[Candidate]) -> None:
        with clock.frozen_at(OPENS + timedelta(hours=1)):
            for member in (self.president, self.mayor, self.tenant):
                self.as_(member, commissions.cast_ballot, item_id=order[0].item_id, ranking=[c.pk for c in order])

    def vote_and_sign(self, order: list[Candidate]) -> None:
        self.vote(order)
        with clock.frozen_at(CLOSES + timedelta(minutes=1)):
            self.as_(self.secretary, commissions.count, session_id=self.session.pk)
            self.as_(self.president, commissions.sign, session_id=self.session.pk)

    def household_of(self, candidate: Candidate):
        demand = candidate.application.demand_id
        return next(h for h, d in zip(self.households, self.demands, strict=True) if d.pk == demand)


def on_agenda(build) -> Stage:
    """The same, its four candidates on the agenda of a published session."""
    stage = Stage(build)
    stage.candidates = stage.to_agenda()
    return stage


begin = Stage


@pytest.fixture
def stage(begun) -> Stage:
    return begun


AFTER = CLOSES + timedelta(hours=2)


def test_from_applying_to_the_lease(stage):
    candidates = stage.to_agenda()
    stage.vote_and_sign(candidates)
    first = Proposal.objects.get(rank=1)
    winner = stage.household_of(candidates[0])
    assert (first.state, first.application.state) == ("sent", "allocated")
    with clock.frozen_at(AFTER):
        stage.as_(winner, allocations.accept, proposal_id=first.pk)
        stage.as_(
            stage.agent, allocations.record_lease, proposal_id=first.pk, signed_on=AFTER.date(),
            starts_on=AFTER.date(), rent=Decimal("410"), charges=Decimal("85"),
        )  # fmt: skip
    demand = Demand.objects.get(pk=first.application.demand_id)
    assert (demand.state, demand.removal_ground, demand.removed_on) == ("removed", "RADATT", AFTER.date())
    assert Offer.objects.get(pk=stage.offer.pk).state == "let"
    assert set(Application.objects.exclude(pk=first.application_id).values_list("state", flat=True)) == {"released"}
    assert Application.objects.filter(live_slot__isnull=False).count() == 0
    freeing.tell_freed()
    assert Message.objects.filter(kind="applications.released").count() == 3


def test_a_refusal_calls_rank_two_at_once(stage):
    candidates = stage.to_agenda()
    stage.vote_and_sign(candidates)
    first = Proposal.objects.get(rank=1)
    with clock.frozen_at(AFTER):
        stage.as_(
            stage.household_of(candidates[0]),
            allocations.decline,
            proposal_id=first.pk,
            reason="rent",
            text="trop cher",
        )
    second = Proposal.objects.get(rank=2)
    assert [p.state for p in Proposal.objects.order_by("rank")] == ["declined", "sent", "waiting", "waiting"]
    assert second.application.state == "allocated"
    assert second.answer_by.date() - AFTER.date() == timedelta(days=10)


def test_silence_counts_as_refusal_only_after_the_delay(stage):
    candidates = stage.to_agenda()
    stage.vote_and_sign(candidates)
    first = Proposal.objects.get(rank=1)
    with clock.frozen_at(first.answer_by - timedelta(minutes=1)):
        assert allocations.lapse_overdue() == 0
    with clock.frozen_at(first.answer_by + timedelta(minutes=1)):
        assert allocations.lapse_overdue() == 1
        assert allocations.lapse_overdue() == 0
        with pytest.raises(Refused):
            stage.as_(stage.household_of(candidates[0]), allocations.accept, proposal_id=first.pk)
    assert [p.state for p in Proposal.objects.order_by("rank")] == ["lapsed", "sent", "waiting", "waiting"]


def test_one_live_application_and_the_same_one_twice_is_once(stage):
    household, demand = stage.households[0], stage.demands[0]
    other = stage.build.offer(stage.landlord)
    with acting(household.scope):
        one = applications.submit(actor=household, demand=demand, offer_id=stage.offer.pk)
        again = applications.submit(actor=household, demand=demand, offer_id=stage.offer.pk)
        with pytest.raises(Refused) as refusal:
            applications.submit(actor=household, demand=demand, offer_id=other.pk)
    assert (one.pk, refusal.value.code) == (again.pk, "applications.too_many")
    stage.as_(household, applications.withdraw, application_id=one.pk)
    with acting(household.scope):
        applications.submit(actor=household, demand=demand, offer_id=other.pk)
    assert sorted(Application.objects.values_list("state", flat=True)) == ["submitted", "withdrawn"]


def test_an_offer_that_closes_takes_no_application(stage):
    household, demand = stage.households[0], stage.demands[0]
    with clock.frozen_at(stage.offer.closes_at), acting(household.scope), pytest.raises(Refused) as refusal:
        applications.submit(actor=household, demand=demand, offer_id=stage.offer.pk)
    assert refusal.value.code == "offer.closed"


def test_ranks_of_the_database_and_of_the_law_agree(stage):
    stage.apply()
    live = ranks(stage.offer.pk)
    shortlist = stage.as_(stage.agent, applications.make_shortlist, offer_id=stage.offer.pk)
    assert [e.application_id for e in shortlist.entries.order_by("position")] == [r.application_id for r in live]
    assert [r.position for r in live] == [1, 2, 3, 4]
    assert live[0].demand_id == stage.demands[3].pk


def test_an_applicant_knows_its_rank_among_candidates_it_cannot_see(stage):
    made = stage.apply()
    with acting(stage.households[0].scope):
        rank = own_rank(made[0])
        assert Application.objects.count() == 1
    assert (rank.position, rank.of) == (4, 4)


def test_the_holder_designates_on_a_reserved_dwelling_and_not_the_landlord(build):
    stage = Stage(build, held=True)
    stage.apply()
    with pytest.raises(Exception, match="does not exist"):
        stage.as_(build.actor(Role.RESERVATION_HOLDER), applications.make_shortlist, offer_id=stage.offer.pk)
    shortlist = stage.as_(stage.holder, applications.make_shortlist, offer_id=stage.offer.pk)
    assert shortlist.made_by == stage.holder_body


def test_fewer_than_three_needs_a_recorded_exception(stage):
    stage.apply()
    stage.as_(stage.agent, applications.make_shortlist, offer_id=stage.offer.pk)
    one = Application.objects.filter(state="sent").order_by("pk").first()
    stage.as_(stage.agent, applications.admit, application_id=one.pk, why="Originaux vus.")
    session = stage.as_(
        stage.secretary, commissions.create_session, commission_id=stage.commission.pk, opens_at=OPENS, closes_at=CLOSES
    )
    arguments = {"session_id": session.pk, "offer_id": stage.offer.pk, "application_ids": [one.pk]}
    with pytest.raises(Refused) as refusal:
        stage.as_(stage.secretary, commissions.add_to_agenda, **arguments)
    assert refusal.value.code == "agenda.too_few"
    item = stage.as_(
        stage.secretary,
        commissions.add_to_agenda,
        exception="too_few",
        exception_note="Une seule candidature recevable",
        **arguments,
    )
    assert (item.exception, item.candidates.count()) == ("too_few", 1)


def test_ranking_is_taken_in_the_window_only_and_can_change_until_it_closes(stage):
    candidates = stage.to_agenda()
    keys = [c.pk for c in candidates]
    vote = {"item_id": candidates[0].item_id, "ranking": keys}
    with pytest.raises(Refused):
        stage.as_(stage.tenant, commissions.cast_ballot, **vote)
    with clock.frozen_at(OPENS):
        stage.as_(stage.tenant, commissions.cast_ballot, **vote)
        changed = stage.as_(stage.tenant, commissions.cast_ballot, item_id=vote["item_id"], ranking=keys[::-1])
    assert (changed.revision, changed.ranking) == (2, keys[::-1])
    with clock.frozen_at(CLOSES), pytest.raises(Refused):
        stage.as_(stage.tenant, commissions.cast_ballot, **vote)


def test_a_member_with_an_interest_steps_out_and_the_quorum_follows(stage):
    candidates = stage.to_agenda()
    item = candidates[0].item_id
    with clock.frozen_at(OPENS):
        stage.as_(stage.tenant, commissions.declare_interest, item_id=item, reason="cousin du candidat 2")
        with pytest.raises(Refused):
            stage.as_(stage.tenant, commissions.cast_ballot, item_id=item, ranking=[c.pk for c in candidates])
        for member in (stage.president, stage.mayor):
            stage.as_(member, commissions.cast_ballot, item_id=item, ranking=[c.pk for c in candidates])
    with clock.frozen_at(CLOSES):
        stage.as_(stage.secretary, commissions.count, session_id=stage.session.pk)
    candidates[0].item.refresh_from_db()
    assert (candidates[0].item.count["called"], candidates[0].item.count["quorum_reached"]) == (2, True)


def test_the_mayor_breaks_a_tie(stage):
    candidates = stage.to_agenda()
    a, b, *rest = [c.pk for c in candidates]
    with clock.frozen_at(OPENS):
        stage.as_(stage.president, commissions.cast_ballot, item_id=candidates[0].item_id, ranking=[a, b, *rest])
        stage.as_(stage.mayor, commissions.cast_ballot, item_id=candidates[0].item_id, ranking=[b, a, *rest])
    with clock.frozen_at(CLOSES):
        stage.as_(stage.secretary, commissions.count, session_id=stage.session.pk)
    candidates[0].item.refresh_from_db()
    assert candidates[0].item.count["order"][:2] == [str(b), str(a)]


def test_only_the_president_signs_and_the_seal_is_recomputable(stage):
    from palier.commissions.minutes import seal
    from palier.commissions.models import SealedRecord

    candidates = stage.to_agenda()
    stage.vote(candidates)
    with clock.frozen_at(CLOSES):
        stage.as_(stage.secretary, commissions.count, session_id=stage.session.pk)
        with pytest.raises((NotYours, Session.DoesNotExist)):
            stage.as_(stage.mayor, commissions.sign, session_id=stage.session.pk)
    for rank, candidate in enumerate(candidates, start=1):
        stage.as_(stage.secretary, commissions.decide, candidate_id=candidate.pk, kind="ranked", rank=rank)
    with clock.frozen_at(AFTER):
        stage.as_(stage.president, commissions.sign, session_id=stage.session.pk)
    stage.session.refresh_from_db()
    link = SealedRecord.objects.get()
    assert link.sha256 == seal(link.previous, stage.session.record)
    assert bytes(stage.session.minutes)[:5] == b"%PDF-"


def test_every_step_is_in_the_household_s_timeline(stage):
    candidates = stage.to_agenda()
    stage.vote_and_sign(candidates)
    winner = candidates[0].application.demand_id
    verbs = list(Event.objects.filter(thread=winner).order_by("at", "pk").values_list("verb", flat=True))
    assert [v for v in verbs if v.startswith("applications.")] == [
        "applications.submit", "applications.send", "applications.admit", "applications.put_on_agenda",
        "applications.rank", "applications.allocate",
    ]  # fmt: skip


def test_system_scope_is_not_left_behind(stage):
    stage.apply()
    with acting(SYSTEM):
        assert Application.objects.count() == 4
