"""The facts of a demand packed in a few hundred bytes, and thousands of them unpacked at once as the columns of `columns`.

A record is kept beside the demand and written in the transaction that changes it. Numbers come first, then lists of
codes and the month of registration, then one byte for each boolean, code and proof; an unknown fact has a mark of its
own. Income shares are those of every zone of ceilings, so that one record serves every grid. Days of refusals do not
fit: a demand that has any is scored by the definition.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from math import nan
from typing import Any

import numpy
import polars as pl
from numpy.typing import NDArray

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
_ROW = numpy.dtype(
    [("floats", "<f8", (len(_FLOATS),)), ("wholes", "<i4", (len(_WHOLES),)), ("bytes", "u1", (len(_BYTES),))]
)
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


def unpack(records: bytes | Sequence[bytes], place: Setting, names: Collection[str] = tuple(_SCHEMA)) -> pl.LazyFrame:
    """The columns `names` of many records, end to end or one by one, as a grid of that place reads them."""
    held = numpy.frombuffer(records if isinstance(records, bytes) else b"".join(records), _ROW)
    return pl.DataFrame([_column(held, name, _SCHEMA[name], place.zone) for name in _SCHEMA if name in names]).lazy()


def _column(held: NDArray[numpy.void], name: str, kind: pl.DataType, zone: str) -> pl.Series:
    if kind == pl.Float64:
        at = _FLOATS.index(f"{name}@{zone}" if name in _SHARES else name)
        return pl.Series(name, held["floats"][:, at]).fill_nan(None)
    if name in _WHOLES:
        values = held["wholes"][:, _WHOLES.index(name)]
        return pl.Series(name, values).set(pl.Series(values < 0), None).cast(kind)
    if name in _BYTES:
        values = held["bytes"][:, _BYTES.index(name)]
        return pl.Series(name, values).set(pl.Series(values == _NONE), None).cast(kind)
    return pl.Series(name, [None] * len(held), dtype=kind)
