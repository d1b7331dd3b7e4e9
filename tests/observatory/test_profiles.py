"""What sessions and leases leave without identity, and the statistics drawn from it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from palier.accounts.roles import Role
from palier.allocations import actions as allocations
from palier.allocations.models import Proposal
from palier.commissions.models import Commission, Seat
from palier.common import clock
from palier.observatory.models import PastProfile, PastSession
from palier.observatory.profiles import Asked, reach, statistics
from palier.territories.models import Commune, Setting
from tests.builders import ALENCON, CAEN, LISIEUX
from tests.chain.test_chain import AFTER, CLOSES, Stage
from tests.conftest import NOW

YEAR = Asked(date(2026, 1, 1), date(2026, 12, 31))


def test_a_signed_session_leaves_figures_and_no_name(build):
    stage = Stage(build)
    stage.vote_and_sign(stage.to_agenda())
    past = PastSession.objects.get()
    count = PastProfile.objects.filter(step="examined").count()
    assert (past.on, past.dwellings, past.candidates, past.called, past.voted, past.recused) == (
        CLOSES.date(), 1, count, 3, 3, 0,
    )  # fmt: skip
    assert past.decisions == {"ranked": count} and count >= 3
    row = PastProfile.objects.filter(step="ranked").order_by("pk").first()
    assert (row.composition, row.age, row.ceiling, row.quartile, row.commune_id) == (
        "lone_parent",
        "35",
        "PLAI",
        "",
        CAEN,
    )
    linked = {f.name for f in PastProfile._meta.get_fields() if f.is_relation}
    assert linked == {"commission", "commune", "holder"}


def test_a_lease_says_how_long_it_took(build):
    stage = Stage(build)
    candidates = stage.to_agenda()
    stage.vote_and_sign(candidates)
    proposal = Proposal.objects.get(rank=1)
    with clock.frozen_at(AFTER + timedelta(days=3)):
        stage.as_(stage.household_of(candidates[0]), allocations.accept, proposal_id=proposal.pk)
    with clock.frozen_at(AFTER + timedelta(days=12)):
        stage.as_(
            stage.agent, allocations.record_lease, proposal_id=proposal.pk, signed_on=clock.today(),
            starts_on=clock.today(), rent=Decimal("410"), charges=Decimal("85"),
        )  # fmt: skip
    row = PastProfile.objects.get(step="housed")
    assert (row.on, row.answer_days, row.lease_days) == ((AFTER + timedelta(days=12)).date(), 3, 9)


@pytest.fixture
def commission(build) -> Commission:
    return Commission.objects.create(landlord=build.organisation(), name="Commission A", department_id="14")


def seen(commission: Commission, count: int, **fields: Any) -> None:
    plain = {
        "step": "examined", "on": date(2026, 5, 4), "commission": commission, "commune_id": CAEN, "financing": "PLUS",
        "composition": "alone", "age": "35", "ceiling": "PLAI", "seniority": "12", "quartile": "first",
    }  # fmt: skip
    PastProfile.objects.bulk_create(PastProfile(**{**plain, **fields}) for _ in range(count))


def figure(build, commission: Commission, key: str, asked: Asked = YEAR) -> dict[str, Any]:
    found = statistics(reach(build.actor(Role.SECRETARY, commission.landlord)), asked)
    return next(f for f in found.figures if f["key"] == key)


def series(figure: dict[str, Any], name: str) -> dict[str, Any]:
    values = next(s["values"] for s in figure["series"] if s["name"] == name)
    return dict(zip(figure["categories"], values, strict=True))


def test_shares_by_group_with_small_numbers_hidden(build, commission):
    seen(commission, 60)
    seen(commission, 30, composition="family")
    seen(commission, 10, composition="couple")
    shown = series(figure(build, commission, "composition"), "Examinés")
    # The couples are too few; families go with them, for the total would give them back.
    assert shown == {"Personne seule": 60.0, "Couple sans enfant": None, "Couple avec enfants": None}


def test_quarters(build, commission):
    seen(commission, 20)
    seen(commission, 15, on=date(2026, 8, 1))
    seen(commission, 12, on=date(2026, 8, 1), step="housed")
    found = figure(build, commission, "time")
    assert series(found, "Examinés") == {"T1 2026": 0, "T2 2026": 20, "T3 2026": 15, "T4 2026": 0}
    assert series(found, "Logés")["T3 2026"] == 12


def test_objectives_outside_and_inside_priority_districts(build, commission):
    seen(commission, 12, step="housed")
    seen(commission, 36, step="housed", quartile="others", priority=True)
    seen(commission, 20, step="housed", quartile="others", qpv=True)
    found = statistics(reach(build.actor(Role.LANDLORD, commission.landlord)), YEAR)
    assert [(o.reached, o.least, o.among) for o in found.objectives] == [
        (0.25, 0.25, 48), (pytest.approx(36 / 68), 0.25, 68), (1.0, 0.5, 20),
    ]  # fmt: skip


def test_a_threshold_not_entered_is_said(build, commission):
    seen(commission, 40, step="housed", quartile="")
    found = statistics(reach(build.actor(Role.LANDLORD, commission.landlord)), YEAR)
    assert [(o.reached, o.why) for o in found.objectives] == [
        (None, "Le seuil du premier quartile n’est pas saisi pour cette période."),
        (0.0, ""),
        (None, "Le seuil du premier quartile n’est pas saisi pour cette période."),
    ]


def test_the_threshold_entered_makes_the_quartile_known(build):
    stage = Stage(build)
    epci = Commune.objects.get(pk=CAEN).epci_id
    Setting.objects.create(
        key="first_quartile_income", territory=epci, value=20_000, valid_from=date(2026, 1, 1), source="Essai"
    )
    stage.vote_and_sign(stage.to_agenda())
    assert set(PastProfile.objects.values_list("quartile", flat=True)) == {"first"}


def test_participation_names_nobody(build, commission):
    for voted in (3, 2):
        PastSession.objects.create(
            commission=commission, on=date(2026, 5, 4), dwellings=1, candidates=3, called=4, voted=voted, recused=0
        )
    seen(commission, 20)
    assert series(figure(build, commission, "participation"), "Ont pris part au vote")["T2 2026"] == 62.5


def test_delays_are_medians(build, commission):
    for days in range(1, 12):
        seen(commission, 1, step="housed", answer_days=days, lease_days=days + 10)
    found = figure(build, commission, "delays")
    assert series(found, "De la séance à la réponse")["T2 2026"] == 6
    assert series(found, "De la réponse au bail")["T2 2026"] == 16
    assert series(found, "De la réponse au bail")["T1 2026"] is None


def test_filters(build, commission):
    seen(commission, 20)
    seen(commission, 15, commune_id=LISIEUX)
    seen(commission, 40, on=date(2025, 5, 4))
    mine = reach(build.actor(Role.SECRETARY, commission.landlord))
    assert statistics(mine, YEAR).totals["examined"] == 35
    assert statistics(mine, Asked(YEAR.since, YEAR.until, commune=LISIEUX)).totals["examined"] == 15
    assert statistics(mine, Asked(YEAR.since, YEAR.until, commission=commission.pk + 1)).empty


def test_each_counts_only_what_is_theirs(build, commission):
    seen(commission, 20)
    seen(commission, 15, commune_id=ALENCON)
    seated = build.actor(Role.MEMBER, commission.landlord)
    Seat.objects.create(commission=commission, person=seated.person, capacity="board", since=date(2020, 1, 1))
    epci = Commune.objects.get(pk=CAEN).epci_id
    actors = {
        "landlord": build.actor(Role.LANDLORD, commission.landlord), "other landlord": build.actor(Role.LANDLORD),
        "member": seated, "unseated": build.actor(Role.MEMBER, commission.landlord),
        "authority": build.actor(Role.AUTHORITY, build.organisation("authority", epci_id=epci)),
        "department": build.actor(Role.AUTHORITY, build.organisation("authority", departments=["61"])),
        "desk": build.actor(Role.DESK),
    }  # fmt: skip
    assert {who: statistics(reach(a), YEAR).totals["examined"] for who, a in actors.items()} == {
        "landlord": 35, "other landlord": None, "member": 35, "unseated": None, "authority": 20, "department": 15,
        "desk": None,
    }  # fmt: skip
    assert NOW.year == 2026
