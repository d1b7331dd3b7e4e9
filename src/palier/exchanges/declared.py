"""What Palier's own checks find in a demand of the register, told at its place in the document.

The register has accepted the demand: what our form would refuse is here a warning for the desk, and the demand
keeps its seniority. Only an amount that nothing can count stops it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from palier.demands import checks
from palier.demands.form import Form
from palier.exchanges.sne.checks import PEOPLE, WISH
from palier.exchanges.sne.model import Anomaly

BLOCKING = frozenset({"income.amount", "income.tax"})
HOME = f"{PEOPLE}/logementActuel"
PERSON = {
    "last_name": "nom", "birth_name": "nomPatronymique", "first_names": "prenom", "birth_date": "dateNaissance",
    "phone": "telPortable", "line": "adressePostale/voie", "town": "adressePostale/commune",
    "postcode": "adressePostale/codePostal", "profession": "situationProfessionnelle/profession",
    "employer": "situationProfessionnelle/nomEmployeurPrincipal",
}  # fmt: skip
PLACES = {
    "expected": f"{PEOPLE}/personneANaitre/nombre", "expected_on": f"{PEOPLE}/personneANaitre/dateNaissancePrevue",
    "status": f"{HOME}/listeModeleLogement", "landlord": f"{HOME}/proprietaire", "surface": f"{HOME}/surface",
    "occupants": f"{HOME}/nombreHabitant", "rent": f"{HOME}/montantMensuelLoyer", "motive": "motifDemande",
    "motive_3": "motifDemande", "types": f"{WISH}/listeTypeLogement",
}  # fmt: skip
ROWS = {
    "child": "listePersonneACharge/personneACharge", "custody": "listePersonneEnGarde/personneEnGarde",
    "adult": "listeCotitulaire/cotitulaire",
}  # fmt: skip


def anomalies(form: Form, on: date, known: Iterable[Anomaly]) -> list[Anomaly]:
    """Those of `demands.checks`, without the warnings that the register's own checks already gave at that place."""
    told = [anomaly.path for anomaly in known]
    found = []
    for problem in checks.check(form, on):
        path = place(problem.field)
        severity = "blocking" if problem.code in BLOCKING else "warning"
        if severity == "blocking" or not any(other.startswith(path) for other in told):
            found.append(Anomaly(problem.code, path, problem.message, severity))
    return found


def place(field: str) -> str:
    """Where the answer of a field stands in the document; the household's own element when it is none."""
    if row := re.fullmatch(r"(child|custody|adult)_(\d+)_(\w+)", field):
        # The first co-holder is our co-applicant: the other adults follow.
        rank = int(row[2]) + (2 if row[1] == "adult" else 1)
        return f"{PEOPLE}/{ROWS[row[1]]}[{rank}]/{_of_person(row[3])}"
    if field.startswith("co_"):
        return f"{PEOPLE}/listeCotitulaire/cotitulaire[1]/{_of_person(field.removeprefix('co_'))}"
    if field.startswith("place_"):
        return f"{WISH}/listeLocalisationSouhaite"
    return PLACES.get(field) or (f"{PEOPLE}/demandeur/{_of_person(field)}" if field else PEOPLE)


def _of_person(field: str) -> str:
    if field.startswith("res"):
        return "listeRessourceRecue"
    if field.startswith("paid"):
        return "listeRessourceVersee"
    return "revenuFiscal" if field.startswith("tax") else PERSON.get(field, field)
