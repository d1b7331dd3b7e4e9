"""Loading geography and settings: idempotent, run at installation and at each new edition of the data."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from palier.common import clock, ledger
from palier.common.errors import NotYours, Refused
from palier.territories import geography
from palier.territories.models import Commune, Department, Epci, Setting
from palier.territories.queries import search_key

# Régime of the single regional demand (CCH R441-2-1): one register for Île-de-France.
ILE_DE_FRANCE = "11"


@transaction.atomic
def load_geography(*, active: frozenset[str]) -> int:
    """Insert or refresh departments, EPCI and communes; returns the number of communes."""
    _upsert(
        Department,
        "code",
        [
            Department(
                code=d.code,
                name=d.name,
                region_code=d.region,
                register_code="111" if d.region == ILE_DE_FRANCE else d.code.rjust(3, "0"),
                active=d.code in active,
            )
            for d in geography.departments()
        ],
    )
    _upsert(
        Epci,
        "siren",
        [Epci(siren=e.siren, name=e.name, kind=e.kind, department_id=e.department) for e in geography.epcis()],
    )
    rows = [
        Commune(
            code=c.code,
            name=c.name,
            search_name=search_key(c.name),
            postcodes=list(c.postcodes),
            population=c.population,
            latitude=c.latitude,
            longitude=c.longitude,
            approximate=c.approximate,
            department_id=c.department,
            epci_id=c.epci,
            ceiling_zone=c.ceiling_zone,
            rent_zone=c.rent_zone,
            aid_zone=c.aid_zone,
        )
        for c in geography.communes()
    ]
    known = {c.code for c in rows}
    _upsert(Commune, "code", rows)
    merged = [
        Commune(
            code=m.code,
            name=m.name,
            search_name=search_key(m.name),
            department_id=m.department,
            successor_id=m.successor,
        )
        for m in geography.merged()
        if m.code not in known and m.successor in known
    ]
    _upsert(Commune, "code", merged)
    return len(rows)


@transaction.atomic
def load_settings() -> int:
    """Insert the general settings shipped with Palier; a territory's own rows are left alone."""
    text = (Path(__file__).parent / "settings.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)["setting"]
    for row in rows:
        Setting.objects.get_or_create(
            key=row["key"],
            territory=row.get("territory", ""),
            valid_from=row["valid_from"],
            defaults={"value": row["value"], "source": row["source"]},
        )
    return len(rows)


def _upsert(model, key: str, rows: list) -> None:
    fields = [f.name for f in model._meta.concrete_fields if f.name != key]
    model.objects.bulk_create(rows, update_conflicts=True, unique_fields=[key], update_fields=fields, batch_size=2000)


@transaction.atomic
def set_from(
    *, actor: ledger.Signatory, key: str, territory: str, value: Any, valid_from: date, source: str
) -> Setting:
    """Put a figure in force from a day on, for a territory or everywhere; the past is never rewritten.

    The key must exist already: a figure nobody reads would be a false promise. `actor` is checked by role.
    """
    if actor.role != "administrator":
        raise NotYours("only an administrator sets figures")
    former = Setting.objects.filter(key=key).order_by("-valid_from", "pk").first()
    if former is None:
        raise Refused("settings.key", "Ce réglage n’existe pas.", field="key")
    if valid_from < clock.today():
        raise Refused(
            "settings.past",
            "Un réglage ne change pas le passé : choisissez aujourd’hui ou plus tard.",
            field="valid_from",
        )
    if not source.strip():
        raise Refused("settings.source", "Indiquez le texte ou la décision qui fixe ce réglage.", field="source")
    if type(value) is not type(former.value) and not {type(value), type(former.value)} <= {int, float}:
        raise Refused("settings.value", "Cette valeur n’est pas de la même nature que la précédente.", field="value")
    if Setting.objects.filter(key=key, territory=territory, valid_from=valid_from).exists():
        raise Refused("settings.twice", "Une valeur commence déjà ce jour-là.", field="valid_from")
    setting = Setting.objects.create(
        key=key, territory=territory, value=value, valid_from=valid_from, source=source.strip()[:200]
    )
    ledger.record(
        verb="settings.set", subject=setting, actor=actor, why=setting.source,
        data={"key": key, "territory": territory, "before": former.value, "after": value, "from": str(valid_from)},
    )  # fmt: skip
    return setting


ledger.declare({"settings.set": {"agent": "Réglage {key} : {after} à partir du {from}"}})
