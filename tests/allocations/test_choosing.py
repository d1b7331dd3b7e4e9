"""Where no commission decides: applying, the public order, the landlord's choice, the answer, what is signed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import Error

from palier.accounts.roles import Role
from palier.allocations import actions
from palier.allocations.models import Lease, Proposal
from palier.allocations.queries import refusals
from palier.applications import actions as applications
from palier.applications.models import Application
from palier.applications.queries import own_rank, own_turn, ranks
from palier.commissions import actions as commissions
from palier.commissions.models import AgendaItem
from palier.common import clock, ledger
from palier.common.errors import NotYours, Refused
from palier.common.isolation import SYSTEM, acting
from palier.common.models import Message
from palier.demands.form import Adult
from palier.demands.models import Demand
from palier.homes.models import Offer, Vacancy
from palier.observatory.models import PastAllocation
from tests.chain.test_chain import OPENS, Stage
from tests.conftest import NOW

TERMS: dict[str, dict[str, Any]] = {
    "intermediate": {},
    "shared": {"rooms": 3, "room_surface": Decimal("17.5")},
    "residence": {"months_at_most": 12},
    "sale": {"rent": None, "price": Decimal("96000"), "published_at": NOW - timedelta(days=31)},
}
SIGNED: dict[str, dict[str, Any]] = {
    "intermediate": {"rent": Decimal("640")},
    "shared": {"rent": Decimal("310")},
    "residence": {"rent": Decimal("390"), "ends_on": date(2027, 6, 30)},
    "sale": {"price": Decimal("95000")},
}


class Direct(Stage):
    """The cast of the chain, its landlord choosing by itself for one offer; everybody is 25 and alone."""

    def __init__(self, build, product: str, **fields: Any) -> None:
        super().__init__(build)
        dwelling = build.dwelling(
            self.landlord,
            type="T1" if product == "residence" else "T3",
            financing="LLI" if product == "intermediate" else "PLUS",
        )
        self.offer = build.offer(dwelling=dwelling, product=product, **{**TERMS[product], **fields})
        young = Adult(
            last_name="Essai", first_names="Camille", civility="2", birth_date=date(2001, 5, 4), nationality="1",
            family_status="C", tax={"2024": 15000}, resources={"SAL": 1450},
        )  # fmt: skip
        form = build.form(applicant=young, dependants=())
        Demand.objects.filter(pk__in=[d.pk for d in self.demands]).update(form=form.to_json())
        self.demands = list(Demand.objects.order_by("pk"))

    def admitted(self) -> list[Application]:
        """All four apply, one hour after another, and are found admissible."""
        made = []
        for hour, (household, demand) in enumerate(zip(self.households, self.demands, strict=True)):
            with clock.frozen_at(NOW - timedelta(hours=4 - hour)):
                made.append(self.as_(household, applications.submit, demand=demand, offer_id=self.offer.pk))
        for application in made:
            self.as_(self.agent, applications.admit, application_id=application.pk, why="Originaux vus.")
        return made

    def choose(self, application: Application, **fields: Any) -> Proposal:
        return self.as_(self.agent, actions.choose, application_id=application.pk, **fields)

    def sign(self, proposal: Proposal, product: str, **fields: Any) -> Lease:
        said = {"signed_on": clock.today(), "starts_on": clock.today(), **SIGNED[product], **fields}
        return self.as_(self.agent, actions.record_lease, proposal_id=proposal.pk, **said)


@pytest.fixture(params=list(TERMS))
def product(request) -> str:
    return request.param


@pytest.fixture
def direct(build, product) -> Direct:
    return Direct(build, product)


def state(application: Application) -> str:
    return Application.objects.get(pk=application.pk).state


def told(demand: Demand, audience: str = "applicant") -> list[str]:
    return [e["verb"] for e in ledger.timeline(demand.pk, audience)]


def test_a_file_goes_straight_to_the_landlord_with_a_place_and_no_points(direct):
    first, second, *_ = direct.admitted()
    held = Application.objects.get(pk=second.pk)
    assert (held.state, held.points, held.employer_points) == ("admissible", 0, 0)
    with acting(direct.households[1].scope):
        place = own_turn(held)
        assert (place.position, place.of, own_rank(held)) == (2, 4, None)
    assert told(direct.demands[1])[:3] == ["applications.admit", "applications.hand_over", "applications.submit"]
    mail = Message.objects.filter(kind="applications.handed_over").first()
    assert (direct.offer.terms.rule in mail.text, "tirage" in mail.text) == (True, False)


def test_no_list_is_made_of_its_candidates_and_no_commission_sees_them(direct):
    first, *_ = direct.admitted()
    with pytest.raises(Offer.DoesNotExist):
        direct.as_(direct.agent, applications.make_shortlist, offer_id=direct.offer.pk)
    session = direct.as_(
        direct.secretary, commissions.create_session, commission_id=direct.commission.pk, opens_at=OPENS,
        closes_at=OPENS + timedelta(days=1),
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        direct.as_(
            direct.secretary, commissions.add_to_agenda, session_id=session.pk, offer_id=direct.offer.pk,
            application_ids=[first.pk], exception="dalo", exception_note="Essai",
        )  # fmt: skip
    assert refused.value.code == "agenda.direct"
    with pytest.raises(Refused) as empty:
        direct.as_(direct.secretary, commissions.fill_agenda, session_id=session.pk, offer_ids=[direct.offer.pk])
    assert empty.value.code == "agenda.empty"
    with acting(SYSTEM), pytest.raises(Error, match="no commission decides"), transaction.atomic():
        AgendaItem.objects.create(session=session, offer=direct.offer, position=1)


def test_from_the_choice_to_the_signature(direct, product):
    first, second, *others = direct.admitted()
    proposal = direct.choose(first)
    assert (proposal.state, proposal.way, proposal.decision_id, proposal.departure) == ("sent", "landlord", None, "")
    assert (state(first), Offer.objects.get(pk=direct.offer.pk).state) == ("allocated", "closed")
    assert direct.choose(first).pk == proposal.pk
    direct.as_(direct.households[0], actions.accept, proposal_id=proposal.pk)
    lease = direct.sign(proposal, product)
    assert direct.sign(proposal, product).pk == lease.pk
    demand = Demand.objects.get(pk=direct.demands[0].pk)
    assert (demand.state, demand.removal_ground) == ("active", "")
    assert [state(a) for a in (first, second, *others)] == ["leased", "released", "released", "released"]
    vacancy = Vacancy.objects.get(pk=direct.offer.vacancy_id)
    assert (Offer.objects.get(pk=direct.offer.pk).state, vacancy.end_reason) == (
        "let", "sold" if product == "sale" else "let",
    )  # fmt: skip
    # What statistics of social allocations and reviews of occupancy count is a social lease alone.
    assert (PastAllocation.objects.count(), hasattr(lease, "tenancy")) == (0, False)
    verb = {"residence": "applications.sign_contract", "sale": "applications.sign_deed"}.get(
        product, "applications.lease"
    )
    assert told(demand)[0] == verb


def test_who_departs_from_the_order_says_why_and_those_passed_over_read_it(direct):
    first, second, third, _ = direct.admitted()
    with pytest.raises(Refused) as refused:
        direct.choose(third, reason="  ")
    assert (refused.value.code, refused.value.field) == ("choose.reason", "reason")
    proposal = direct.choose(third, reason="Dossiers précédents incomplets ce jour.")
    assert proposal.departure == "Dossiers précédents incomplets ce jour."
    assert [state(a) for a in (first, second, third)] == ["admissible", "admissible", "allocated"]
    assert ["applications.pass_over" in told(d) for d in direct.demands] == [True, True, False, False]
    assert Message.objects.filter(kind="applications.passed_over").count() == 2


def test_refusal_and_silence_free_the_dwelling_and_weigh_on_no_score(direct):
    first, second, *_ = direct.admitted()
    proposal = direct.choose(first)
    with pytest.raises(Refused) as held:
        direct.choose(second, reason="Essai")
    assert held.value.code == "choose.held"
    direct.as_(direct.households[0], actions.decline, proposal_id=proposal.pk, reason="place")
    again = direct.choose(second)
    assert (again.rank, again.departure) == (2, "")
    with clock.frozen_at(NOW + timedelta(days=11)):
        assert actions.lapse_overdue() == 1
    assert [state(first), state(second)] == ["declined", "lapsed"]
    assert [refusals(demand) for demand in direct.demands[:2]] == [[], []]
    assert Offer.objects.get(pk=direct.offer.pk).state == "closed"


def test_once_nobody_is_left_applications_open_again(direct):
    made = direct.admitted()
    for application, household in zip(made, direct.households, strict=True):
        proposal = direct.choose(application)
        direct.as_(household, actions.decline, proposal_id=proposal.pk, reason="place")
    assert Offer.objects.get(pk=direct.offer.pk).state == "published"


def test_only_its_landlord_chooses_and_only_an_admissible_file(direct, build):
    stranger = build.actor(Role.LANDLORD)
    application = direct.as_(
        direct.households[0], applications.submit, demand=direct.demands[0], offer_id=direct.offer.pk
    )
    with pytest.raises(Application.DoesNotExist):
        direct.as_(stranger, actions.choose, application_id=application.pk)
    with pytest.raises(NotYours):
        direct.as_(direct.secretary, actions.choose, application_id=application.pk)
    with pytest.raises(Refused) as early:
        direct.choose(application)
    assert early.value.code == "choose.not_ready"


def test_a_social_dwelling_is_the_commissions(stage):
    stage.apply()
    stage.as_(stage.agent, applications.make_shortlist, offer_id=stage.offer.pk)
    sent = Application.objects.filter(state="sent").order_by("pk").first()
    stage.as_(stage.agent, applications.admit, application_id=sent.pk, why="Originaux vus.")
    with pytest.raises(Refused) as refused:
        stage.as_(stage.agent, actions.choose, application_id=sent.pk)
    assert (refused.value.code, len(ranks(stage.offer.pk))) == ("choose.commission", 4)


def test_a_proposal_is_decided_or_chosen_never_both_nor_neither(build):
    direct = Direct(build, "shared")
    proposal = direct.choose(direct.admitted()[0])
    for changes in ({"way": "commission"}, {"way": "commission", "departure": "Essai"}):
        with acting(SYSTEM), pytest.raises(IntegrityError, match="proposal_decided_or_chosen"), transaction.atomic():
            Proposal.objects.filter(pk=proposal.pk).update(**changes)


def test_tenants_of_the_social_stock_are_first_for_a_sale_whenever_they_apply(build):
    sale = Direct(build, "sale")
    Demand.objects.filter(pk=sale.demands[2].pk).update(
        form={**sale.demands[2].form, "home": {**sale.demands[2].form["home"], "status": "HLM"}}
    )
    sale.demands = list(Demand.objects.order_by("pk"))
    made = sale.admitted()
    with acting(sale.households[2].scope):
        assert own_turn(made[2]).position == 1
    assert [Application.objects.get(pk=a.pk).priority for a in made] == [2, 2, 1, 2]
    with pytest.raises(Refused):
        sale.choose(made[0])
    assert sale.choose(made[2]).departure == ""


def test_a_sale_stays_published_the_whole_time_of_the_law(build):
    sale = Direct(build, "sale", published_at=NOW - timedelta(days=29))
    first, *_ = sale.admitted()
    with pytest.raises(Refused) as early:
        sale.choose(first)
    assert early.value.code == "choose.published"
    with clock.frozen_at(NOW + timedelta(days=1)):
        assert sale.choose(first).state == "sent"


@pytest.mark.parametrize(
    ("product", "said", "field"),
    [
        ("residence", {"ends_on": None}, "ends_on"),
        ("residence", {"ends_on": date(2027, 11, 24)}, "ends_on"),
        ("shared", {"ends_on": date(2027, 6, 30)}, "ends_on"),
        ("sale", {"price": None}, "price"),
        ("sale", {"rent": Decimal("300")}, "price"),
        ("intermediate", {"price": Decimal("90000")}, "rent"),
    ],
)
def test_what_is_signed_is_what_its_kind_signs(build, product, said, field):
    direct = Direct(build, product)
    proposal = direct.choose(direct.admitted()[0])
    direct.as_(direct.households[0], actions.accept, proposal_id=proposal.pk)
    with pytest.raises(Refused) as refused:
        direct.sign(proposal, product, **said)
    assert refused.value.field == field
