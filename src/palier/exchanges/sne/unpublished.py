"""Elements that an exchange needs and whose place in the document is not in what is published.

Their code lists are. Each place can be set (`PALIER_SNE_PLACES`): an installation that holds the full specification
writes the real ones. Reading looks for the last name of a place, wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree

from palier.exchanges.sne.document import local_name
from palier.exchanges.sne.schema import NAMESPACE

DEMAND = "demande/demandeLogement"
PLACES = {
    "motif": f"{DEMAND}/listeMotifDemande/motifDemande",
    "radiation": f"{DEMAND}/radiation/motifRadiation",
    "sousmotif": f"{DEMAND}/radiation/sousMotifRadiation",
    "dateradiation": f"{DEMAND}/radiation/dateRadiation",
    "renouvellement": f"{DEMAND}/dateRenouvellement",
    "dalo": f"{DEMAND}/statutDalo",
}
_PATH = re.compile(r"[A-Za-z][A-Za-z0-9]*(/[A-Za-z][A-Za-z0-9]*)*", re.ASCII)


def places(changes: Mapping[str, str]) -> dict[str, str]:
    """The places in force. Raises `ValueError` on an unknown name or what is no path."""
    for name, path in changes.items():
        if name not in PLACES or not _PATH.fullmatch(path):
            raise ValueError(f"{name}={path}")
    return {**PLACES, **changes}


def element(place: str, *, code: str = "", text: str = "") -> str:
    """The element to put at a place, as the text of its XML."""
    made = etree.Element(f"{{{NAMESPACE}}}{place.rpartition('/')[2]}", nsmap={None: NAMESPACE})
    if code:
        made.set("code", code)
    made.text = text or None
    return etree.tostring(made, encoding="unicode")


def found(demand: etree._Element, place: str) -> etree._Element | None:
    """The element of a place inside a demand."""
    name = place.rpartition("/")[2]
    return next((e for e in demand.iter() if local_name(e) == name), None)


def code_at(demand: etree._Element, place: str) -> str:
    """Its code, or its text when it has none; empty when it is not there."""
    there = found(demand, place)
    return "" if there is None else there.get("code", "").strip() or (there.text or "").strip()
