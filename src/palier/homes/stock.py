"""Many dwellings of a landlord at once, by its system or by a file: added, corrected or left as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.common import bulk, ledger
from palier.common.errors import NotYours
from palier.common.locks import one_at_a_time
from palier.homes.models import Dwelling

# What a landlord describes of a dwelling; its reference names it.
DESCRIBED = (
    "rpls_id", "address", "postcode", "commune_id", "kind", "type", "surface", "floor", "lift", "step_free", "adapted",
    "energy_class", "financing", "qpv", "built", "parking", "latitude", "longitude",
)  # fmt: skip


@transaction.atomic
def put_dwellings(*, actor: Actor, rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """For each row (`reference` and all of `DESCRIBED`; a reference once): `created`, `updated` or `unchanged`, and its key.

    The same rows again change nothing. Two sendings for one landlord wait for each other.
    """
    if actor.role != Role.LANDLORD:
        raise NotYours("a landlord's act")
    mine = Dwelling.objects.filter(landlord=actor.organisation_id)
    one_at_a_time(f"stock {actor.organisation_id}")
    held = {d.reference: d for d in mine.filter(reference__in=[row["reference"] for row in rows]).order_by("pk")}
    fresh = [Dwelling(landlord_id=actor.organisation_id, **row) for row in rows if row["reference"] not in held]
    Dwelling.objects.bulk_create(fresh, batch_size=1_000)
    changed: list[tuple[Dwelling, dict[str, Any]]] = []
    for row in rows:
        former = held.get(row["reference"])
        before = (
            {name: getattr(former, name) for name in DESCRIBED if getattr(former, name) != row[name]} if former else {}
        )
        if former and before:
            changed.append((former, {name: [_plain(value), _plain(row[name])] for name, value in before.items()}))
    if changed:
        wanted = {row["reference"]: row for row in rows}
        values = [[d.pk, *(wanted[d.reference][name] for name in DESCRIBED)] for d, _ in changed]
        bulk.update(
            Dwelling, [name.removesuffix("_id") if name == "commune_id" else name for name in DESCRIBED], values
        )
    ledger.record_all(verb="dwellings.add", rows=[(d, None, {}) for d in fresh], actor=actor)
    ledger.record_all(verb="dwellings.correct", rows=[(d, None, {"changed": what}) for d, what in changed], actor=actor)
    outcomes = {d.reference: ("created", d.pk) for d in fresh}
    outcomes |= {d.reference: ("updated", d.pk) for d, _ in changed}
    return [outcomes.get(r["reference"]) or ("unchanged", held[r["reference"]].pk) for r in rows]


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str | float) else str(value)


ledger.declare({"dwellings.correct": {"agent": "Description du logement corrigée"}})
