"""A demand of the register goes through the form's own checks, each problem told at its place in the document."""

from __future__ import annotations

import pytest

from palier.demands.models import Demand
from palier.exchanges.actions import import_demand
from palier.exchanges.declared import place
from tests.exchanges.test_import import sample

PEOPLE, WISHED = "demande/demandeLogement/personnePhysique", "demande/demandeLogement/logementRecherche"
CHILD = f"{PEOPLE}/listePersonneACharge/personneACharge[1]"


def brought(*changes: tuple[str, str]) -> tuple[str, list[tuple[str, str, str]]]:
    """The result and the anomalies of the full sample, some of its text replaced, without what it always has."""
    text = sample("full.xml").decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    answer = import_demand(text.encode())
    told = [(a["code"], a["path"], a["severity"]) for a in answer["anomalies"] if a["code"] != "element.unknown"]
    return answer["result"], told


def test_a_slip_that_the_register_let_through_is_a_warning_and_the_demand_is_taken(world):
    assert brought(("<surface>41<", "<surface>700<")) == (
        "created", [("home.surface", f"{PEOPLE}/logementActuel/surface", "warning")],
    )  # fmt: skip


def test_an_amount_that_nothing_can_count_stops_the_demand(world):
    result, told = brought(("<montant>1640.50<", "<montant>9000000000<"))
    assert (result, told[-1], Demand.objects.count()) == (
        "refused", ("income.amount", f"{PEOPLE}/demandeur/listeRessourceRecue", "blocking"), 0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("<prenom>Noé<", "<prenom>🙂<", ("name.signs", f"{CHILD}/prenom", "warning")),
        ("2019-09-01", "1990-09-01", ("age.child", f"{CHILD}/dateNaissance", "warning")),
    ],
)
def test_what_the_register_s_checks_already_say_is_not_said_twice(world, old, new, told):
    assert brought((old, new)) == ("created", [told])


@pytest.mark.parametrize(
    ("field", "path"),
    [
        ("last_name", f"{PEOPLE}/demandeur/nom"),
        ("res_SAL", f"{PEOPLE}/demandeur/listeRessourceRecue"),
        ("co_birth_date", f"{PEOPLE}/listeCotitulaire/cotitulaire[1]/dateNaissance"),
        ("adult_0_last_name", f"{PEOPLE}/listeCotitulaire/cotitulaire[2]/nom"),
        ("child_1_birth_date", f"{PEOPLE}/listePersonneACharge/personneACharge[2]/dateNaissance"),
        ("surface", f"{PEOPLE}/logementActuel/surface"),
        ("place_1", f"{WISHED}/listeLocalisationSouhaite"),
        ("", PEOPLE),
    ],
)
def test_the_place_of_a_field_in_the_document(field, path):
    assert place(field) == path
