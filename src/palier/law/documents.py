"""The documents of a demand: the closed list of the order of 22 December 2020 (CCH R441-2-4-1).

To register, an identity document or residence permit is enough; the rest serves to examine the demand.
Nothing outside the list may be asked. A document is given once and shared with every body that has access.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from palier.law import codes
from palier.law.document_kinds import CHOICES, DOCUMENTS, SECTION, DocumentKind
from palier.law.household import CUSTODY, DOCUMENT, VISITING, Household, Person, age

__all__ = ["CHOICES", "DOCUMENTS", "DocumentKind", "Due", "documents_due", "proved_sections"]
REGISTER, INSTRUCT, LEASE = "register", "instruct", "lease"


@dataclass(frozen=True, slots=True)
class Due:
    """A document due. `person`: whom it concerns in the form. `optional`: strengthens the file, never required."""

    kind: str
    person: str
    label: str
    why: str
    legal_basis: str
    moment: str
    optional: bool = False


_OF_RESOURCE = {
    "SAL": "payslips", "RET": "pension", "PINV": "pension", "CHO": "unemployment", "PAR": "alimony", "BE": "grant",
    **dict.fromkeys(("AF", "AAH", "AEEH", "AJPP", "RSA", "AMV", "PAJE"), "benefits"),
}  # fmt: skip
_OF_STATUS = {
    **dict.fromkeys(("HLM", "LP", "RE"), "lease"), **dict.fromkeys(("RS", "RHVS", "SLHT", "SH", "CDEFCM"), "structure"),
    **dict.fromkeys(("CPE", "CP"), "host"), **dict.fromkeys(("LTG", "FONC"), "employer_housing"),
    **dict.fromkeys(("SD", "SQUAT", "CAMCAR"), "address"), "HOT": "hotel", "POCC": "owner",
}  # fmt: skip
_OF_MOTIVE = {
    "02": "demolition", "03": "unfit_home", "04": "notice", "05": "eviction", "06": "violence", "07": "disability",
    "08": "health", "11": "separation", "15": "reunification", "16": "childminder", "17": "neighbourhood",
    "18": "job_place", "19": "job_place", "22": "owner_trouble",
}  # fmt: skip
_OF_SITUATION = {
    "violence": "violence", "disability": "disability", "homeless": "address", "eviction": "eviction",
    "unfit": "unfit_home",
    "dalo": "dalo", "sheltered": "structure",
}  # fmt: skip


def documents_due(household: Household, on: date | None = None) -> list[Due]:
    """Every document of this household, those to register first; each kind once per person.

    `on`: the day, to tell major dependants (an identity document) from minors (a birth record).

    A missing document never blocks registration; at the commission it allows a conditional allocation.
    """
    found: dict[tuple[str, str], Due] = {}

    def add(kind: str, person: str, why: str, moment: str = INSTRUCT, optional: bool = False) -> None:
        document = DOCUMENTS[kind]
        found.setdefault((kind, person), Due(kind, person, document.label, why, document.legal_basis, moment, optional))

    for place, person in enumerate(household.people):
        ref = person.ref or f"{person.kind}-{place}"
        if person.is_adult:
            _of_adult(person, ref, add)
        else:
            _of_dependant(person, ref, add, on)
    _of_household(household, add)
    return sorted(found.values(), key=lambda due: (REGISTER, INSTRUCT, LEASE).index(due.moment))


def proved_sections(household: Household, accepted: Collection[tuple[str, str]], on: date) -> dict[str, str]:
    """The sections of the form that accepted documents prove, as `Household.proofs` takes them.

    `accepted`: (kind, person) of the documents a service accepted. A section is proved once every
    document due for it is accepted, and at least one is; optional ones are never required.
    """
    sections: dict[str, list[Due]] = {}
    for due in documents_due(household, on):
        if due.kind in SECTION:
            sections.setdefault(SECTION[due.kind], []).append(due)
    return {
        section: DOCUMENT
        for section, dues in sections.items()
        if any((d.kind, d.person) in accepted for d in dues)
        and all(d.optional or (d.kind, d.person) in accepted for d in dues)
    }


_Add = Callable[..., None]


def _of_adult(person: Person, ref: str, add: _Add) -> None:
    paper = "un titre de séjour" if person.nationality == "3" else "une pièce d’identité"
    add("identity", ref, f"Il suffit d’{paper} pour recevoir le numéro unique.", REGISTER)
    add("tax_notice", ref, "Les plafonds se comparent au revenu fiscal d’il y a deux ans.")
    for code in person.resources:
        if code == "SAL" and person.contract == "ART":
            add("activity", ref, "Vous déclarez un revenu d’activité indépendante.")
        elif code in _OF_RESOURCE:
            add(_OF_RESOURCE[code], ref, f"Vous déclarez : {codes.label('resource', code).lower()}.")
    if person.paid:
        add("alimony", ref, "Vous versez une pension alimentaire.")
    if person.contract in ("CDI", "CDD", "APP"):
        add("work", ref, "Vous déclarez un emploi.", optional=True)
    elif person.contract == "ETU":
        add("student", ref, "Vous déclarez être étudiant.")
    if person.family_status in ("M", "P", "D", "S", "V"):
        add("family", ref, f"Situation déclarée : {codes.label('family_status', person.family_status).lower()}.")
    if person.disability:
        add("disability", ref, "La carte d’invalidité relève le plafond de ressources.", optional=True)


def _of_dependant(person: Person, ref: str, add: _Add, on: date | None) -> None:
    major = on is not None and person.birth_date is not None and age(person.birth_date, on) >= 18
    if person.link != "P" and not major:
        add("birth", ref, "Cet enfant fait partie du ménage à loger.", REGISTER)
    else:
        add("identity", ref, "Cette personne fait partie du ménage à loger.", REGISTER)
    if person.kind in (CUSTODY, VISITING):
        add("custody", ref, "L’enfant vit chez vous une partie du temps.")
    if person.disability:
        add("disability", ref, "La carte d’invalidité relève le plafond de ressources.", optional=True)


def _of_household(household: Household, add: _Add) -> None:
    main = household.applicant.ref or "applicant"
    if household.expected:
        add("pregnancy", main, "Vous attendez un enfant : il compte dans la taille du logement.")
    if household.home.status in _OF_STATUS:
        add(
            _OF_STATUS[household.home.status],
            main,
            f"Logement actuel : {codes.label('home_status', household.home.status)}.",
        )
    for motive in household.motives:
        if motive in _OF_MOTIVE:
            add(_OF_MOTIVE[motive], main, f"Motif déclaré : {codes.label('motive', motive).lower()}.")
    for situation in household.situations:
        if situation.code in _OF_SITUATION:
            add(
                _OF_SITUATION[situation.code],
                main,
                f"Situation signalée : {codes.label('situation', situation.code).lower()}.",
            )
    add("bank", main, "Il servira à la signature du bail.", LEASE, optional=True)
