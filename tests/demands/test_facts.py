"""What the law reads of a demand: its employer, the dwellings it refused."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from palier.accounts.roles import Role
from palier.allocations import actions as allocations
from palier.allocations.models import Proposal
from palier.commissions.models import AgendaItem, Candidate, Commission, Decision, Session
from palier.common import clock
from palier.common.isolation import acting
from palier.cotation.actions import publish_grid, rescore
from palier.cotation.models import Score
from palier.cotation.queries import household_of, scored_household
from palier.demands import facts
from palier.employers.models import Company, JobAttestation
from palier.law.grid_files import source_of
from palier.law.household import Employer, Refusal
from palier.territories.models import Commune
from tests.builders import CAEN
from tests.conftest import NOW

ON = date(2026, 11, 23)


def job(person, **fields):
    company = Company.objects.create(siret="99900031800017", name="Centre hospitalier d’essai", **fields)
    return JobAttestation.objects.create(
        person=person, siret=company.siret, company=company, employer_name=company.name, contract="CDI",
        entered_on=date(2020, 1, 1), consent_at=clock.now(), answered_at=clock.now(), state="confirmed",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "public", "contributes"),
    [({"sector": "public"}, True, False), ({"sector": "private", "headcounts": {"2025": 640}}, False, True)],
)
def test_a_public_employer_is_known_by_its_sector(build, fields, public, contributes):
    demand = build.demand(build.person())
    job(demand.person, **fields)
    assert household_of(demand, on=ON).employer == Employer(
        siret="99900031800017",
        state="confirmed",
        contributes=contributes,
        public=public,
        entered_on=date(2020, 1, 1),
        contract="CDI",
    )


def test_an_employer_without_an_account_says_nothing_of_its_sector(build):
    demand = build.demand(build.person())
    declared = JobAttestation(
        person=demand.person, siret="99900031800017", employer_name="Ailleurs", contract="CDI", state="declared"
    )
    household = facts.household(demand, on=ON, job=declared)
    assert (household.employer.public, household.employer.contributes) == (False, None)


@pytest.fixture
def household(build):
    return build.actor(Role.APPLICANT)


@pytest.fixture
def demand(build, household):
    return build.demand(household.person)


@pytest.fixture
def propose(build, demand):
    """A dwelling attributed to the household, and proposed to it."""
    landlord = build.organisation()
    commission = Commission.objects.create(landlord=landlord, name="Commission d’essai", department_id="14")

    def make(state: str = "sent", *, reason: str = "", answered: datetime | None = None) -> Proposal:
        sent = (answered or NOW) - timedelta(days=3)
        session = Session.objects.create(
            commission=commission, number=str(build.next()), opens_at=sent, closes_at=sent + timedelta(hours=1),
            state="counted",
        )  # fmt: skip
        offer = build.offer(landlord)
        item = AgendaItem.objects.create(session=session, offer=offer, position=1, count={"open_ties": []})
        application = build.application(
            demand,
            offer,
            state="allocated" if state == "sent" else "declined",
            live_slot=1 if state == "sent" else None,
        )
        candidate = Candidate.objects.create(item=item, application=application, position=1, facts={})
        decision = Decision.objects.create(candidate=candidate, kind="ranked", rank=1, taken_at=sent)
        return Proposal.objects.create(
            application=application, offer=offer, decision=decision, rank=1, state=state, sent_at=sent,
            answer_by=sent + timedelta(days=10), refusal_reason=reason,
            answered_at=answered if state == "declined" else None,
        )  # fmt: skip

    return make


def test_dwellings_refused_by_word_or_by_silence_are_known_to_the_score(propose, demand):
    propose("declined", reason="rent", answered=NOW - timedelta(days=30))
    propose("lapsed", answered=NOW - timedelta(days=100))
    propose("declined", reason="access", answered=NOW - timedelta(days=5))
    propose("cancelled")
    assert scored_household(demand, on=ON).refusals == (
        Refusal(date(2026, 8, 22), True), Refusal(date(2026, 10, 24), True), Refusal(date(2026, 11, 18), False),
    )  # fmt: skip
    assert household_of(demand, on=ON).refusals == ()


def test_declining_a_second_dwelling_lowers_the_score_as_the_grid_says(build, propose, demand, household):
    publish_grid(
        actor=build.actor(Role.AUTHORITY), key="essai", title="Grille d’essai", example=True,
        source=source_of("exemple-calvados-orne"), valid_from=date(2024, 1, 1),
        epcis=[Commune.objects.get(code=CAEN).epci_id],
    )  # fmt: skip
    propose("declined", reason="rent", answered=NOW - timedelta(days=30))
    second = propose()
    rescore(demand)
    before = Score.objects.get(demand=demand).points
    with acting(household.scope):
        allocations.decline(actor=household, proposal_id=second.pk, reason="place")
    assert Score.objects.get(demand=demand).points == before - 10
