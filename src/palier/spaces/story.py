"""The one timeline of a dossier: what happened, and who opened it. The household and the support desk read the same."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from palier.common import ledger
from palier.demands.models import Demand
from palier.documents import queries
from palier.documents.models import Reading

# filter → (label, prefixes of verbs); readings have no verb.
FILTERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "tout": ("Tout", ()),
    "demande": ("Ma demande", ("demands.", "scores.", "register.", "archives.")),
    "pieces": ("Pièces et urgences", ("pieces.", "recognitions.", "attestation.")),
    "candidatures": ("Candidatures", ("applications.", "shortlists.", "allocations.", "visits.", "decisions.")),
    "lectures": ("Qui a lu mon dossier", ()),
}
ICONS = {
    "demands": "file", "scores": "star", "pieces": "folder", "recognitions": "shield", "attestation": "briefcase",
    "applications": "list", "allocations": "handshake", "visits": "calendar", "leases": "key", "register": "send", "news": "send", "archives": "download",
}  # fmt: skip


def story(demand: Demand, audience: str, only: str = "tout") -> list[dict[str, Any]]:
    """Dated entries for the timeline component, newest first. `only`: a key of FILTERS; an unknown one means all."""
    only = only if only in FILTERS else "tout"
    entries: list[dict[str, Any]] = []
    if only != "lectures":
        prefixes = FILTERS[only][1]
        entries += [e for e in events(demand, audience) if not prefixes or e["verb"].startswith(prefixes)]
    if only in ("tout", "lectures"):
        entries += [_reading(reading) for reading in grouped(queries.readings(demand))]
    return sorted(entries, key=lambda entry: entry["at"], reverse=True)


def events(demand: Demand, audience: str) -> list[dict[str, Any]]:
    """The ledger's entries with their icon; to an agent, « Vous » would be somebody else."""
    return [
        {
            **event,
            "icon": ICONS.get(event["verb"].split(".")[0], "clock"),
            "by": "Le ménage" if audience == "agent" and event["by"] == "Vous" else event["by"],
        }
        for event in ledger.timeline(demand.pk, audience)
    ]


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        "at": reading.at,
        "sentence": f"Dossier ouvert : {reading.what}",
        "by": reading.signature,
        "why": reading.why,
        "icon": "eye",
        "tone": "neutral",
    }


def grouped(readings: Iterable[Reading]) -> list[Reading]:
    """Readings in a row by the same person of the same thing within ten minutes are told once (the latest)."""
    kept: list[Reading] = []
    for reading in readings:
        latest = kept[-1] if kept else None
        same = latest is not None and (latest.person, latest.what) == (reading.person, reading.what)
        if not (same and (latest.at - reading.at).total_seconds() < 600):
            kept.append(reading)
    return kept


def tabs(only: str) -> list[dict[str, Any]]:
    """The filters as links."""
    only = only if only in FILTERS else "tout"
    return [{"label": label, "url": f"?voir={key}", "current": key == only} for key, (label, _) in FILTERS.items()]
