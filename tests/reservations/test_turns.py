"""Each vacancy has its turn, once, with its reason; its delay ends by the clock; a balance is signed once."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from decimal import Decimal

import pikepdf
import pytest
from django.db import IntegrityError, transaction

from palier.accounts.roles import OrganisationKind, Role
from palier.applications import actions as applications
from palier.common import clock
from palier.common.errors import NotYours, Refused
from palier.common.isolation import acting
from palier.common.models import Event, Message
from palier.homes import actions as homes
from palier.homes.models import Offer, Vacancy
from palier.reservations import actions, balances
from palier.reservations.models import Balance, Convention, Turn
from palier.reservations.queries import next_turn, year_of
from palier.territories.models import Commune
from tests.builders import CAEN, LISIEUX
from tests.conftest import NOW


def refused(code: str):
    return pytest.raises(Refused, check=lambda error: error.code == code)


def test_the_offer_takes_its_holder_from_the_turn_and_the_turn_keeps_why(house):
    house.signed()
    offers = [house.publish() for _ in range(5)]
    turns = [house.turn(offer) for offer in offers]
    assert [(o.contingent, o.holder_id) for o in offers] == [
        ("none", None), ("state_priority", house.state.organisation_id), ("action_logement", house.employer.organisation_id),
        ("none", None), ("state_priority", house.state.organisation_id),
    ]  # fmt: skip
    assert [t.state for t in turns] == ["own", "open", "open", "own", "open"]
    assert turns[1].why == (
        "Préfecture (30\u00a0% du flux) : 0,6 logement lui revient avec celui-ci, 0 reçu. C’est le plus en retard sur sa part."
    )
    assert turns[1].due_at == datetime(2026, 12, 23, 23, 59, 59, tzinfo=NOW.tzinfo)
    assert Event.objects.filter(verb="turns.begin").count() == 5


def test_publishing_twice_is_once(house):
    house.signed()
    dwelling = house.build.dwelling(house.landlord)
    first, again = house.publish(dwelling=dwelling), house.publish(dwelling=dwelling)
    assert (first.pk, Turn.objects.count(), Offer.objects.count()) == (again.pk, 1, 1)


def test_a_draft_left_over_takes_the_holder_of_the_turn_and_an_offer_published_before_keeps_its_own(house):
    state, _ = house.signed()
    dwelling = house.build.dwelling(house.landlord)
    words = {"available_on": NOW.date(), "rent": Decimal(400), "charges": Decimal(60)}
    draft = house.as_(house.agent, homes.draft_offer, dwelling_id=dwelling.pk, **words)
    published = house.publish(dwelling=dwelling, line=state.pk, departure="Accord")
    assert (published.pk, published.holder_id, published.state) == (draft.pk, state.holder_id, "published")
    former = house.build.offer(house.landlord)
    assert house.publish(dwelling=former.dwelling).pk == former.pk
    assert Turn.objects.count() == 1


def test_another_choice_than_the_rules_asks_for_a_reason_that_is_kept(house):
    state, _ = house.signed()
    with refused("turn.departure"):
        house.publish(line=state.pk)
    turn = house.turn(house.publish(line=state.pk, departure="Relogement urgent demandé par le préfet"))
    assert (turn.convention_id, turn.called_id, turn.departure) == (
        state.pk, None, "Relogement urgent demandé par le préfet",
    )  # fmt: skip


def test_first_lettings_are_negotiated_and_exclusions_stay_out_of_the_flow(house):
    state, _ = house.signed()
    with refused("turn.first"):
        house.publish(first_letting=True)
    with refused("turn.exclusion"):
        house.publish(exclusion="friend")
    first = house.publish(first_letting=True, line=state.pk)
    moved = house.publish(exclusion="transfer")
    assert [(house.turn(o).kind, house.turn(o).convention_id) for o in (first, moved)] == [
        ("first", state.pk), ("transfer", None),
    ]  # fmt: skip
    assert Vacancy.objects.get(pk=first.vacancy_id).first_letting
    held = year_of(house.landlord, "14", 2026)
    assert (len(held.base.counted), len(held.base.first)) == (0, 1)
    assert held.excluded == [("Mutation d’un locataire du bailleur", 1)]


def test_a_town_has_its_turn_in_its_own_commune_only(house):
    town = house.build.organisation(OrganisationKind.AUTHORITY, name="Ville", commune_id=CAEN)
    mayor = house.build.actor(Role.RESERVATION_HOLDER, town)
    held = house.convention(mayor, "authority", "60", commune=CAEN)
    elsewhere = house.build.dwelling(house.landlord, commune=Commune.objects.get(code=LISIEUX))
    assert held.commune_id == CAEN
    assert next_turn(house.build.dwelling(house.landlord), NOW.date()).line.key == held.pk
    assert next_turn(elsewhere, NOW.date()) is None
    with refused("turn.none"):
        house.publish(dwelling=elsewhere)
    with refused("convention.commune"):
        house.convention(mayor, "authority", "10", commune="61001")


@pytest.mark.parametrize("percent, code", [("31", "convention.share"), ("30", None)])
def test_a_convention_beyond_the_law_is_refused(house, percent, code):
    if code is None:
        assert house.convention(house.state, "state_priority", percent).percent == Decimal(percent)
    else:
        with refused(code):
            house.convention(house.state, "state_priority", percent)


def test_a_convention_is_recorded_once_and_by_its_landlord(house):
    first, again = (house.convention(house.state, "state_priority", "20") for _ in range(2))
    assert first.pk == again.pk
    with refused("convention.twice"):
        house.convention(house.state, "state_priority", "25")
    with refused("convention.before"):
        house.convention(house.employer, "action_logement", "20", valid_from=date(1990, 1, 1))
    with refused("convention.contingent"):
        house.convention(house.state, "action_logement", "20")
    with pytest.raises(NotYours), acting(house.state.scope):
        actions.end_convention(actor=house.state, convention_id=first.pk, on=NOW.date())
    with refused("convention.end"):
        house.as_(house.agent, actions.end_convention, convention_id=first.pk, on=date(2025, 1, 1))
    house.as_(house.agent, actions.end_convention, convention_id=first.pk, on=date(2026, 7, 1))
    assert Convention.objects.get().valid_to == date(2026, 7, 1)
    assert house.convention(house.state, "state_priority", "25", valid_from=date(2026, 7, 1)).pk != first.pk


@pytest.fixture
def held(house):
    """A dwelling whose turn is Action Logement's, with three candidates."""
    _, convention = house.signed()
    offer = house.publish(line=convention.pk, departure="Accord")
    for _ in range(3):
        house.build.application(house.build.demand(house.build.person()), offer)
    return offer


