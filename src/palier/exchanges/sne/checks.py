"""What is wrong with a demand of the national register: one list of anomalies, each with a stable code and its place.

Blocking: the demand can be neither used nor sent as it is (what the interface makes mandatory, a number that is not
one, an impossible date). Warning: to be looked at. Nothing is corrected here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from palier.exchanges.sne.model import Anomaly, Coded, Person, Severity, SneDemand, Wish
from palier.exchanges.sne.schema import Place, places
from palier.law import calendar, codes, numbers

BASE = "demande/demandeLogement"
PEOPLE = f"{BASE}/personnePhysique"
WISH = f"{BASE}/logementRecherche"
_DESK = re.compile(r"[A-Z0-9]{5}", re.ASCII)
_COMMUNE = re.compile(r"(\d{5}|2[AB]\d{3})", re.ASCII)
_POSTCODE = re.compile(r"\d{5}", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[\d\s.()-]{6,20}", re.ASCII)
# Pictograms and private signs have no place in a name; every script has.
_SIGNS = re.compile("[\u2190-\u2bff\ue000-\uf8ff\U0001f000-\U0001faff\ufffd]")
MAX_NAME = 80
# Euros beyond which a value is more likely a slip than a fact: a month for resources and rent, a year for tax income.
ABSURD = {
    "montant": 50_000,
    "montantMensuelLoyer": 10_000,
    "montantMoins1": 2_000_000,
    "montantMoins2": 2_000_000,
    "surface": 1_000,
}
MIN_APPLICANT, MAX_AGE, MIN_GAP = 16, 120, 12


def check(
    demand: SneDemand, *, on: date, communes: Collection[str] | None = None, sending: bool = False
) -> list[Anomaly]:
    """The anomalies of a demand on a day, in the order of the document.

    `communes`: INSEE codes in force; None checks their shape only. `sending`: also what only a file that we send
    must hold (file type and date may be missing from an export that we receive).
    """
    found = _Findings(on, communes)
    _header(found, demand, sending)
    _number(found, demand)
    found.walk(demand, "")
    _people(found, demand)
    _expected(found, demand)
    _wish(found, demand.wish)
    for motive in demand.codes_named("motifDemande"):
        if not codes.known("motive", motive):
            found.warn("code.unknown", BASE, f"Le motif « {motive[:20]} » n’est pas dans la liste du registre.")
    return found.anomalies


@dataclass
class _Findings:
    on: date
    communes: Collection[str] | None
    anomalies: list[Anomaly] = field(default_factory=list)

    def add(self, severity: Severity, code: str, path: str, message: str) -> None:
        self.anomalies.append(Anomaly(code, path, message, severity))

    def block(self, code: str, path: str, message: str) -> None:
        self.add("blocking", code, path, message)

    def warn(self, code: str, path: str, message: str) -> None:
        self.add("warning", code, path, message)

    def walk(self, record: Any, above: str) -> None:
        """Every coded value, amount, date, commune and text of a record, wherever it stands."""
        for name, place in places(type(record)):
            value = getattr(record, name)
            path = "/".join((above, *place.path) if above else place.path)
            for where, item in _spread(place, path, value):
                if place.of is not None and item is not None:
                    self.walk(item, where)
                elif item not in (None, ""):
                    self.value(place, where, item)

    def value(self, place: Place, path: str, value: Any) -> None:
        last = place.path[-1]
        if isinstance(value, Coded):
            self.coded(place, last, path, value)
        elif place.kind in ("amount", "whole"):
            self.amount(last, path, value)
        elif place.kind == "day" and last == "dateNaissance":
            self.birth(path, value)
        elif place.kind == "text":
            self.words(last, path, value)

    def coded(self, place: Place, last: str, path: str, value: Coded) -> None:
        if last == "commune":
            self.commune(path, value)
        elif not value.code:
            self.warn("code.missing", path, f"« {value.label[:60]} » n’a pas de code.")
        elif place.codes and not codes.known(place.codes, value.code):
            self.warn("code.unknown", path, f"Le code « {value.code[:20]} » n’est pas dans la liste du registre.")

    def commune(self, path: str, value: Coded) -> None:
        severity: Severity = "blocking" if path.startswith(WISH) else "warning"
        if not _COMMUNE.fullmatch(value.code):
            self.add(severity, "commune.shape", path, f"« {value.code[:20]} » n’est pas un code de commune (INSEE).")
        elif self.communes is not None and value.code not in self.communes:
            self.warn("commune.unknown", path, f"La commune {value.code} n’existe pas ou n’existe plus.")

    def amount(self, last: str, path: str, value: Decimal | int) -> None:
        limit = ABSURD.get(last)
        if value < 0:
            self.block("amount.negative", path, "Ce nombre ne peut pas être négatif.")
        elif limit is not None and value > limit:
            self.warn("amount.absurd", path, f"{value} paraît trop élevé : vérifiez.")
        elif last in ("surface", "nombreHabitant") and value == 0:
            self.warn("amount.zero", path, "Ce nombre ne peut pas être zéro.")
        elif last in ("anneeMoins1", "anneeMoins2") and not self.on.year - 6 <= value <= self.on.year:
            self.warn("year.far", path, f"L’année {value} ne peut pas être celle d’un revenu récent.")
        elif last == "nombre" and not 1 <= value <= 6:
            self.warn("count.absurd", path, f"{value} naissances attendues : vérifiez.")

    def birth(self, path: str, value: date) -> None:
        if value > self.on:
            self.block("date.future", path, "La date de naissance est dans l’avenir.")
        elif _age(value, self.on) > MAX_AGE:
            self.block("age.too_old", path, f"La date de naissance donne plus de {MAX_AGE} ans.")

    def words(self, last: str, path: str, value: str) -> None:
        if last in ("nom", "prenom", "nomPatronymique"):
            if len(value) > MAX_NAME:
                self.warn("name.long", path, f"Ce nom compte {len(value)} caractères : {MAX_NAME} au plus.")
            if _SIGNS.search(value):
                self.warn("name.signs", path, "Ce nom contient des signes qui ne sont pas des lettres.")
        elif last == "codePostal" and not _POSTCODE.fullmatch(value) and not path.endswith("adressePostale/codePostal"):
            self.warn("postcode.shape", path, f"« {value[:20]} » n’est pas un code postal.")
        elif last == "mel" and not _EMAIL.fullmatch(value):
            self.warn("email.shape", path, "Cette adresse électronique est mal formée.")
        elif last == "telPortable" and not _PHONE.fullmatch(value):
            self.warn("phone.shape", path, "Ce numéro de téléphone est mal formé.")


def _spread(place: Place, path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if place.kind != "many":
        yield path, value
        return
    yield from ((f"{path}/{place.item}[{n}]", item) for n, item in enumerate(value, start=1))


def _age(birth: date, on: date) -> int:
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def _header(found: _Findings, demand: SneDemand, sending: bool) -> None:
    least: Severity = "blocking" if sending else "warning"
    if not demand.file_type:
        found.add(least, "missing.file_type", "entete/typeFichier", "Le type de fichier manque.")
    elif not codes.known("file_type", demand.file_type):
        found.add(
            least, "code.unknown", "entete/typeFichier", f"Le type de fichier « {demand.file_type[:20]} » est inconnu."
        )
    if demand.made_at is None:
        found.add(least, "missing.made_at", "entete/dateFichier", "La date du fichier manque.")
    elif demand.made_at.date() > found.on:
        found.warn("date.future", "entete/dateFichier", "La date du fichier est dans l’avenir.")
    if not demand.desk:
        found.block("missing.desk", f"{BASE}/numGuichet", "Le numéro du guichet enregistreur manque.")
    elif not _DESK.fullmatch(demand.desk):
        found.block("desk.shape", f"{BASE}/numGuichet", "Le numéro de guichet compte cinq lettres ou chiffres.")
    if demand.created_on is None:
        found.block("missing.created_on", f"{BASE}/dateCreationDemande", "La date de création de la demande manque.")
    elif demand.created_on > found.on:
        found.block("date.future", f"{BASE}/dateCreationDemande", "La date de création est dans l’avenir.")


def _number(found: _Findings, demand: SneDemand) -> None:
    path = f"{BASE}/numUnique"
    if not demand.number:
        if demand.file_type not in ("CRE", "CRS"):
            found.block("number.empty", path, "Le numéro unique manque : il n’est absent qu’à la création.")
        return
    try:
        number = numbers.parse(demand.number)
    except numbers.NumberError as error:
        found.block(error.code, path, str(error))
        return
    for flag in sorted(number.flags & {"legacy", "unknown_territory"}):
        found.warn(f"number.{flag}", path, f"Le territoire « {number.territory} » de ce numéro est ancien ou inconnu.")
    created = demand.created_on
    if created and (number.month, number.year) != (created.month, created.year % 100):
        found.warn("number.month", path, "Le mois du numéro n’est pas celui de la création de la demande.")


def _people(found: _Findings, demand: SneDemand) -> None:
    if demand.applicant is None:
        found.block("missing.applicant", f"{PEOPLE}/demandeur", "Le demandeur manque.")
        return
    _adult(found, demand.applicant, f"{PEOPLE}/demandeur")
    for n, person in enumerate(demand.co_holders, start=1):
        _adult(found, person, f"{PEOPLE}/listeCotitulaire/cotitulaire[{n}]")
    parents = [p.birth_date for p in (demand.applicant, *demand.co_holders) if p.birth_date]
    for n, child in enumerate(demand.dependants, start=1):
        is_child = child.kinship is not None and child.kinship.code == "E"
        if is_child and child.birth_date and parents and _age(min(parents), child.birth_date) < MIN_GAP:
            found.warn(
                "age.child", f"{PEOPLE}/listePersonneACharge/personneACharge[{n}]/dateNaissance",
                "Cet enfant serait né avant que ses parents aient douze ans.",
            )  # fmt: skip


def _adult(found: _Findings, person: Person, path: str) -> None:
    if not person.last_name and not person.birth_name:
        found.block("missing.name", f"{path}/nom", "Le nom manque.")
    if person.birth_date and person.birth_date <= found.on and _age(person.birth_date, found.on) < MIN_APPLICANT:
        found.block("age.too_young", f"{path}/dateNaissance", f"Cette personne a moins de {MIN_APPLICANT} ans.")


def _expected(found: _Findings, demand: SneDemand) -> None:
    due = demand.expected.due_on if demand.expected else None
    path = f"{PEOPLE}/personneANaitre/dateNaissancePrevue"
    if due and due > calendar.add_months(found.on, 10):
        found.warn("date.far", path, "La naissance attendue est trop lointaine.")
    elif due and calendar.add_months(due, 2) < found.on:
        found.warn("date.past", path, "La naissance attendue est passée : l’enfant est-il né ?")


def _wish(found: _Findings, wish: Wish | None) -> None:
    if wish is None or wish.widened is None:
        found.block("missing.widened", f"{WISH}/demandeElargie", "Il faut dire si la demande est élargie ou non.")
    if wish is None or not any(kind.code for kind in wish.types):
        found.block("missing.type", f"{WISH}/listeTypeLogement/typeLogement", "Il faut au moins un type de logement.")
    if wish is None or not any(place.commune and place.commune.code for place in wish.places):
        found.block(
            "missing.place",
            f"{WISH}/listeLocalisationSouhaite/localisationSouhaite/commune",
            "Il faut au moins une commune souhaitée.",
        )
