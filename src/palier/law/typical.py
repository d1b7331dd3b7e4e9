"""Made-up households on which a grid can be read at a glance: nobody's, the same for every grid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from palier.law.calendar import add_months
from palier.law.cotation import Score, score
from palier.law.grid import Grid
from palier.law.household import (
    APPLICANT,
    AUTHORITY,
    COAPPLICANT,
    DEPENDANT,
    DOCUMENT,
    SECTIONS,
    Home,
    Household,
    Person,
    Situation,
    Wish,
)

# Everything a document can prove is taken as proved: the table shows what the rules are worth, not the paperwork.
_PROVED = dict.fromkeys(SECTIONS, DOCUMENT)
_PLACE = "14118"


@dataclass(frozen=True, slots=True)
class Typical:
    """`label`: who they are, in a few words."""

    label: str
    household: Household


def _born(on: date, age: int) -> date:
    return add_months(on, -12 * age - 5)


def _adult(on: date, kind: str, age: int, contract: str, income: int) -> Person:
    return Person(
        kind, _born(on, age), ref=kind, nationality="1", contract=contract, resources={"SAL": income},
        tax={on.year - 2: income * 12}, workplace=_PLACE if contract in ("CDI", "CDD") else "",
    )  # fmt: skip


def _children(on: date, *ages: int) -> tuple[Person, ...]:
    return tuple(Person(DEPENDANT, _born(on, age), ref=f"dependant-{n}") for n, age in enumerate(ages, start=1))


def _recognised(*held: str) -> tuple[Situation, ...]:
    return tuple(Situation(code, AUTHORITY) for code in held)


def typical(on: date) -> tuple[Typical, ...]:
    """The households, as they would be on a day."""
    wish = Wish(types=("T2", "T3"), communes=(_PLACE,))

    def made(
        people: tuple[Person, ...], home: Home, months: int, *held: str, couple: bool = False, motives: tuple[str, ...]
    ) -> Household:
        return Household(
            people, couple=couple, home=home, wish=wish, registered_on=add_months(on, -months), situations=_recognised(*held),
            proofs=_PROVED, transfer=home.status == "HLM", motives=motives,
        )  # fmt: skip

    return (
        Typical("Étudiante de 20 ans chez ses parents, première demande depuis 2 mois",
                made((_adult(on, APPLICANT, 20, "ETU", 300),), Home("CPE", type="T4", surface=85, occupants=4), 2, motives=("12",))),
        Typical("Homme seul de 34 ans, en CDI, hébergé chez un ami, 14 mois d’attente",
                made((_adult(on, APPLICANT, 34, "CDI", 1450),), Home("CP", type="T2", surface=42, occupants=2), 14, motives=("01",))),
        Typical("Mère seule de deux enfants, CDD, loyer privé trop lourd, 26 mois d’attente",
                made((_adult(on, APPLICANT, 36, "CDD", 1300), *_children(on, 4, 9)),
                     Home("LP", type="T2", surface=40, occupants=3, rent=690, commune=_PLACE), 26, motives=("09", "13"))),
        Typical("Couple avec trois enfants, un T2 de 45 m², 40 mois d’attente",
                made((_adult(on, APPLICANT, 41, "CDI", 1600), _adult(on, COAPPLICANT, 38, "CHO", 500), *_children(on, 2, 7, 12)),
                     Home("LP", type="T2", surface=45, occupants=5, rent=640, commune=_PLACE), 40, couple=True, motives=("13",))),
        Typical("Couple de retraités dans un T5 du parc social devenu trop grand, 9 mois d’attente",
                made((_adult(on, APPLICANT, 72, "RET", 1250), _adult(on, COAPPLICANT, 70, "RET", 780)),
                     Home("HLM", type="T5", surface=98, occupants=2, rent=620, commune=_PLACE), 9, couple=True, motives=("10",))),
        Typical("Femme seule en fauteuil roulant, au quatrième sans ascenseur, 18 mois d’attente",
                made((Person(APPLICANT, _born(on, 52), ref=APPLICANT, nationality="1", contract="AUT", disability=True,
                             resources={"AAH": 1030}, tax={on.year - 2: 900}),),
                     Home("LP", type="T2", surface=44, occupants=1, rent=520, commune=_PLACE), 18, "disability", motives=("07",))),
        Typical("Homme sans abri, suivi par un service social, 6 mois d’attente",
                made((_adult(on, APPLICANT, 45, "CHO", 560),), Home("SD"), 6, "homeless", motives=("01",))),
        Typical("Famille de quatre reconnue prioritaire au titre du DALO, à l’hôtel, 31 mois d’attente",
                made((_adult(on, APPLICANT, 39, "CDD", 1200), _adult(on, COAPPLICANT, 37, "CHO", 0), *_children(on, 5, 8)),
                     Home("HOT", type="C", surface=18, occupants=4), 31, "dalo", couple=True, motives=("01",))),
    )  # fmt: skip


def tried(grid: Grid, on: date) -> list[tuple[Typical, Score]]:
    """Each of them under a grid."""
    return [(one, score(grid, one.household, on)) for one in typical(on)]
