"""An employer's priorities: on its own contingent alone, added to the territory's points, told to each (mission B7)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from palier.accounts.roles import OrganisationKind, Role
from palier.applications import actions as applications
from palier.applications.models import Application
from palier.applications.offers import assess, facts
from palier.applications.queries import own_rank, places, ranks
from palier.applications.receipts import drawn
from palier.common import clock
from palier.common.errors import NotYours, Refused
from palier.common.isolation import SYSTEM, acting
from palier.common.ledger import timeline
from palier.cotation.actions import rescore
from palier.cotation.matching import first_of_register, firsts_of_register
from palier.demands.nights import run as night
from palier.employers import actions
from palier.employers.models import Company, JobAttestation, Priorities
from palier.homes import actions as homes
from palier.law.priorities import Choices
from palier.law.receipts import verify

SIRET, OTHER = "99900020100015", "99900021900017"
HEADCOUNTS = {"2025": 640}


def run(action, actor, **given):
    with acting(actor.scope):
        return action(actor=actor, **given)


@pytest.fixture
def employer(build):
    actor = build.actor(Role.EMPLOYER)
    Company.objects.create(siret=SIRET, name="Clinique", organisation=actor.organisation, headcounts=HEADCOUNTS)
    return actor


@pytest.fixture
def holder(build):
    return build.actor(Role.RESERVATION_HOLDER, build.organisation(OrganisationKind.ACTION_LOGEMENT))


@pytest.fixture
def offers(build, holder):
    """The employer's own dwelling, and another one of the same holder."""
    own, common = (build.offer(contingent="action_logement", holder=holder.organisation) for _ in range(2))
    return own, common


@pytest.fixture
def reserved(employer, holder, offers):
    run(homes.reserve_for, holder, offer_id=offers[0].pk, company_id=Company.objects.get().pk)
    offers[0].refresh_from_db()
    return offers[0]


@pytest.fixture
def hire(build, employer):
    def make(contract: str = "CDI", entered: date | None = None, siret: str = SIRET, **fields):
        actor = build.actor(Role.APPLICANT)
        demand = build.demand(actor.person, **fields)
        run(actions.declare, actor, employer_siret=siret, employer_name="X", contract=contract, entered_on=entered)
        if siret == SIRET:
            job = run(actions.ask, actor)
            run(actions.confirm, employer, attestation_id=job.pk)
        return actor, demand

    return make


def points():
    return list(JobAttestation.objects.order_by("pk").values_list("priority_points", flat=True))


def order(offer):
    with acting(SYSTEM):
        return [rank.demand_id for rank in ranks(offer.pk)]


def test_priorities_order_the_employers_own_dwelling_and_no_other(employer, reserved, offers, hire, build):
    (_, older), (_, permanent) = hire("CDD", first_registered_on=date(2020, 1, 1)), hire("CDI")
    for demand in (older, permanent):
        build.application(demand, reserved)
        build.application(demand, offers[1], live_slot=2)
    assert (order(reserved), order(offers[1])) == ([older.pk, permanent.pk], [older.pk, permanent.pk])
    run(actions.publish_priorities, employer, choices=Choices(permanent=10))
    assert (order(reserved), order(offers[1])) == ([permanent.pk, older.pk], [older.pk, permanent.pk])
    first = Application.objects.get(demand=permanent, offer=reserved)
    assert (first.employer_points, first.points) == (10, 10)


def test_the_register_proposes_the_employers_own_dwelling_to_its_employees_alone(
    employer, reserved, offers, hire, build
):
    run(actions.publish_priorities, employer, choices=Choices(permanent=10))
    (_, older), (_, permanent) = hire("CDD", first_registered_on=date(2020, 1, 1)), hire("CDI")
    _, elsewhere = hire("CDI", siret=OTHER)
    nowhere = build.demand(build.actor(Role.APPLICANT).person)
    for demand in (older, permanent, elsewhere, nowhere):
        rescore(demand)
    homes = [(facts(offer), drawn(offer)) for offer in (build.offer(), reserved)]
    with acting(SYSTEM):
        anyone, own = firsts_of_register(homes, 10)
        assert first_of_register(*homes[1], 10) == own
        assert [s.demand_id for s in firsts_of_register(homes, 1)[1]] == [permanent.pk]
    assert [(s.demand_id, s.points) for s in own] == [(permanent.pk, 10), (older.pk, 0)]
    assert {s.demand_id for s in anyone} == {older.pk, permanent.pk, elsewhere.pk, nowhere.pk}


def test_withdrawing_consent_takes_the_points_away_at_once_and_tells_it(employer, reserved, hire, build):
    run(actions.publish_priorities, employer, choices=Choices(permanent=10))
    actor, demand = hire("CDI")
    application = build.application(demand, reserved)
    application.refresh_from_db()
    assert application.employer_points == 10
    run(actions.withdraw_consent, actor)
    application.refresh_from_db()
    assert (application.employer_points, application.points, points()) == (0, 0, [0])


def test_a_job_not_confirmed_has_no_point_and_the_database_refuses_any(employer, reserved, hire, build):
    run(actions.publish_priorities, employer, choices=Choices(permanent=10))
    actor = build.actor(Role.APPLICANT)
    build.demand(actor.person)
    run(actions.declare, actor, employer_siret=SIRET, employer_name="X", contract="CDI")
    run(actions.ask, actor)
    assert points() == [0]


