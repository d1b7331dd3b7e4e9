"""From a place in the register's document to the question of our form that answers it (the reverse of `declared.place`)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from palier.exchanges.declared import PERSON

_MENTION = re.compile(r"[A-Za-z]+(?:\[\d+\])?(?:/[A-Za-z]+(?:\[\d+\])?)+")
_ROW = re.compile(r"(personneACharge|personneEnGarde|cotitulaire)\[(\d+)\](?:/(.+))?$")
_QUESTIONS = {
    **{path: field for field, path in PERSON.items()},
    "civilite": "civility", "nationalite": "nationality", "sexe": "sex", "lienParente": "link",
    "coParentalite": "arrangement", "lienDemandeur": "link", "situationProfessionnelle/typeContratTravail": "contract",
    "adressePostale/numero": "line",
}  # fmt: skip
_MEANS = ("situationProfessionnelle", "revenuFiscal", "listeRessource")
# Element under its parent → section and field.
_HOME = {
    "listeModeleLogement": "status", "montantMensuelLoyer": "rent", "nombreHabitant": "occupants",
    "categorieLogement": "kind", "typeLogementActuel": "type", "surface": "surface", "proprietaire": "landlord",
}  # fmt: skip
_WISH = {
    "demandeElargie": "widened", "categorieLogement": "kind", "listeTypeLogement": "types", "typeLogement": "types",
    "listeLocalisationSouhaite": "place_1", "localisationSouhaite": "place_1",
}  # fmt: skip
_BIRTHS = {"nombre": "expected", "dateNaissancePrevue": "expected_on"}


@dataclass(frozen=True, slots=True)
class Question:
    """`section` of `demands.checks`; `field` of its form, empty when the whole section is meant."""

    section: str
    field: str = ""


def path_in(words: str) -> str:
    """The place that the register's words name, if they do: what is published of an anomaly is a code and words."""
    found = _MENTION.search(words)
    return found[0] if found else ""


def plain(words: str) -> str:
    """The register's words without the technical place in brackets."""
    return " ".join(re.sub(rf"\s*\({_MENTION.pattern}\)", "", words).split())


def question(path: str) -> Question | None:
    """What to answer again; None for what no question asks (a desk, a date of file)."""
    if row := _ROW.search(path):
        return _in_row(row[1], int(row[2]), row[3] or "")
    steps = re.sub(r"\[\d+\]", "", path).split("/")
    if "personneANaitre" in steps:
        return Question("household", _BIRTHS.get(steps[-1], "expected"))
    for parent, section, fields in (("logementActuel", "home", _HOME), ("logementRecherche", "wish", _WISH)):
        if parent in steps:
            return Question(section, next((fields[s] for s in steps[steps.index(parent) + 1 :] if s in fields), ""))
    if any(step.startswith(("motifDemande", "listeMotifDemande")) for step in steps):
        return Question("wish", "motive")
    if "demandeur" in steps:
        return _of_person("/".join(steps[steps.index("demandeur") + 1 :]), "identity", "")
    return Question("household") if steps[-1] == "personnePhysique" else None


def _in_row(kind: str, rank: int, inside: str) -> Question:
    if kind != "cotitulaire":
        return _of_person(inside, "household", f"{'child' if kind == 'personneACharge' else 'custody'}_{rank - 1}_")
    # The first co-holder is our co-applicant: the other adults follow.
    return _of_person(inside, "household", "co_" if rank == 1 else f"adult_{rank - 2}_")


def _of_person(inside: str, section: str, prefix: str) -> Question:
    if inside.startswith(_MEANS) and prefix in ("", "co_"):
        section = "means"
    plain = inside.removesuffix("@code").rstrip("/")
    field = _QUESTIONS.get(plain, "")
    return Question(section, prefix + field if field else "")
