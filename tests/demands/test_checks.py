"""One set of checks: what each problem says, and that every door of the demand applies it."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from palier.accounts.roles import Role
from palier.common.errors import Refused
from palier.common.isolation import acting
from palier.demands import actions
from palier.demands.checks import check, name_problem, text_problem
from palier.demands.form import Address, Adult, Custody, Dependant, Expected, Form, Home, Wish, Work
from palier.demands.models import Demand
from tests.builders import CAEN

ON = date(2026, 11, 23)
APPLICANT = Adult(last_name="Essai", first_names="Camille", birth_date=date(1990, 5, 4))
WISH = Wish(types=("T2",), communes=(CAEN,))


def form(**changes) -> Form:
    return Form(**{"applicant": APPLICANT, "motives": ("13",), "wish": WISH, **changes})


def applicant(**changes) -> Form:
    return form(applicant=dataclasses.replace(APPLICANT, **changes))


def found(declared: Form) -> list[tuple[str, str, str]]:
    return [(p.code, p.section, p.field) for p in check(declared, ON)]


def test_a_form_that_holds_has_no_problem():
    assert check(form(), ON) == []


CASES = [
    (applicant(last_name="🙂"), ("person.name", "identity", "last_name")),
    (applicant(first_names="a" * 81), ("person.name", "identity", "first_names")),
    (applicant(birth_date=date(2027, 1, 1)), ("person.birth", "identity", "birth_date")),
    (applicant(birth_date=date(2012, 1, 1)), ("person.minor", "identity", "birth_date")),
    (applicant(phone="x"), ("person.phone", "identity", "phone")),
    (applicant(resources={"SAL": -1}), ("income.amount", "means", "res_SAL")),
    (applicant(paid={"PAV": 10**12}), ("income.amount", "means", "paid_PAV")),
    (applicant(tax={"2024": 10**12}), ("income.tax", "means", "tax_2024")),
    (applicant(work=Work(profession="p" * 121)), ("work.text", "means", "profession")),
    (form(address=Address(line="\u202e")), ("address.text", "identity", "line")),
    (form(address=Address(postcode="1400")), ("address.postcode", "identity", "postcode")),
    (form(coapplicant=Adult("🙂")), ("person.name", "household", "co_last_name")),
    (form(coapplicant=Adult("A", birth_date=date(2015, 1, 1))), ("person.minor", "household", "co_birth_date")),
    (form(coapplicant=Adult("A", resources={"AF": -5})), ("income.amount", "means", "co_res_AF")),
    (form(other_adults=(Adult("A"), Adult("🙂"))), ("person.name", "household", "adult_1_last_name")),
    (form(other_adults=(Adult("A", resources={"AF": -5}),)), ("income.amount", "household", "adult_0_res")),
    (form(other_adults=(Adult("A", tax={"2025": -5}),)), ("income.tax", "household", "adult_0_tax_2025")),
    (
        form(dependants=(Dependant(birth_date=date(1989, 1, 1)),)),
        ("dependant.older", "household", "child_0_birth_date"),
    ),
    (
        form(dependants=(Dependant(birth_date=date(1890, 1, 1)),)),
        ("dependant.birth", "household", "child_0_birth_date"),
    ),
    (form(dependants=(Dependant(first_names="{}"),)), ("dependant.name", "household", "child_0_first_names")),
    (form(custody=(Custody(birth_date=date(2030, 1, 1)),)), ("custody.birth", "household", "custody_0_birth_date")),
    (form(expected=Expected(count=9)), ("expected.count", "household", "expected")),
    (form(expected=Expected(due_on=date(2028, 1, 1))), ("expected.far", "household", "expected_on")),
    (form(expected=Expected(due_on=date(2025, 1, 1))), ("expected.past", "household", "expected_on")),
    (form(dependants=(Dependant(),) * 20), ("household.size", "household", "")),
    (form(dependants=(Dependant(),) * 10), ("household.large", "household", "")),
    (form(home=Home(status="?")), ("home.status", "home", "status")),
    (form(home=Home(surface=0)), ("home.surface", "home", "surface")),
    (form(home=Home(occupants=31)), ("home.occupants", "home", "occupants")),
    (form(home=Home(rent=-1)), ("home.rent", "home", "rent")),
    (form(home=Home(landlord="l" * 121)), ("home.landlord", "home", "landlord")),
    (form(home=Home(entered_on=date(2027, 1, 1))), ("home.entered", "home", "entered_on")),
    (form(home=Home(entered_on=date(1990, 5, 3))), ("home.before_birth", "home", "entered_on")),
    (form(motives=()), ("motive.none", "wish", "motive")),
    (form(motives=("01", "02", "03", "04")), ("motive.many", "wish", "motive_3")),
    (form(motive_text="m" * 501), ("motive.text", "wish", "motive_text")),
    (form(wish=Wish(communes=(CAEN,))), ("wish.types", "wish", "types")),
    (form(wish=Wish(types=("T2",))), ("wish.communes", "wish", "place_1")),
    (form(wish=Wish(types=("T2",), communes=(CAEN,) * 11)), ("wish.many", "wish", "place_10")),
    (form(wish=dataclasses.replace(WISH, max_rent=-1)), ("wish.rent", "wish", "max_rent")),
]


@pytest.mark.parametrize(("declared", "problem"), CASES, ids=[p[0] + "-" + p[2] for _, p in CASES])
def test_each_problem_alone(declared, problem):
    assert found(declared) == [problem]


def test_a_home_entered_in_another_century_without_a_known_birth():
    assert found(form(applicant=Adult("Essai"), home=Home(entered_on=date(1850, 1, 1)))) == [
        ("home.ancient", "home", "entered_on")
    ]


def test_a_child_is_compared_with_its_oldest_parent_and_others_with_nobody():
    elder = dataclasses.replace(APPLICANT, birth_date=date(1970, 1, 1))
    child = Dependant(birth_date=date(1992, 1, 1))
    assert found(form(coapplicant=elder, dependants=(child,))) == []
    assert found(form(dependants=(dataclasses.replace(child, link="P"),))) == []


@pytest.mark.parametrize(
    "name", ["", "O’Neil", "Jean-Paul", "محمد", "דוד", "Đặng", "李", "Ɓala", "Nuñez", "می‌نا", "d'Ö"]
)
def test_names_of_every_script_are_names(name):
    assert name_problem(name) == ""


@pytest.mark.parametrize("mark", sorted("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
def test_marks_that_turn_the_reading_order_over_are_refused(mark):
    words = "Ce nom contient des caractères invisibles : effacez-le et écrivez-le de nouveau."
    assert name_problem(f"Ess{mark}ai") == words
    assert (
        text_problem(f"1 rue{mark}")
        == "Cette réponse contient des caractères invisibles : effacez-la et écrivez-la de nouveau."
    )


def test_a_text_of_several_lines_is_a_text():
    assert text_problem("Une ligne\r\nune autre\tla fin 🙂") == ""


# The doors.


def test_registering_refuses_and_writes_nothing(build):
    household = build.actor(Role.APPLICANT)
    with acting(household.scope), pytest.raises(Refused) as refusal:
        actions.register(actor=household, form=applicant(last_name="🙂"), department="14", person=household.person)
    assert (refusal.value.code, refusal.value.field, Demand.objects.count()) == ("person.name", "last_name", 0)


def test_a_change_answers_only_for_what_it_brings(build):
    household = build.actor(Role.APPLICANT)
    old = form(motives=(), home=Home(surface=2))
    demand = build.demand(household.person, form=old)
    with acting(household.scope):
        changed = actions.change(
            actor=household,
            demand_id=demand.pk,
            form=dataclasses.replace(old, notes="Bonjour"),
            revision=1,
            sections=[],
        )
        with pytest.raises(Refused) as refusal:
            actions.change(
                actor=household, demand_id=demand.pk, revision=2, sections=[],
                form=dataclasses.replace(old, home=Home(surface=2, rent=-1)),
            )  # fmt: skip
    assert (changed.revision, refusal.value.code, refusal.value.field) == (2, "home.rent", "rent")
    demand.refresh_from_db()
    assert demand.revision == 2
