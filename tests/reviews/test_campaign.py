"""Who is due, what is asked, what is declared, what the check finds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from palier.accounts.roles import Role
from palier.common import clock
from palier.common.errors import NotYours, Refused
from palier.common.models import Message
from palier.reviews import actions, papers
from palier.reviews.actions import Line
from palier.reviews.models import Review, Tenancy
from palier.reviews.queries import due
from palier.territories.models import Commune, Setting
from tests.builders import CAEN, LISIEUX
from tests.chain.test_chain import Stage
from tests.conftest import NOW
from tests.journeys.people import pdf_text
from tests.reviews.conftest import ALONE

TODAY = NOW.date()


def test_due_this_quarter_or_left_from_an_earlier_one(house):
    earlier = house.let(date(2017, 2, 1))
    house.let(date(2024, 1, 5))
    house.let(date(2021, 1, 1), landlord=house.build.organisation())
    assert list(due(house.agent, TODAY)) == [earlier, house.tenancy]


def test_only_where_the_zone_is_tense_or_the_territory_says_so(house):
    Commune.objects.filter(pk=LISIEUX).update(rent_zone="B2")
    there = house.let(commune=Commune.objects.get(pk=LISIEUX))
    assert list(due(house.agent, TODAY)) == [house.tenancy]
    Setting.objects.create(
        key="tense_communes", territory="14", value=[LISIEUX], valid_from=date(2026, 1, 1), source="Essai"
    )
    assert list(due(house.agent, TODAY)) == [house.tenancy, there]


def test_asked_once_and_told(house):
    first, again = house.asked(), house.asked()
    assert (first.pk, first.due_on, first.answer_by) == (again.pk, date(2026, 11, 30), TODAY + timedelta(days=30))
    assert list(Message.objects.values_list("to", "kind")) == [(house.tenant.person.email, "reviews.asked")]
    assert list(due(house.agent, TODAY)) == []


def test_the_whole_campaign_at_once(house):
    house.let(date(2020, 12, 1))
    assert house.as_(house.agent, actions.ask_all) == 2
    assert house.as_(house.agent, actions.ask_all) == 0
    assert Review.objects.count() == 2


def test_a_young_lease_is_not_asked(house):
    young = house.let(date(2025, 1, 1))
    with pytest.raises(Refused, match="trois ans"):
        house.as_(house.agent, actions.ask, tenancy_id=young.pk)


def test_reminded_after_the_delay_only(house):
    review = house.asked()
    with pytest.raises(Refused, match="jusqu’au 23/12/2026"):
        house.as_(house.agent, actions.remind, review_id=review.pk)
    with clock.frozen_at(NOW + timedelta(days=31)):
        again = house.as_(house.agent, actions.remind, review_id=review.pk)
    assert again.answer_by == TODAY + timedelta(days=61)
    assert Message.objects.count() == 2


def test_a_tenant_declares_and_the_landlord_checks(house):
    review = house.found()
    assert (review.state, review.on_paper, review.declared_on) == ("found", False, TODAY)
    assert [s["code"] for s in review.finding["situations"]] == ["under_occupied"]
    assert [n["code"] for n in review.finding["notes"]] == ["protected"]


def test_a_household_whose_home_suits_goes_no_further(house):
    review = house.found(replace(ALONE, children=2, age=40))
    assert (review.state, review.finding) == ("clear", {"situations": [], "notes": []})


def test_the_paper_answer_is_typed_by_the_landlord(house):
    review = house.asked()
    typed = house.as_(house.agent, actions.declare, review_id=review.pk, declared=ALONE)
    assert (typed.state, typed.on_paper) == ("declared", True)


def test_an_answer_may_be_corrected_until_it_is_checked(house):
    review = house.asked()
    house.as_(house.tenant, actions.declare, review_id=review.pk, declared=ALONE)
    house.as_(house.tenant, actions.declare, review_id=review.pk, declared=replace(ALONE, adults=2))
    house.as_(house.agent, actions.check, review_id=review.pk)
    with pytest.raises((Refused, Review.DoesNotExist)):
        house.as_(house.tenant, actions.declare, review_id=review.pk, declared=ALONE)
    assert Review.objects.get(pk=review.pk).declaration["adults"] == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"adults": 0}, "adults"), ({"adults": 1, "couple": True}, "adults"), ({"children": 21}, "children"),
        ({"age": 12}, "age"), ({"tax_income": -1}, "tax_income"), ({"wish": "castle"}, "wish"),
    ],
)  # fmt: skip
def test_nonsense_is_told_beside_its_field(house, change, field):
    review = house.asked()
    with pytest.raises(Refused) as refused:
        house.as_(house.tenant, actions.declare, review_id=review.pk, declared=replace(ALONE, **change))
    assert refused.value.field == field


def test_an_adapted_dwelling_asks_for_whom(house):
    house.tenancy.dwelling.adapted = True
    house.tenancy.dwelling.save()
    with pytest.raises(Refused, match="adapté"):
        house.found()
    review = Review.objects.get()
    house.as_(house.tenant, actions.declare, review_id=review.pk, declared=replace(ALONE, disabled_left=True))
    checked = house.as_(house.agent, actions.check, review_id=review.pk)
    assert [s["code"] for s in checked.finding["situations"]] == ["under_occupied", "adapted_left"]


def test_a_lease_signed_here_begins_a_tenancy(build):
    from palier.allocations import actions as allocations
    from palier.allocations.models import Proposal
    from tests.chain.test_chain import AFTER

    stage = Stage(build)
    former = Tenancy.objects.create(
        landlord=stage.landlord,
        dwelling=stage.offer.dwelling,
        tenants="Avant",
        signed_on=date(2019, 1, 1),
        recorded_at=NOW,
    )
    candidates = stage.to_agenda()
    stage.vote_and_sign(candidates)
    with clock.frozen_at(AFTER):
        proposal = Proposal.objects.get(rank=1)
        household = stage.household_of(candidates[0])
        stage.as_(household, allocations.accept, proposal_id=proposal.pk)
        stage.as_(
            stage.agent, allocations.record_lease, proposal_id=proposal.pk, signed_on=AFTER.date(),
            starts_on=AFTER.date(), rent=Decimal("410"), charges=Decimal("85"),
        )  # fmt: skip
    begun = Tenancy.objects.get(ended_on=None)
    assert (begun.person_id, begun.tenants, begun.signed_on, begun.dwelling_id) == (
        household.person_id, "Camille Essai", AFTER.date(), stage.offer.dwelling_id,
    )  # fmt: skip
    former.refresh_from_db()
    assert former.ended_on == AFTER.date()


def test_a_lease_from_before_is_entered_once(house):
    home = house.build.dwelling(house.landlord, reference="ANCIEN-1")
    given = {"reference": home.reference, "tenants": " Paul  Exemple ", "signed_on": date(2015, 3, 1)}
    first = house.as_(house.agent, actions.record, **given)
    assert house.as_(house.agent, actions.record, **given) == first
    assert first.tenants == "Paul Exemple"
    with pytest.raises(Refused, match="déjà un bail en cours, signé le 01/03/2015"):
        house.as_(house.agent, actions.record, **{**given, "tenants": "Autre"})


def test_a_file_tells_its_wrong_lines_and_keeps_the_others(house):
    theirs = house.build.dwelling(house.build.organisation(), reference="A-EUX")
    good = house.build.dwelling(house.landlord, reference="BON")
    lines = [
        Line(2, good.reference, "Paul Exemple", date(2019, 1, 1)), Line(3, theirs.reference, "Paul", date(2019, 1, 1)),
        Line(4, good.reference, "", date(2019, 1, 1)), Line(5, "NULLE-PART", "Paul", date(2019, 1, 1)),
    ]  # fmt: skip
    expected = (1, [
        (3, "Aucun de vos logements n’a cette référence."), (4, "Indiquez le nom des titulaires du bail."),
        (5, "Aucun de vos logements n’a cette référence."),
    ])  # fmt: skip
    assert house.as_(house.agent, actions.record_file, lines=lines) == expected
    assert house.as_(house.agent, actions.record_file, lines=lines) == expected
    assert Tenancy.objects.filter(dwelling=good).count() == 1


def test_the_end_of_a_lease_erases_what_was_declared(house):
    review = house.found()
    house.as_(house.agent, actions.end, tenancy_id=house.tenancy.pk, ended_on=TODAY)
    review.refresh_from_db()
    assert (review.state, review.declaration) == ("cancelled", {})
    assert list(due(house.agent, TODAY)) == []


def test_a_review_without_object_says_why(house):
    review = house.asked()
    with pytest.raises(Refused, match="sans objet"):
        house.as_(house.agent, actions.cancel, review_id=review.pk, reason=" ")
    gone = house.as_(house.agent, actions.cancel, review_id=review.pk, reason="Relogement en cours")
    assert gone.state == "cancelled"


def test_only_the_landlord_checks(house):
    review = house.asked()
    house.as_(house.tenant, actions.declare, review_id=review.pk, declared=ALONE)
    with pytest.raises((NotYours, Review.DoesNotExist)):
        house.as_(house.tenant, actions.check, review_id=review.pk)
    stranger = house.build.actor(Role.LANDLORD)
    with pytest.raises(Review.DoesNotExist):
        house.as_(stranger, actions.check, review_id=review.pk)


def test_the_question_on_paper(house):
    house.tenancy.person = None
    house.tenancy.save()
    review = house.asked()
    assert Message.objects.count() == 0
    text = pdf_text(papers.request_letter(house.agent, review.pk))
    assert "JeanneExemple" in text and "Répondezavantle23décembre2026" in text and "Revenufiscalderéférence2024" in text
    assert CAEN == house.tenancy.dwelling.commune_id
