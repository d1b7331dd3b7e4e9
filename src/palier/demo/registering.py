"""A few demands taken at the cast's desk, through its real action: what the register answers is then seen there.

One child has no birth date: our form lets a household say it later, the register does not.
"""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.demands import actions as demands
from palier.demands.acting import Ground
from palier.demands.form import Address, Adult, Dependant, Form, Home, Wish, Work
from palier.demands.models import Demand
from palier.demo.playing import character, play

# First name, last name, age, monthly wage, hours ago, and a child’s age, "unknown", or None without a child.
TAKEN = (
    ("Élise", "Vasseur", 41, 1_620, 52, None),
    ("Mamadou", "Traoré", 36, 1_540, 30, 7),
    ("Chloé", "Le Gall", 29, 1_390, 26, "unknown"),
    ("Robert", "Quesnel", 67, 1_180, 5, None),
)


# Registered again under her married name: a pair for the desk to compare. Last name, rank in TAKEN, hours ago.
AGAIN = ("Maréchal", 0, 20)


def take() -> int:
    """Register them, and one change of situation; those already there stay as they are."""
    desk = character("claire.guichet")
    with acting(SYSTEM):
        there = set(Demand.objects.filter(desk=desk.organisation).values_list("last_name_key", flat=True))
    now, made = clock.now(), 0
    for first, last, age, wage, hours, child in TAKEN:
        form = _form(first, last, age, wage, child)
        if demands.columns(form)["last_name_key"] in there:
            continue
        with clock.frozen_at(now - timedelta(hours=hours)):
            demand = play(desk, demands.register, form=form, department="14", person=None)
        made += 1
        if child == 7:
            with clock.frozen_at(now - timedelta(hours=3)):
                moved = dataclasses.replace(form, home=dataclasses.replace(form.home, rent=575))
                play(
                    desk,
                    demands.change,
                    demand_id=demand.pk,
                    form=moved,
                    revision=1,
                    sections=["logement actuel"],
                    ground=Ground("present"),
                )
    name, rank, hours = AGAIN
    if made and demands.columns(_form("", name, 40, 0, None))["last_name_key"] not in there:
        first, last, age, wage, _, child = TAKEN[rank]
        form = _form(first, last, age, wage, child)
        married = dataclasses.replace(form.applicant, last_name=name, birth_name=last, family_status="M")
        with clock.frozen_at(now - timedelta(hours=hours)):
            play(
                desk, demands.register, form=dataclasses.replace(form, applicant=married), department="14", person=None
            )
        made += 1
    return made


def _form(first: str, last: str, age: int, wage: int, child: int | str | None) -> Form:
    today = clock.today()
    born = None if child in (None, "unknown") else date(today.year - int(child), 3, 2)
    return Form(
        applicant=Adult(
            last_name=last, first_names=first, civility="2" if first in ("Élise", "Chloé") else "1",
            birth_date=date(today.year - age, 5, 14), nationality="1", family_status="C", phone="06 39 98 00 09",
            work=Work(contract="RET" if age > 62 else "CDI"), tax={str(today.year - 2): wage * 11, str(today.year - 1): wage * 11},
            resources={"RET" if age > 62 else "SAL": wage},
        ),
        dependants=() if child is None else (Dependant(first_names="Sacha", last_name=last, birth_date=born, sex="M"),),
        address=Address(line="18 rue Basse", extra="Caen", postcode="14000", commune="14118"),
        home=Home(status="LP", kind="A", type="T2", surface=38, occupants=1 if child is None else 2, rent=560),
        motives=("09",),
        wish=Wish(types=("T2", "T3"), communes=("14118",), widened=True, max_rent=600),
    )  # fmt: skip
