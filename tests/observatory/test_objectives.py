"""The legal objectives by landlord and by holder; and what a list under preparation does to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from palier.accounts.roles import OrganisationKind, Role
from palier.commissions.models import Commission
from palier.documents.models import Recognition
from palier.observatory.keeping import _held
from palier.observatory.models import PastProfile
from palier.observatory.objectives import at_choice, followed
from palier.observatory.profiles import Asked
from palier.territories.models import Commune, Setting
from tests.builders import ALENCON, CAEN
from tests.conftest import NOW

YEAR = Asked(date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def commission(build) -> Commission:
    return Commission.objects.create(
        landlord=build.organisation(name="Habitat A"), name="Commission A", department_id="14"
    )


@pytest.fixture
def holder(build):
    return build.organisation(OrganisationKind.ACTION_LOGEMENT, name="Action Logement")


def housed(commission, count: int, **fields) -> None:
    row = {
        "step": "housed", "on": date(2026, 5, 4), "commission": commission, "commune_id": CAEN, "financing": "PLUS",
        "composition": "alone", "age": "35", "ceiling": "PLAI", "seniority": "12", "quartile": "others", **fields,
    }  # fmt: skip
    PastProfile.objects.bulk_create(PastProfile(**row) for _ in range(count))


def told(found) -> list[tuple]:
    return [
        (part.label, part.leases, [o.reached and round(o.reached, 2) for o in part.objectives]) for part in found.parts
    ]


def test_a_landlord_follows_each_holder_and_its_own_dwellings(build, commission, holder):
    reserved = {"holder": holder, "contingent": "action_logement"}
    housed(commission, 20, quartile="first", **reserved)
    housed(commission, 20, priority=True, **reserved)
    housed(commission, 30)
    housed(commission, 12, priority=True, qpv=True)
    found = followed(build.actor(Role.LANDLORD, commission.landlord), YEAR)
    assert told(found) == [("Action Logement", 40, [0.5, 0.5, None]), ("Logements non réservés", 42, [0, 0.29, 1])]
    assert (found.leases, [round(o.reached, 2) for o in found.total]) == (82, [0.29, 0.39, 1])
    assert [f["key"] for f in found.figures] == ["parts", "quarters"]


def test_a_holder_follows_each_landlord_for_its_own_contingent_alone(build, commission, holder):
    other = Commission.objects.create(landlord=build.organisation(name="Habitat B"), name="B", department_id="14")
    for one, first in ((commission, 15), (other, 30)):
        housed(one, first, quartile="first", holder=holder, contingent="action_logement")
        housed(one, 30, holder=holder, contingent="action_logement")
        housed(one, 50)
    found = followed(build.actor(Role.RESERVATION_HOLDER, holder), YEAR)
    assert [(label, leases, values[0]) for label, leases, values in told(found)] == [
        ("Habitat A", 45, 0.33), ("Habitat B", 60, 0.5),
    ]  # fmt: skip
    stranger = build.actor(Role.RESERVATION_HOLDER)
    assert (followed(stranger, YEAR).parts, followed(build.actor(Role.DESK), YEAR).parts) == ([], [])


def test_an_authority_follows_its_own_territory(build, commission):
    housed(commission, 20)
    housed(commission, 30, commune_id=ALENCON)
    caen = build.organisation(OrganisationKind.AUTHORITY, epci=Commune.objects.get(pk=CAEN).epci)
    assert told(followed(build.actor(Role.AUTHORITY, caen), YEAR))[0][1] == 20


def test_small_numbers_are_hidden(build, commission, holder):
    housed(commission, 3, priority=True, holder=holder, contingent="action_logement")
    housed(commission, 40)
    found = followed(build.actor(Role.LANDLORD, commission.landlord), YEAR)
    assert told(found)[0] == ("Action Logement", None, [None, None, None])
    assert found.parts[1].leases is None


def test_what_is_kept_says_whose_contingent_it_was_in_the_end(build, holder):
    offer = build.offer(contingent="action_logement", holder=holder)
    assert _held(offer) == {"contingent": "action_logement", "holder_id": holder.pk}


def rule(threshold: int, least: int = 1) -> None:
    for key, value in (("first_quartile_income", threshold), ("first_quartile_least", least)):
        Setting.objects.filter(key=key, territory="").update(valid_to="2020-01-02")
        Setting.objects.create(key=key, value=value, valid_from="2020-01-02", source="Essai")


def test_the_quartile_reads_declared_resources_by_unit_and_neither_of_the_two_other_incomes(build):
    rule(11_000)
    form = build.form()
    rich = replace(form.applicant, tax={"2024": 60_000, "2025": 60_000}, resources={"SAL": 900})
    poor = replace(form.applicant, tax={"2024": 4_000, "2025": 4_000}, resources={"SAL": 2_600})
    demands = [build.demand(form=replace(form, applicant=one)) for one in (rich, poor)]
    marks = at_choice(build.offer(), demands).marks
    # 900 × 12 / 1.3 = 8 308; 2 600 × 12 / 1.3 = 24 000 euros a year for a unit.
    assert [marks[d.pk] for d in demands] == [["Premier quartile"], []]


def test_a_priority_public_is_marked_once_recognised_never_why(build):
    demands = [build.demand() for _ in range(3)]
    signed = {"decided_at": NOW, "decided_by": build.organisation(OrganisationKind.STATE)}
    days = {"asked_at": NOW, "valid_from": date(2026, 1, 1), **signed}
    Recognition.objects.create(demand=demands[0], situation="violence", state="recognised", **days)
    Recognition.objects.create(demand=demands[1], situation="violence", state="asked", asked_at=NOW)
    Recognition.objects.create(
        demand=demands[2], situation="eviction", state="recognised", valid_to=date(2026, 2, 1), **days
    )
    assert at_choice(build.offer(), demands).marks == {
        demands[0].pk: ["Public prioritaire"], demands[1].pk: [], demands[2].pk: [],
    }  # fmt: skip


def test_a_list_is_told_what_it_does_to_the_year(build, commission, holder):
    rule(11_000, least=5)
    offer = build.offer(commission.landlord, contingent="action_logement", holder=holder)
    reserved = {"holder": holder, "contingent": "action_logement"}
    housed(commission, 8, **reserved)
    housed(commission, 6, priority=True, quartile="first")
    demand = build.demand()
    found = dict(at_choice(offer, [demand]).outlooks)
    assert {label.partition(",")[0]: seen.verdict for label, seen in found.items()} == {
        "Premier quartile": "fine", "Publics prioritaires": "risk",
    }  # fmt: skip
    assert found["Publics prioritaires"].text == (
        "0 baux sur 8 aux publics prioritaires cette année (0\u00a0%), au mieux 0\u00a0% avec ce logement, pour 25\u00a0% demandés."
    )
    inside = build.offer(dwelling=build.dwelling(commission.landlord, qpv=True))
    assert [label for label, _ in at_choice(inside, [demand]).outlooks] == ["Publics prioritaires"]
