"""One case per anomaly: its code, its place, how grave it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from palier.exchanges.sne import model as m
from palier.exchanges.sne.checks import check
from palier.exchanges.sne.document import parse
from tests.exchanges.sne.files import sample

TODAY = date(2026, 11, 23)
COMMUNES = frozenset({"14118", "14327", "61001"})
FULL = parse(sample("full")).demand
assert FULL.applicant and FULL.wish and FULL.home
PERSON, WISH, HOME = FULL.applicant, FULL.wish, FULL.home


def codes(demand: m.SneDemand, **options: Any) -> list[tuple[str, str, str]]:
    found = check(demand, on=TODAY, communes=COMMUNES, **options)
    return [(a.code, a.path.rsplit("/", 1)[-1], a.severity) for a in found]


def person(**changes: Any) -> m.SneDemand:
    return replace(FULL, applicant=replace(PERSON, **changes))


def wish(**changes: Any) -> m.SneDemand:
    return replace(FULL, wish=replace(WISH, **changes))


@pytest.mark.parametrize("name", ["full", "minimal"])
def test_a_sound_demand_has_no_anomaly(name: str) -> None:
    assert codes(parse(sample(name)).demand, sending=True) == []


def test_all_that_the_interface_makes_mandatory() -> None:
    bare = codes(m.SneDemand(number="0140325000142G1404"), sending=True)
    assert bare == [
        ("missing.file_type", "typeFichier", "blocking"),
        ("missing.made_at", "dateFichier", "blocking"),
        ("missing.desk", "numGuichet", "blocking"),
        ("missing.created_on", "dateCreationDemande", "blocking"),
        ("missing.applicant", "demandeur", "blocking"),
        ("missing.widened", "demandeElargie", "blocking"),
        ("missing.type", "typeLogement", "blocking"),
        ("missing.place", "commune", "blocking"),
    ]
    received = codes(m.SneDemand(number="0140325000142G1404"))
    assert [c for c in received if c[2] == "warning"] == [
        ("missing.file_type", "typeFichier", "warning"), ("missing.made_at", "dateFichier", "warning"),
    ]  # fmt: skip


CASES: list[tuple[m.SneDemand, tuple[str, str, str]]] = [
    (replace(FULL, file_type="ZZZ"), ("code.unknown", "typeFichier", "warning")),
    (replace(FULL, number=""), ("number.empty", "numUnique", "blocking")),
    (replace(FULL, number="0140325000142G140"), ("number.length", "numUnique", "blocking")),
    (replace(FULL, number="0141325000142G1404"), ("number.shape", "numUnique", "blocking")),
    (replace(FULL, number="0140425000142G1404"), ("number.month", "numUnique", "warning")),
    (replace(FULL, number="0750325000142G1404"), ("number.legacy", "numUnique", "warning")),
    (replace(FULL, number="1990325000142G1404"), ("number.unknown_territory", "numUnique", "warning")),
    (replace(FULL, desk="G14"), ("desk.shape", "numGuichet", "blocking")),
    (person(birth_date=date(2027, 1, 1)), ("date.future", "dateNaissance", "blocking")),
    (person(birth_date=date(1880, 1, 1)), ("age.too_old", "dateNaissance", "blocking")),
    (person(birth_date=date(2012, 1, 1)), ("age.too_young", "dateNaissance", "blocking")),
    (person(last_name="", birth_name=""), ("missing.name", "nom", "blocking")),
    (person(first_names="N" * 200), ("name.long", "prenom", "warning")),
    (person(first_names="Zoé 🎉"), ("name.signs", "prenom", "warning")),
    (person(civility=m.Coded("7")), ("code.unknown", "civilite", "warning")),
    (person(civility=m.Coded("", "Mme")), ("code.missing", "civilite", "warning")),
    (person(email="pas une adresse"), ("email.shape", "mel", "warning")),
    (person(mobile="appeler le soir"), ("phone.shape", "telPortable", "warning")),
    (person(address=m.Address(commune=m.Coded("99999"))), ("commune.unknown", "commune", "warning")),
    (person(work=m.Work(postcode="1400")), ("postcode.shape", "codePostal", "warning")),
    (person(tax=m.Tax(2025, Decimal(-1))), ("amount.negative", "montantMoins1", "blocking")),
    (person(tax=m.Tax(2025, Decimal(9_000_000))), ("amount.absurd", "montantMoins1", "warning")),
    (person(tax=m.Tax(1998)), ("year.far", "anneeMoins1", "warning")),
    (person(received=(m.Received(m.Coded("APL"), Decimal(200)),)), ("code.unknown", "ressource", "warning")),
    (person(received=(m.Received(m.Coded("SAL"), Decimal(60_000)),)), ("amount.absurd", "montant", "warning")),
    (replace(FULL, home=replace(HOME, rent=Decimal(-5))), ("amount.negative", "montantMensuelLoyer", "blocking")),
    (replace(FULL, home=replace(HOME, surface=Decimal(0))), ("amount.zero", "surface", "warning")),
    (replace(FULL, home=replace(HOME, statuses=(m.Coded("TENTE"),))), ("code.unknown", "modeleLogement[1]", "warning")),
    (replace(FULL, expected=m.Expected(12)), ("count.absurd", "nombre", "warning")),
    (replace(FULL, expected=m.Expected(1, date(2028, 3, 1))), ("date.far", "dateNaissancePrevue", "warning")),
    (replace(FULL, expected=m.Expected(1, date(2026, 3, 1))), ("date.past", "dateNaissancePrevue", "warning")),
    (
        replace(FULL, dependants=(m.Dependant(birth_date=date(1995, 1, 1), kinship=m.Coded("E")),)),
        ("age.child", "dateNaissance", "warning"),
    ),
    (wish(types=()), ("missing.type", "typeLogement", "blocking")),
    (wish(types=(m.Coded("T9"),)), ("code.unknown", "typeLogement[1]", "warning")),
    (wish(places=(m.WishedPlace(m.Coded("Caen")),)), ("commune.shape", "commune", "blocking")),
    (wish(places=(m.WishedPlace(m.Coded("99999")),)), ("commune.unknown", "commune", "warning")),
    (wish(widened=None), ("missing.widened", "demandeElargie", "blocking")),
]


@pytest.mark.parametrize(("demand", "expected"), CASES, ids=[f"{c[0]}-{c[1]}" for _, c in CASES])
def test_each_anomaly(demand: m.SneDemand, expected: tuple[str, str, str]) -> None:
    assert codes(demand) == [expected]


def test_a_corsican_commune_is_well_formed() -> None:
    assert check(wish(places=(m.WishedPlace(m.Coded("2A004")),)), on=TODAY) == []


def test_a_future_creation_is_refused() -> None:
    found = codes(replace(FULL, number="0141227000142G1404", created_on=date(2027, 12, 1)))
    assert found == [("date.future", "dateCreationDemande", "blocking")]


def test_an_unknown_motive_is_reported() -> None:
    motive = '<nuu:motifDemande xmlns:nuu="http://nuu.application.i2/" code="99"></nuu:motifDemande>'
    demand = replace(FULL, unmapped=(m.Unmapped("demande/demandeLogement/motifDemande", motive),))
    assert [a.code for a in check(demand, on=TODAY)] == ["code.unknown"]


def test_messages_are_french_sentences() -> None:
    for demand, _ in CASES:
        for anomaly in check(demand, on=TODAY, communes=COMMUNES):
            assert anomaly.message[-1] in ".?" and anomaly.message[0] in "«" + anomaly.message[0].upper()
