"""What the stand-in refuses: the mandatory elements of the interface, and a life that makes no sense.

The real controls are numbered `CTRL_DEM_0001` and on; which number is which is not published: these are the stand-in's.
"""

from __future__ import annotations

from palier.exchanges.sne.model import NationalAnomaly, SneDemand
from palier.exchanges.sne.safety import fragment
from palier.exchanges.sne.unpublished import PLACES, code_at
from palier.law import codes, numbers

UNREADABLE = "CTRL_DEM_0099"
CONTROLS = {
    "type": ("CTRL_DEM_0001", "Le type de fichier est obligatoire (entete/typeFichier)."),
    "made_at": ("CTRL_DEM_0002", "La date du fichier est obligatoire (entete/dateFichier)."),
    "desk": ("CTRL_DEM_0003", "Le numéro de guichet est obligatoire (demandeLogement/numGuichet)."),
    "created_on": ("CTRL_DEM_0004", "La date de création est obligatoire (demandeLogement/dateCreationDemande)."),
    "widened": ("CTRL_DEM_0005", "Il faut dire si la demande est élargie (logementRecherche/demandeElargie)."),
    "types": ("CTRL_DEM_0006", "Un type de logement au moins est obligatoire (logementRecherche/listeTypeLogement)."),
    "places": ("CTRL_DEM_0007", "Une commune au moins est obligatoire (logementRecherche/listeLocalisationSouhaite)."),
    "name": ("CTRL_DEM_0008", "Le nom du demandeur est obligatoire (demandeur/nom)."),
    "birth": ("CTRL_DEM_0009", "La date de naissance du demandeur est obligatoire (demandeur/dateNaissance)."),
    "child": ("CTRL_DEM_0010", "La date de naissance de la personne à charge est obligatoire (personneACharge[{n}]/dateNaissance)."),
    "number": ("CTRL_DEM_0011", "Le numéro unique est obligatoire, sauf à la création (demandeLogement/numUnique)."),
    "unknown": ("CTRL_DEM_0012", "Ce numéro unique est inconnu (demandeLogement/numUnique)."),
    "removed": ("CTRL_DEM_0013", "Cette demande est radiée (demandeLogement/numUnique)."),
    "ground": ("CTRL_DEM_0014", "Le motif de radiation n’est pas dans la liste."),
    "told": ("CTRL_DEM_0033", "Refus d’essai, demandé à l’exploitant."),
}  # fmt: skip


def anomaly(name: str, **details: object) -> NationalAnomaly:
    """One refusal, in the shape of an answer."""
    code, words = CONTROLS[name]
    return NationalAnomaly("anomalie", code, words.format(**details))


def ground_of(demand: SneDemand) -> str:
    """The ground of a removal's file; empty when the file reactivates."""
    name = PLACES["radiation"]
    return next((code for kept in demand.unmapped if kept.content.startswith("<")
                 if (code := code_at(fragment(kept.content), name))), "")  # fmt: skip


def check(demand: SneDemand, state: str) -> list[NationalAnomaly]:
    """What is wrong with a file. `state` of the demand of that number here: active, removed, or empty when unknown."""
    wish, person = demand.wish, demand.applicant
    present = {
        "type": codes.known("file_type", demand.file_type),
        "made_at": demand.made_at is not None,
        "desk": len(demand.desk) == 5,
        "created_on": demand.created_on is not None,
        "widened": wish is not None and wish.widened is not None,
        "types": wish is not None and any(t.code for t in wish.types),
        "places": wish is not None and any(p.commune and numbered(p.commune.code) for p in wish.places),
        "name": person is not None and bool(person.last_name or person.birth_name),
        "birth": person is not None and person.birth_date is not None,
    }
    found = [anomaly(name) for name, held in present.items() if not held]
    found += [anomaly("child", n=n) for n, p in enumerate(demand.dependants, start=1) if p.birth_date is None]
    return found + ([] if demand.file_type in ("CRE", "CRS") else _life(demand, state))


def _life(demand: SneDemand, state: str) -> list[NationalAnomaly]:
    if not demand.number:
        return [anomaly("number")]
    if not state:
        return [anomaly("unknown")]
    ground = ground_of(demand)
    if demand.file_type == "RAD":
        return [anomaly("ground")] if ground and not codes.known("removal", ground) else []
    return [anomaly("removed")] if state == "removed" else []


def numbered(commune: str) -> bool:
    """Whether a commune's code leads to a register's territory."""
    try:
        numbers.territory_of(commune[:3] if commune.startswith("97") else commune[:2])
    except numbers.NumberError:
        return False
    return len(commune) == 5
