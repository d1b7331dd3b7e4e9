"""The facts of a demand packed in a few hundred bytes, and thousands of them unpacked at once as the columns of `columns`.

A record is kept beside the demand and written in the transaction that changes it. Numbers come first, then lists of
codes and the month of registration, then one byte for each boolean, code and proof; an unknown fact has a mark of its
own. Income shares are those of every zone of ceilings, so that one record serves every grid. Days of refusals do not
fit: a demand that has any is scored by the definition.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from datetime import date
from math import nan
from typing import Any

import polars as pl

from palier.law import columns
from palier.law.ceilings import ZONES
from palier.law.facts import FACTS, Setting
from palier.law.household import Household

_SHARES = ("income.plai_share", "income.plus_share")
_SCHEMA = columns.schema()
_NUMBERS = [name for name, kind in _SCHEMA.items() if kind == pl.Float64 and name not in _SHARES]
_FLOATS = [*_NUMBERS, *(f"{share}@{zone}" for zone in ZONES for share in _SHARES)]
_WHOLES = [name for name, kind in _SCHEMA.items() if kind in (pl.UInt32, columns.STEPS)]
_BYTES = [name for name, kind in _SCHEMA.items() if kind in (pl.UInt8, pl.Boolean)]
_LAYOUT = struct.Struct(f"<{len(_FLOATS)}d{len(_WHOLES)}i{len(_BYTES)}B")
SIZE = _LAYOUT.size
# Where a record holds the month (a whole number) and the day (a byte) of the first registration.
REGISTERED = (
    len(_FLOATS) * 8 + _WHOLES.index("registered.month") * 4,
    len(_FLOATS) * 8 + len(_WHOLES) * 4 + _BYTES.index("registered.day"),
)
_NONE = 255


def pack(household: Household, on: date) -> bytes:
    """The record of a household on a day."""
    row = dict(zip(_SCHEMA, columns.row(household, on, Setting()), strict=True))
    for zone in ZONES:
        row |= {f"{share}@{zone}": FACTS[share].compute(household, on, Setting(zone)) for share in _SHARES}
    return packed(row)


def packed(row: Mapping[str, Any]) -> bytes:
    """The record of columns already known, by name; a column left out is a fact that nobody knows."""
    return _LAYOUT.pack(
        *(nan if (value := row.get(name)) is None else float(value) for name in _FLOATS),
        *(-1 if (value := row.get(name)) is None else value for name in _WHOLES),
        *(_NONE if (value := row.get(name)) is None else int(value) for name in _BYTES),
    )


def unpack(records: Sequence[bytes] | pl.Series, place: Setting) -> pl.LazyFrame:
    """The columns of many records as a grid of that place reads them; only those that are asked for are made."""
    floats, wholes = len(_FLOATS) * 8, len(_WHOLES) * 4
    held = pl.DataFrame({"record": pl.Series(records, dtype=pl.Binary)}).lazy()
    parts = held.select(
        _part(0, floats, pl.Array(pl.Float64, len(_FLOATS))).alias("floats"),
        _part(floats, wholes, pl.Array(pl.Int32, len(_WHOLES))).alias("wholes"),
        _part(floats + wholes, len(_BYTES), pl.Array(pl.UInt8, len(_BYTES))).alias("bytes"),
    )
    return parts.select(_column(name, kind, place.zone) for name, kind in _SCHEMA.items())


def _part(start: int, length: int, kind: pl.Array) -> pl.Expr:
    return pl.col("record").bin.slice(start, length).bin.reinterpret(dtype=kind, endianness="little")


def _column(name: str, kind: pl.DataType, zone: str) -> pl.Expr:
    if kind == pl.Float64:
        place = _FLOATS.index(f"{name}@{zone}" if name in _SHARES else name)
        return pl.col("floats").arr.get(place).fill_nan(None).alias(name)
    if name in _WHOLES:
        value = pl.col("wholes").arr.get(_WHOLES.index(name))
        return pl.when(value >= 0).then(value).cast(kind).alias(name)
    if name in _BYTES:
        value = pl.col("bytes").arr.get(_BYTES.index(name))
        return pl.when(value != _NONE).then(value).cast(kind).alias(name)
    return pl.lit(None, dtype=kind).alias(name)
