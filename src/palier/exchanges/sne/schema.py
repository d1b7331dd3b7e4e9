"""How a dataclass field stands in the XML: each field of the model carries its place, its kind and its code list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import Field, dataclass, field, fields
from typing import Any, Literal

NAMESPACE = "http://nuu.application.i2/"
VERSIONS = ("02.00", "02.01")

Kind = Literal["text", "code", "day", "instant", "amount", "whole", "flag", "record", "many"]


@dataclass(frozen=True, slots=True)
class Place:
    """`path`: element names from the record's own element. `codes`: name of a list of `law.codes`.

    `item` and `of` describe a list: the name of its elements, and their record class or None for coded values.
    """

    path: tuple[str, ...]
    kind: Kind
    codes: str = ""
    of: type | None = None
    item: str = ""


def text(path: str) -> Any:
    return _field(path, "text", default="")


def coded(path: str, codes: str = "") -> Any:
    return _field(path, "code", default=None, codes=codes)


def day(path: str) -> Any:
    return _field(path, "day", default=None)


def instant(path: str) -> Any:
    return _field(path, "instant", default=None)


def amount(path: str) -> Any:
    return _field(path, "amount", default=None)


def whole(path: str) -> Any:
    return _field(path, "whole", default=None)


def flag(path: str) -> Any:
    return _field(path, "flag", default=None)


def record(path: str, of: type) -> Any:
    return _field(path, "record", default=None, of=of)


def many(path: str, item: str, of: type | None = None, codes: str = "") -> Any:
    return _field(path, "many", default=(), of=of, item=item, codes=codes)


def _field(path: str, kind: Kind, *, default: Any, codes: str = "", of: type | None = None, item: str = "") -> Any:
    place = Place(tuple(path.split("/")), kind, codes, of, item)
    return field(default=default, metadata={"place": place})


def places(kind: type) -> Iterator[tuple[str, Place]]:
    """The fields of a record that stand in the XML, in the order in which they are written."""
    found: tuple[Field[Any], ...] = fields(kind)
    return ((f.name, f.metadata["place"]) for f in found if "place" in f.metadata)
