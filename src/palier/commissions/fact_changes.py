"""What changed between two readings of a candidate's facts, in words: for a correction that every member reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from palier.law.reasons import euros, number, percent, persons

NOTHING = "—"


def _euros(value: Any) -> str:
    return euros(value)


def _home(value: Mapping[str, Any]) -> str:
    parts = [
        value.get("status"),
        value.get("type"),
        f"{value['occupants']} occupants" if value.get("occupants") else "",
        f"loyer {euros(value['rent'])}" if value.get("rent") else "",
    ]
    return ", ".join(part for part in parts if part)


def _list(value: Any) -> str:
    return ", ".join(str(one) for one in value)


WORDS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "household": ("Ménage", str),
    "people": ("Personnes à loger", persons),
    "ages": ("Âges", _list),
    "registered_on": ("Demande du", str),
    "monthly_resources": ("Revenus par mois", _euros),
    "tax_income": ("Revenu fiscal", _euros),
    "ceiling": ("Plafond", _euros),
    "aid": ("Aide au logement", _euros),
    "net_rent": ("Loyer après aide", _euros),
    "effort_rate": ("Taux d’effort", percent),
    "left_to_live": ("Reste à vivre par jour et par part", lambda value: euros(value, 2)),
    "present_home": ("Logement actuel", _home),
    "motive": ("Motif principal", str),
    "points": ("Points", lambda value: number(value, 0 if float(value).is_integer() else 1)),
    "priorities": ("Urgences reconnues", _list),
    "documents": ("Pièces", str),
    "workplace": ("Emploi confirmé", lambda value: "oui" if value else "non"),
}


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[list[str]]:
    """[label, before, after] for each fact that members read and that differs; a fact only one side has counts as missing."""
    found = []
    for key, (label, words) in WORDS.items():
        old, new = (
            words(facts[key]) if facts.get(key) not in (None, "", [], {}) else NOTHING for facts in (before, after)
        )
        if old != new:
            found.append([label, old, new])
    return found
