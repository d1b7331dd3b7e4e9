"""From the agenda to the opinion, and the way found with the tenant."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from palier.commissions import actions as commissions
from palier.commissions.models import Session
from palier.common import clock
from palier.common.errors import NotYours, Refused
from palier.common.isolation import acting
from palier.common.models import Message
from palier.law.occupancy_review import Suitable
from palier.reviews import actions, papers
from palier.reviews.models import Examination, FollowUp, Review, Voice
from tests.conftest import NOW
from tests.journeys.people import pdf_text
from tests.reviews.conftest import ALONE, CLOSES, OPENS, SMALLER

AFTER = CLOSES + timedelta(days=5)


def test_a_session_may_examine_occupation_alone(house):
    examination = house.examined()
    summoned = Message.objects.filter(kind="commissions.summons").values_list("to", flat=True)
    assert sorted(summoned) == sorted(a.person.email for a in (house.president, house.mayor, house.tenants))
    assert (examination.facts["household"], examination.facts["dwelling"]) == ("Un adulte", "T4 de 82 m² à Caen")


def test_members_read_no_name(house):
    text = str(house.examined().facts)
    assert "Jeanne" not in text and house.tenancy.dwelling.address not in text


def test_adopted_by_the_majority_told_and_in_the_minutes(house):
    examination = house.examined()
    house.speak(examination, president="agree", mayor="agree", tenants="other")
    house.count(examination.session_id)
    session = house.sign(examination.session_id)
    examination.refresh_from_db()
    review = Review.objects.get()
    assert (examination.opinion, review.state) == (SMALLER.to_dict(), "given")
    (recorded,) = session.record["opinions"]
    assert recorded["opinion"] == [
        "Logement adapté au ménage : T1, T2.", "Financements accessibles : PLUS (loyer social).",
        "Loyer et charges : jusqu’à 478 € par mois environ.",
    ]  # fmt: skip
    assert [m["presence"] for m in recorded["members"]] == ["s’est prononcé"] * 3
    assert "other" not in str(session.record) and "Rester" not in str(session.record)
    minutes = pdf_text(bytes(Session.objects.get(pk=session.pk).minutes))
    assert "Avis,etnondécision:ilnemetpasfinaubail" in minutes and "Jeanne" not in minutes
    assert (
        Message.objects.filter(kind="reviews.opinion").values_list("to", flat=True).get() == house.tenant.person.email
    )
    letter = pdf_text(papers.opinion_letter(house.tenant, review.pk))
    assert "Cen’estpasuncongé." in letter and "logementadaptéauménage" in letter.lower()


def test_another_view_is_written_before_the_signature(house):
    examination = house.examined()
    house.speak(examination, president="other", mayor="other", tenants="agree")
    house.count(examination.session_id)
    with pytest.raises(Refused, match="L’avis sur le T4 de 82 m² à Caen reste à écrire"):
        house.sign(examination.session_id)
    with pytest.raises(Refused, match="en une phrase"):
        house.as_(house.secretary, actions.write_opinion, examination_id=examination.pk, opinion=SMALLER)
    other = Suitable(types=("T4",), words="Elle reste : la loi protège son maintien.")
    house.as_(house.secretary, actions.write_opinion, examination_id=examination.pk, opinion=other)
    house.sign(examination.session_id)
    assert Review.objects.get().opinion["words"] == [
        "Logement adapté au ménage : T4.", "Elle reste : la loi protège son maintien.",
    ]  # fmt: skip


def test_what_members_adopted_is_not_rewritten(house):
    examination = house.examined()
    house.speak(examination, president="agree", mayor="agree")
    house.count(examination.session_id)
    with pytest.raises(Refused, match="ne se réécrit pas"):
        house.as_(house.secretary, actions.write_opinion, examination_id=examination.pk, opinion=SMALLER)


def test_the_mayor_settles_an_even_split(house):
    examination = house.examined()
    house.speak(examination, mayor="agree", tenants="other")
    house.count(examination.session_id)
    examination.refresh_from_db()
    assert (examination.count["adopted"], examination.opinion) == (True, SMALLER.to_dict())


def test_without_quorum_it_waits_for_another_session(house):
    examination = house.examined()
    house.speak(examination, president="agree")
    house.count(examination.session_id)
    house.sign(examination.session_id)
    examination.refresh_from_db()
    assert examination.postponed == "Quorum non atteint : 1 sur 3 se sont prononcés"
    assert Review.objects.get().state == "found"


def test_whoever_steps_out_sees_nothing_and_counts_for_nothing(house):
    examination = house.examined()
    house.speak(examination, president="other", mayor="agree", tenants="agree")
    for _ in range(2):
        house.as_(house.president, actions.step_out, examination_id=examination.pk, reason="Voisin")
    with acting(house.president.scope):
        assert Examination.objects.count() == 0
    with pytest.raises(Examination.DoesNotExist):
        house.speak(examination, president="agree")
    house.count(examination.session_id)
    examination.refresh_from_db()
    assert (examination.count["called"], examination.count["votes"]) == (2, 2)


def test_a_voice_changes_until_the_window_closes(house):
    examination = house.examined()
    house.speak(examination, president="agree")
    house.speak(examination, president="other")
    assert list(Voice.objects.values_list("choice", "revision")) == [("other", 2)]
    with clock.frozen_at(CLOSES), pytest.raises(Refused, match="n’est pas ouverte"):
        house.as_(house.president, actions.speak, examination_id=examination.pk, choice="agree")
    with clock.frozen_at(OPENS), pytest.raises(Refused, match="quel autre avis"):
        house.as_(house.president, actions.speak, examination_id=examination.pk, choice="other")


def test_an_advisory_seat_does_not_vote(house):
    adviser = house.member("advisory")
    examination = house.examined()
    with clock.frozen_at(OPENS), pytest.raises(Refused, match="consultatif"):
        house.as_(adviser, actions.speak, examination_id=examination.pk, choice="agree")


def test_a_cancelled_session_gives_its_situations_back(house):
    examination = house.examined()
    house.as_(house.secretary, commissions.cancel, session_id=examination.session_id, reason="Grève")
    assert Review.objects.get().state == "found"


def test_taken_off_before_publication(house):
    review, session = house.found(), house.session()
    made = house.as_(house.agent, actions.send, review_id=review.pk, session_id=session.pk, proposed=SMALLER)
    assert house.as_(house.agent, actions.send, review_id=review.pk, session_id=session.pk, proposed=SMALLER) == made
    house.as_(house.agent, actions.take_off, examination_id=made.pk)
    assert (Review.objects.get().state, Examination.objects.count()) == ("found", 0)


@pytest.mark.parametrize(
    ("proposed", "field"),
    [(Suitable(), "types"), (Suitable(types=("T9",)), "types"), (Suitable(types=("T2",), adaptation="lift"), "adaptation"),
     (Suitable(types=("T2",), most_rent=0), "most_rent")],
)  # fmt: skip
def test_an_opinion_says_a_dwelling_that_exists(house, proposed, field):
    review, session = house.found(), house.session()
    with pytest.raises(Refused) as refused:
        house.as_(house.agent, actions.send, review_id=review.pk, session_id=session.pk, proposed=proposed)
    assert refused.value.field == field


def given(house) -> Review:
    examination = house.examined()
    house.speak(examination, president="agree", mayor="agree")
    house.count(examination.session_id)
    house.sign(examination.session_id)
    return Review.objects.get()


def test_a_signed_opinion_is_frozen(house):
    given(house)
    for change in ({"opinion": {}}, {"postponed": "x"}):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            Examination.objects.update(**change)
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        Voice.objects.update(choice="abstain")


def test_the_way_found_with_the_tenant(house):
    review = given(house)
    demand = house.build.demand(house.tenant.person)
    with clock.frozen_at(AFTER):
        with pytest.raises(Refused, match="Notez d’abord"):
            house.as_(house.agent, actions.close, review_id=review.pk)
        for _ in range(2):
            house.as_(
                house.agent, actions.follow, review_id=review.pk, kind="meeting", on=AFTER.date(), note="Elle hésite"
            )
        house.as_(
            house.agent, actions.follow, review_id=review.pk, kind="transfer", on=AFTER.date(), number=demand.number
        )
        closed = house.as_(house.agent, actions.close, review_id=review.pk)
    assert closed.state == "followed"
    assert list(FollowUp.objects.values_list("kind", "demand")) == [("meeting", None), ("transfer", demand.pk)]


@pytest.mark.parametrize(
    ("change", "field"),
    [({"kind": "eviction"}, "kind"), ({"on": (AFTER + timedelta(days=1)).date()}, "on"), ({"number": "0141125000000PALIE"}, "number"),
     ({"kind": "meeting", "number": "0141125000000PALIE"}, "number")],
)  # fmt: skip
def test_a_step_is_checked(house, change, field):
    review = given(house)
    with clock.frozen_at(AFTER), pytest.raises(Refused) as refused:
        house.as_(
            house.agent, actions.follow, review_id=review.pk, **{"kind": "transfer", "on": AFTER.date(), **change}
        )
    assert refused.value.field == field


def test_nothing_is_followed_before_the_opinion(house):
    review = house.found()
    with pytest.raises(Refused, match="une fois l’avis"):
        house.as_(house.agent, actions.follow, review_id=review.pk, kind="meeting", on=NOW.date())


def test_a_member_may_not_write_the_opinion(house):
    examination = house.examined()
    house.speak(examination, president="other", mayor="other")
    house.count(examination.session_id)
    with pytest.raises((Refused, NotYours, Examination.DoesNotExist, Session.DoesNotExist)):
        house.as_(house.tenant, actions.write_opinion, examination_id=examination.pk, opinion=SMALLER)
    assert ALONE.people == 1