def test_each_employee_reads_what_the_priorities_give(employer, hire):
    actor, demand = hire("CDI")
    run(actions.publish_priorities, employer, choices=Choices(permanent=12))
    with acting(actor.scope):
        told = [e["sentence"] for e in timeline(demand.pk, "applicant") if e["verb"] == "priorities.weigh"]
    assert told == ["Les priorités de Clinique vous donnent 12\u00a0points sur les logements qu’il réserve"]


def test_the_place_before_applying_counts_the_priorities(employer, reserved, hire, build):
    run(actions.publish_priorities, employer, choices=Choices(permanent=10))
    _, other = hire("CDD")
    build.application(other, reserved)
    actor, demand = hire("CDI", first_registered_on=date(2026, 1, 1))
    with acting(actor.scope):
        assert places(demand, [reserved.pk])[reserved.pk].position == 1


def test_years_go_by_without_anybodys_action(employer, hire):
    run(actions.publish_priorities, employer, choices=Choices(seniority=2, seniority_most=20))
    hire("CDI", entered=date(2024, 11, 30))
    assert points() == [2]
    with clock.frozen_at(clock.now().replace(month=12, day=1)):
        night()
    assert points() == [4]


def test_the_same_choices_twice_are_one_version(employer):
    for _ in range(2):
        run(actions.publish_priorities, employer, choices=Choices(permanent=10))
    run(actions.publish_priorities, employer, choices=Choices(permanent=11))
    assert list(Priorities.objects.order_by("version").values_list("version", flat=True)) == [1, 2]


def test_more_than_the_bound_is_cut_to_it(employer, hire):
    run(
        actions.publish_priorities, employer, choices=Choices(permanent=25, mobility=25, seniority=5, seniority_most=25)
    )
    hire("CDI", entered=date(2010, 1, 1))
    assert points() == [30]


def test_the_dwelling_is_open_to_that_companys_employees_only(employer, reserved, hire):
    (_, own), (_, other) = hire("CDI"), hire("CDI", siret=OTHER)
    with acting(SYSTEM):
        texts = [
            [r.code for r in assess(d, reserved, on=clock.today()).eligibility.reasons if r.code.startswith("company.")]
            for d in (own, other)
        ]
    assert texts == [["company.own"], ["company.other"]]


def test_the_list_and_its_receipt_hold_the_employers_points(employer, holder, reserved, hire, build):
    run(actions.publish_priorities, employer, choices=Choices(permanent=10))
    for contract in ("CDD", "CDI"):
        build.application(hire(contract)[1], reserved)
    made = run(applications.make_shortlist, holder, offer_id=reserved.pk)
    assert [check.text for check in verify(made.receipt) if not check.ok] == []
    criteria = sorted((c["points"], [x["label"] for x in c["criteria"]]) for c in made.receipt["candidates"])
    assert criteria == [("0", []), ("10", ["Priorités de l’employeur"])]


def test_only_a_contributing_company_and_before_any_candidate(employer, holder, offers, hire, build):
    small = Company.objects.create(siret=OTHER, name="Petite", headcounts={"2025": 24})
    with pytest.raises(Refused, match="ne réserve pas"):
        run(homes.reserve_for, holder, offer_id=offers[0].pk, company_id=small.pk)
    build.application(hire("CDI")[1], offers[0])
    with pytest.raises(Refused, match="candidatures sont déjà là"):
        run(homes.reserve_for, holder, offer_id=offers[0].pk, company_id=Company.objects.get(siret=SIRET).pk)
    with pytest.raises(NotYours):
        run(homes.reserve_for, employer, offer_id=offers[1].pk, company_id=None)


def test_a_confirmation_gives_the_points_of_the_priorities_in_force(employer, hire):
    run(actions.publish_priorities, employer, choices=Choices(fixed_term=7))
    hire("CDD")
    assert points() == [Decimal(7)]


def test_rank_of_the_candidate_follows(employer, reserved, hire, build):
    older, (_, young) = hire("CDD", first_registered_on=date(2020, 1, 1)), hire("CDI")
    build.application(older[1], reserved)
    mine = build.application(young, reserved)
    assert own_rank(mine).position == 2
    run(actions.publish_priorities, employer, choices=Choices(permanent=1))
    assert own_rank(mine).position == 1


def test_the_page_says_that_the_employers_priorities_moved_the_rank(employer, reserved, hire, build, client_for):
    actor, demand = hire("CDI")
    application = build.application(demand, reserved)
    url = reverse("applicant:application", args=[application.pk])
    client_for(actor).get(url)
    with clock.frozen_at(clock.now() + timedelta(days=1)):
        run(actions.publish_priorities, employer, choices=Choices(permanent=12))
        page = client_for(actor).get(url)
    assert [cause.text for cause in page.context["move"]["why"].causes] == [
        "Vos points ont augmenté, de 0\u00a0point à 12\u00a0points (les priorités de votre employeur) :"
        " votre rang n’en dépend pas aujourd’hui."
    ]
    assert "ses priorités vous donnent" in page.content.decode()
