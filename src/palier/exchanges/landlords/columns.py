"""What the columns of a stock file are called, and how their cells are read: the way people write them in French."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from palier.accounts.models import Organisation
from palier.accounts.queries import organisations
from palier.common import clock
from palier.exchanges.landlords.filling import HOLDERS
from palier.exchanges.takeover import cells
from palier.exchanges.takeover.cells import Unreadable
from palier.homes.models import CONTINGENTS, PRODUCTS
from palier.territories.queries import commune_named, search_key


class Column(NamedTuple):
    """`title`: of the file; `field`: of the row it fills; `read`: text → value, or `Unreadable`."""

    title: str
    field: str
    read: Callable[[str], Any]
    example: str
    required: bool = True


def _word(text: str) -> str:
    return text


def _number(text: str) -> float:
    try:
        return float(text.replace("\u202f", "").replace("\xa0", "").replace(" ", "").replace(",", ".").rstrip("€m²"))
    except ValueError as error:
        raise Unreadable("cell.number", "Ce n’est pas un nombre.") from error


def _whole(text: str) -> int:
    number = _number(text)
    if not number.is_integer():
        raise Unreadable("cell.number", "Donnez un nombre entier.")
    return int(number)


def _day(text: str) -> str:
    return cells.day(text, "dd/mm/yyyy", clock.today()).isoformat()


def _postcode(text: str) -> str:
    # Spreadsheets drop the zero in front.
    return text.zfill(5) if text.isdigit() and len(text) == 4 else text


def _commune(text: str) -> str:
    found = None if text[:2].isdigit() and len(text) == 5 else commune_named(text)
    return found.code if found else text.zfill(5) if text.isdigit() else text


def _one_of(**codes: str) -> Callable[[str], str]:
    known = {search_key(word): code for code, words in codes.items() for word in words.split("|")}

    def read(text: str) -> str:
        if search_key(text) not in known:
            words = ", ".join(words.split("|")[0] for words in codes.values())
            raise Unreadable("cell.code", f"On attendait l’un de ces mots : {words}.")
        return known[search_key(text)]

    return read


def _holder(text: str) -> int:
    wanted = search_key(text)
    found: list[Organisation] = [o for o in organisations(*HOLDERS) if search_key(o.name) == wanted]
    if len(found) != 1:
        raise Unreadable("cell.holder", "Aucun réservataire ne porte ce nom.")
    return found[0].pk


_KIND = _one_of(flat="appartement|appart|a|flat", house="maison|m|pavillon|house")
_TYPE = _one_of(T1="T1|studio|1", T2="T2|2", T3="T3|3", T4="T4|4", T5="T5|5", T6P="T6|T6P|T6 et plus|6|T7")
_CONTINGENT = _one_of(**{code: f"{label}|{code}" for code, label in CONTINGENTS})
_PRODUCT = _one_of(**{code: f"{label}|{code}" for code, label in PRODUCTS})

COLUMNS: dict[str, tuple[Column, ...]] = {
    "dwellings": (
        Column("reference", "reference", _word, "LOG-00042"),
        Column("adresse", "address", _word, "4 rue des Essais"),
        Column("code_postal", "postcode", _postcode, "14000"),
        Column("commune", "commune", _commune, "Caen"),
        Column("nature", "kind", _KIND, "appartement"),
        Column("type", "type", _TYPE, "T3"),
        Column("surface", "surface", _number, "62,5"),
        Column("financement", "financing", str.upper, "PLUS"),
        Column("etage", "floor", _whole, "2", required=False),
        Column("ascenseur", "lift", cells.flag, "oui", required=False),
        Column("sans_marche", "step_free", cells.flag, "non", required=False),
        Column("adapte", "adapted", cells.flag, "non", required=False),
        Column("classe_energie", "energy_class", str.upper, "C", required=False),
        Column("qpv", "qpv", cells.flag, "non", required=False),
        Column("construit_en", "built", _whole, "1978", required=False),
        Column("stationnement", "parking", cells.flag, "oui", required=False),
    ),
    "vacancies": (
        Column("reference", "dwelling", _word, "LOG-00042"),
        Column("libre_le", "available_on", _day, "04/01/2027"),
        Column("loyer", "rent", _number, "410,25", required=False),
        Column("charges", "charges", _number, "60"),
        Column("reservation", "contingent", _CONTINGENT, "Non réservé (bailleur)", required=False),
        Column("reservataire", "holder", _holder, "", required=False),
        Column("description", "description", _word, "Lumineux, proche du tramway", required=False),
        Column("publier", "publish", cells.flag, "oui", required=False),
        Column("motif_du_choix", "departure", _word, "", required=False),
        Column("offre", "product", _PRODUCT, "Location sociale", required=False),
        Column("prix", "price", _number, "", required=False),
        Column("chambres", "rooms", _whole, "", required=False),
        Column("surface_chambre", "room_surface", _number, "", required=False),
        Column("mois_au_plus", "months_at_most", _whole, "", required=False),
    ),
}


def model(kind: str) -> str:
    """An example file: the titles, and one line."""
    held = COLUMNS[kind]
    return "\ufeff" + ";".join(c.title for c in held) + "\r\n" + ";".join(c.example for c in held) + "\r\n"