def test_the_holders_list_stops_its_delay(house, held):
    house.as_(house.employer, applications.make_shortlist, offer_id=held.pk)
    assert house.turn(held).state == "designated"
    with clock.frozen_at(NOW + timedelta(days=60)):
        assert actions.return_overdue() == 0


def test_after_the_delay_the_dwelling_goes_back_by_itself_once_and_the_landlord_is_told(house, held):
    due = house.turn(held).due_at
    with clock.frozen_at(due):
        assert actions.return_overdue() == 0
    with clock.frozen_at(due + timedelta(seconds=1)):
        with refused("turn.late"):
            house.as_(house.employer, applications.make_shortlist, offer_id=held.pk)
        assert (actions.return_overdue(), actions.return_overdue()) == (1, 0)
    offer = Offer.objects.get(pk=held.pk)
    assert (offer.contingent, offer.holder, house.turn(offer).state) == ("none", None, "returned")
    assert list(Message.objects.filter(kind="turns.returned").values_list("to", flat=True)) == ["bailleur@exemple.fr"]
    house.as_(house.agent, applications.make_shortlist, offer_id=held.pk)
    assert house.turn(offer).state == "returned"


def test_until_its_end_the_holder_alone_designates_then_the_landlord_alone(house, held):
    with refused("turn.holder") as told:
        house.as_(house.agent, applications.make_shortlist, offer_id=held.pk)
    assert told.value.message == "C’est au réservataire de désigner, jusqu’au 23 décembre 2026 inclus."
    with clock.frozen_at(house.turn(held).due_at + timedelta(seconds=1)):
        house.as_(house.agent, applications.make_shortlist, offer_id=held.pk)
    assert (house.turn(held).state, Offer.objects.get(pk=held.pk).holder) == ("returned", None)


def test_a_holder_may_give_back_before_with_a_reason(house, held):
    with refused("turn.reason"):
        house.as_(house.employer, actions.give_back, offer_id=held.pk, reason=" ")
    with pytest.raises(Offer.DoesNotExist):
        house.as_(house.state, actions.give_back, offer_id=held.pk, reason="x")
    house.as_(house.employer, actions.give_back, offer_id=held.pk, reason="Aucun salarié intéressé")
    turn = house.turn(held)
    assert (turn.state, turn.given_back, Offer.objects.get(pk=held.pk).holder) == (
        "returned", "Aucun salarié intéressé", None,
    )  # fmt: skip


def test_a_dwelling_taken_off_was_nobodys_turn_and_may_have_another(house, held):
    dwelling = held.dwelling
    house.as_(house.agent, homes.withdraw, offer_id=held.pk, reason="Travaux")
    house.publish(dwelling=dwelling)
    assert sorted(Turn.objects.values_list("state", flat=True)) == ["cancelled", "own"]
    assert len(year_of(house.landlord, "14", 2026).base.counted) == 1


def test_the_database_refuses_a_second_turn(house):
    house.signed()
    turn = house.turn(house.publish())
    turn.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        turn.save(force_insert=True)


def test_a_balance_is_signed_once_the_year_is_over_and_never_changes(house, held):
    words = {"holder_id": house.employer.organisation_id, "year": 2026, "department": "14"}
    with refused("balance.year"):
        house.as_(house.agent, balances.sign_balance, **words)
    with clock.frozen_at(datetime(2027, 1, 12, 9, tzinfo=NOW.tzinfo)):
        made = house.as_(house.agent, balances.sign_balance, **words)
        again = house.as_(house.agent, balances.sign_balance, **words)
        for year in (0, 2019, 2024):
            with pytest.raises(NotYours):
                house.as_(house.agent, balances.sign_balance, **{**words, "year": year})
    assert (made.pk, Balance.objects.count(), balances.sound(made)) == (again.pk, 1, True)
    row = made.record["rows"][0]
    assert (made.record["base"], row["offered"], row["objective"], row["late"]) == (1, 1, 0, 0)
    assert [d["outcome"] for d in made.record["dwellings"]] == ["À désigner"]
    with pikepdf.open(io.BytesIO(bytes(made.document))) as paper:
        assert len(paper.pages) == 1
    made.record["base"] = 2
    assert not balances.sound(made)
