"""The certificate of registration holds what CCH R441-2-4 asks for, of this household and no other."""

from __future__ import annotations

from datetime import date

from palier.demands.certificate import certificate
from palier.demands.form import Adult
from palier.homes.queries import landlords_in
from palier.territories.models import Commune
from tests.builders import CAEN, LISIEUX
from tests.journeys.people import pdf_text


def test_only_landlords_with_dwellings_in_the_wished_communes_are_named(build):
    here, both, far = (
        build.organisation(name=name) for name in ("Bailleur d’ici", "Bailleur des deux", "Bailleur loin")
    )
    build.dwelling(here)
    build.dwelling(here)
    build.dwelling(both)
    build.dwelling(both, commune=Commune.objects.get(code=LISIEUX))
    build.dwelling(far, commune=Commune.objects.get(code="14327"))
    assert landlords_in([CAEN, LISIEUX]) == [("Bailleur des deux", ["Caen", "Lisieux"]), ("Bailleur d’ici", ["Caen"])]


def test_it_says_the_number_the_dates_the_term_for_mediation_and_each_adult_s_document(build):
    form = build.form(coapplicant=Adult(last_name="Kaya", first_names="Deniz", birth_date=date(1991, 1, 1), link="P"))
    demand = build.demand(build.person(), form=form, first_registered_on=date(2025, 3, 10))
    text = pdf_text(certificate(demand, landlords=[("Clos et Jardins", ["Caen"])]))
    number = demand.number
    for words in (
        f"{number[:3]}{number[3:7]}{number[7:13]}{number[13:]}", "10mars2025", "ClosetJardinsCaen",
        "prendfinle", "CamilleEssai:", "DenizKaya:", "1ruedel’Essai", "14000Caen",
    ):  # fmt: skip
        assert words in text, words
