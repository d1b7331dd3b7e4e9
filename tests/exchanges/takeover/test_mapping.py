"""A mapping is refused as a whole, each mistake at its place."""

from __future__ import annotations

import re

import pytest

from palier.exchanges.takeover.mapping import MappingRefused, read, shipped
from tests.exchanges.takeover.conftest import LOGIS

BASE = """
version = 1
key = "essai"
[file]
format = "csv"
[fields]
number = "N"
applicant.last_name = "Nom"
"""


@pytest.mark.parametrize("name", shipped())
def test_shipped_mappings_hold(name):
    assert read(shipped()[name]).key == name


def test_the_columns_that_must_be_there_are_all_those_named():
    columns = read(LOGIS).columns
    assert {"Nom", "Code postal", "Enfant 6 né(e) le", "Statut", "Conjoint nom", "Quartier souhaité"} <= columns
    assert not any("{n}" in name for name in columns)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("version = ", "ce n’est pas du TOML lisible"),
        (BASE.replace("version = 1", "version = 7"), "version : indiquez version = 1"),
        (BASE.replace('"essai"', '"Mon Outil"'), "key : un nom court"),
        (BASE.replace('"csv"', '"ods"'), "file.format : indiquez l’un de : csv"),
        (BASE.replace('"csv"', '"xml"'), "file.row : indiquez le chemin"),
        (BASE + 'applicant.shoe = "P"', "fields.applicant.shoe : ce champ n’existe pas"),
        (BASE + 'applicant.resources.XYZ = "P"', "fields.applicant.resources.XYZ : ce champ n’existe pas"),
        (BASE + 'home.type = { column = "T", codes = "types" }', "il n’y a pas de table [codes.types]"),
        (
            BASE + 'home.type = { column = "T", codes = "t" }\n[codes.t]\nF3 = "F3"',
            "« F3 » n’est pas un code de home.type",
        ),
        (BASE + 'home.rent = { column = "L", split = "/" }', "seule une liste"),
        (BASE + 'home.rent = { colonne = "L" }', "fields.home.rent.colonne"),
        (BASE + 'home.entered_on = { column = "E", date = "jj/mm" }', "format de date inconnu"),
        (BASE.replace('applicant.last_name = "Nom"', ""), "la colonne de applicant.last_name"),
        (BASE.replace('number = "N"', ""), "il faut la colonne de number"),
        (BASE + '[[people]]\nas = "voisins"', "people[1].as : indiquez l’un de"),
        (BASE + '[[people]]\nas = "dependants"\n[people.fields]\nsex = "S"', "indiquez repeat"),
        (BASE + '[[people]]\nas = "dependants"\nrows = { column = "T" }\n[people.fields]\nsex = "S"', "file.household"),
        (BASE + "[extra]\nx = 1", "extra : clé inconnue"),
        (BASE + "home.type = 3", "une table était attendue"),
    ],
)
def test_mistakes_are_told(text, told):
    with pytest.raises(MappingRefused) as refusal:
        read(text)
    assert re.search(re.escape(told), str(refusal.value))


def test_every_mistake_is_told_at_once():
    with pytest.raises(MappingRefused) as refusal:
        read(BASE.replace("version = 1", "") + 'applicant.shoe = "P"\nhome.rent = { colonne = "L" }')
    assert len(refusal.value.problems) >= 3
