"""Frozen dataclasses to plain JSON documents and back, without loss: snapshots of facts are stored this way."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any


def to_plain(value: Any) -> Any:
    """Dates become ISO text, tuples lists, keys of mappings text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: to_plain(getattr(value, name)) for name in _names(type(value))}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [to_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    return value


def from_plain(kind: Any, value: Any) -> Any:
    """Read what `to_plain` wrote. An unknown key raises `TypeError`, so that nothing is dropped in silence."""
    return _reader(kind)(value)


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(f.name for f in dataclasses.fields(kind))


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin is types.UnionType:
        inner = _reader(next(k for k in args if k is not types.NoneType))
        return lambda value: None if value is None else inner(value)
    if dataclasses.is_dataclass(kind):
        return _dataclass_reader(kind)
    if origin is tuple:
        item = _reader(args[0])
        return lambda value: tuple(item(v) for v in value)
    if origin is not None and issubclass(origin, Mapping):
        key = args[0]
        return lambda value: {key(k): v for k, v in value.items()}
    if kind is date:
        return date.fromisoformat
    return lambda value: value


def _dataclass_reader(kind: Any) -> Callable[[Any], Any]:
    readers = {name: _reader(hint) for name, hint in typing.get_type_hints(kind).items() if name in _names(kind)}

    def read(value: dict[str, Any]) -> Any:
        unknown = value.keys() - readers.keys()
        if unknown:
            raise TypeError(f"{kind.__name__}: unknown key {sorted(unknown)[0]!r}")
        return kind(**{name: readers[name](item) for name, item in value.items()})

    return read
