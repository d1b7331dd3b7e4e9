"""A demand as the national register writes it: the same tree, the same codes, nothing computed.

Everything may be absent: `""`, `None` or an empty tuple. Amounts are euros, a year for tax income and a month
for the rest. What the model has no field for is in `SneDemand.unmapped`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from lxml import etree

from palier.exchanges.sne import schema
from palier.exchanges.sne.safety import fragment


@dataclass(frozen=True, slots=True)
class Coded:
    """A value from a list: its code and the words that came with it, if any."""

    code: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """`commune`: INSEE code."""

    abroad: bool | None = schema.flag("etranger")
    number: str = schema.text("numero")
    street: str = schema.text("voie")
    postcode: str = schema.text("codePostal")
    commune: Coded | None = schema.coded("commune")


@dataclass(frozen=True, slots=True)
class Work:
    profession: str = schema.text("profession")
    contract: Coded | None = schema.coded("typeContratTravail", "contract")
    employer: str = schema.text("nomEmployeurPrincipal")
    abroad: bool | None = schema.flag("etranger")
    postcode: str = schema.text("codePostal")
    commune: Coded | None = schema.coded("commune")


@dataclass(frozen=True, slots=True)
class Tax:
    """Reference tax income of last year and of the year before; a year may stand without its amount."""

    last_year: int | None = schema.whole("anneeMoins1")
    last_amount: Decimal | None = schema.amount("montantMoins1")
    former_year: int | None = schema.whole("anneeMoins2")
    former_amount: Decimal | None = schema.amount("montantMoins2")


@dataclass(frozen=True, slots=True)
class Received:
    kind: Coded | None = schema.coded("ressource", "resource")
    amount: Decimal | None = schema.amount("montant")


@dataclass(frozen=True, slots=True)
class Paid:
    kind: Coded | None = schema.coded("ressource", "paid")
    amount: Decimal | None = schema.amount("montant")


@dataclass(frozen=True, slots=True)
class Person:
    """The applicant, or a co-holder of the lease (`link`: to the applicant)."""

    civility: Coded | None = schema.coded("civilite", "civility")
    last_name: str = schema.text("nom")
    birth_name: str = schema.text("nomPatronymique")
    first_names: str = schema.text("prenom")
    birth_date: date | None = schema.day("dateNaissance")
    nationality: Coded | None = schema.coded("nationalite", "nationality")
    family_status: Coded | None = schema.coded("situationFamiliale", "family_status")
    link: Coded | None = schema.coded("lienDemandeur", "applicant_link")
    mobile: str = schema.text("telPortable")
    email: str = schema.text("mel")
    address: Address | None = schema.record("adressePostale", Address)
    work: Work | None = schema.record("situationProfessionnelle", Work)
    tax: Tax | None = schema.record("revenuFiscal", Tax)
    received: tuple[Received, ...] = schema.many("listeRessourceRecue", "detailRessource", Received)
    paid: tuple[Paid, ...] = schema.many("listeRessourceVersee", "detailRessource", Paid)
    dependants_received: tuple[Received, ...] = schema.many(
        "listeRessourceRecuePersACharge", "detailRessource", Received
    )
    dependants_paid: tuple[Paid, ...] = schema.many("listeRessourceVerseePersACharge", "detailRessource", Paid)


@dataclass(frozen=True, slots=True)
class Dependant:
    last_name: str = schema.text("nom")
    first_names: str = schema.text("prenom")
    birth_date: date | None = schema.day("dateNaissance")
    sex: Coded | None = schema.coded("sexe", "sex")
    kinship: Coded | None = schema.coded("lienParente", "kinship")


@dataclass(frozen=True, slots=True)
class Expected:
    count: int | None = schema.whole("nombre")
    due_on: date | None = schema.day("dateNaissancePrevue")


@dataclass(frozen=True, slots=True)
class Custody:
    birth_date: date | None = schema.day("dateNaissance")
    sex: Coded | None = schema.coded("sexe", "sex")
    arrangement: Coded | None = schema.coded("coParentalite", "custody")


@dataclass(frozen=True, slots=True)
class Home:
    statuses: tuple[Coded, ...] = schema.many("listeModeleLogement", "modeleLogement", codes="home_status")
    rent: Decimal | None = schema.amount("montantMensuelLoyer")
    occupants: int | None = schema.whole("nombreHabitant")
    kind: Coded | None = schema.coded("categorieLogement", "home_kind")
    type: Coded | None = schema.coded("typeLogementActuel", "home_type")
    surface: Decimal | None = schema.amount("surface")
    landlord: str = schema.text("proprietaire")


@dataclass(frozen=True, slots=True)
class WishedPlace:
    """`commune`: INSEE code."""

    commune: Coded | None = schema.coded("commune")


@dataclass(frozen=True, slots=True)
class Wish:
    widened: bool | None = schema.flag("demandeElargie")
    kind: Coded | None = schema.coded("categorieLogement", "wished_kind")
    types: tuple[Coded, ...] = schema.many("listeTypeLogement", "typeLogement", codes="home_type")
    places: tuple[WishedPlace, ...] = schema.many("listeLocalisationSouhaite", "localisationSouhaite", WishedPlace)


@dataclass(frozen=True, slots=True)
class Unmapped:
    """Something the model has no field for. `path` ends with the element's name, `@name` or `text()`.

    `content`: the element's canonical XML, or the text of the attribute or stray words.
    """

    path: str
    content: str


@dataclass(frozen=True, slots=True)
class NationalAnomaly:
    """What the national server found wrong: element name, control code (`CTRL_DEM_0001`, …) and words."""

    element: str
    code: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class SneDemand:
    """One `interfaceNuu` document. `number` is empty on creation; `answers` is filled in the server's answers only."""

    version: str = "02.01"
    file_type: str = schema.text("entete/typeFichier")
    made_at: datetime | None = schema.instant("entete/dateFichier")
    number: str = schema.text("demande/demandeLogement/numUnique")
    desk: str = schema.text("demande/demandeLogement/numGuichet")
    created_on: date | None = schema.day("demande/demandeLogement/dateCreationDemande")
    applicant: Person | None = schema.record("demande/demandeLogement/personnePhysique/demandeur", Person)
    co_holders: tuple[Person, ...] = schema.many(
        "demande/demandeLogement/personnePhysique/listeCotitulaire", "cotitulaire", Person
    )
    dependants: tuple[Dependant, ...] = schema.many(
        "demande/demandeLogement/personnePhysique/listePersonneACharge", "personneACharge", Dependant
    )
    expected: Expected | None = schema.record("demande/demandeLogement/personnePhysique/personneANaitre", Expected)
    custody: tuple[Custody, ...] = schema.many(
        "demande/demandeLogement/personnePhysique/listePersonneEnGarde", "personneEnGarde", Custody
    )
    home: Home | None = schema.record("demande/demandeLogement/personnePhysique/logementActuel", Home)
    wish: Wish | None = schema.record("demande/demandeLogement/logementRecherche", Wish)
    answers: tuple[NationalAnomaly, ...] = ()
    unmapped: tuple[Unmapped, ...] = ()

    def codes_named(self, element: str) -> tuple[str, ...]:
        """Codes of the unmapped elements of this name, in order.

        For lists whose codes are published but whose place in the document is not (`motifDemande`).
        """
        return tuple(
            found.get("code", "")
            for kept in self.unmapped
            if kept.content.startswith("<") and "/@" not in kept.path and not kept.path.endswith("text()")
            for found in fragment(kept.content).iter()
            if isinstance(found.tag, str) and etree.QName(found).localname == element and found.get("code")
        )


Severity = Literal["blocking", "warning"]


@dataclass(frozen=True, slots=True)
class Anomaly:
    """`path`: place in the document. `message`: French, for the agent. Blocking: neither used nor sent as it is."""

    code: str
    path: str
    message: str
    severity: Severity
