"""The fields of the declared form that a column may fill, found from `demands.form` itself."""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from palier.demands.form import Adult, Custody, Dependant, Form
from palier.law import codes


@dataclass(frozen=True, slots=True)
class Target:
    """`path`: from the form, or from one person. `kind`: text, date, whole, flag, code, codes, commune, communes, money.

    `codes`: the list of `law.codes` that its values must be in.
    """

    path: str
    kind: str
    codes: str = ""


# What a file says of a demand beside its form.
OWN = {
    "number": Target("number", "text"),
    "reference": Target("reference", "text"),
    "registered_on": Target("registered_on", "date"),
    "renewed_on": Target("renewed_on", "date"),
}
PEOPLE = {"coapplicant": Adult, "other_adults": Adult, "dependants": Dependant, "custody": Custody}
_LISTS = {
    "civility": "civility", "nationality": "nationality", "family_status": "family_status", "sex": "sex",
    "work.contract": "contract", "arrangement": "custody", "home.status": "home_status", "home.kind": "home_kind",
    "home.type": "home_type", "wish.types": "home_type", "wish.kind": "wished_kind", "motives": "motive",
    "disability.needs": "disability_need",
}  # fmt: skip
_COMMUNES = {"address.commune", "work.workplace", "wish.communes"}
_MONEY = {"home.rent", "wish.max_rent"}
_AMOUNTS = re.compile(r"(?:(.*)\.)?(resources|paid|tax)\.(\w+)")
_LISTED = {"resources": "resource", "paid": "paid"}


def target(path: str) -> Target | None:
    """The field of the form at a path such as `applicant.birth_date`, or None."""
    if path in OWN:
        return OWN[path]
    if path.split(".")[0] in PEOPLE and not path.startswith("coapplicant."):
        return None
    return _find(Form, path)


def person_target(kind: str) -> Callable[[str], Target | None]:
    """The same from a person of a group."""
    return lambda path: _find(PEOPLE[kind], path)


@cache
def _find(owner: type, path: str) -> Target | None:
    if found := _AMOUNTS.fullmatch(path):
        return _amount(owner, path, found)
    kind: Any = owner
    for name in path.split("."):
        kind = _plain(kind)
        if not (dataclasses.is_dataclass(kind) and isinstance(kind, type)):
            return None
        kind = typing.get_type_hints(kind).get(name)
    kind = _plain(kind)
    tail = path.removeprefix("applicant.").removeprefix("coapplicant.")
    listed = (
        "kinship"
        if tail == "link" and owner is Dependant
        else "applicant_link"
        if tail == "link"
        else _LISTS.get(tail, "")
    )
    if kind is date:
        return Target(path, "date")
    if kind is bool:
        return Target(path, "flag")
    if kind is int:
        return Target(path, "money" if path in _MONEY else "whole")
    if kind is str:
        return Target(path, "commune" if tail in _COMMUNES else "code" if listed else "text", listed)
    if typing.get_origin(kind) is tuple and typing.get_args(kind)[0] is str:
        return Target(path, "communes" if path in _COMMUNES else "codes", listed)
    return None


def _amount(owner: type, path: str, found: re.Match[str]) -> Target | None:
    """`applicant.tax.2025`, `applicant.resources.SAL`: one amount of a person."""
    above, table, key = found.groups()
    kind: Any = owner
    for name in above.split(".") if above else ():
        kind = typing.get_type_hints(_plain(kind)).get(name)
        if kind is None:
            return None
    if _plain(kind) is not Adult:
        return None
    right = re.fullmatch("20[0-9]{2}", key) if table == "tax" else codes.known(_LISTED[table], key)
    return Target(path, "money") if right else None


def _plain(kind: Any) -> Any:
    if typing.get_origin(kind) is types.UnionType:
        return next(k for k in typing.get_args(kind) if k is not types.NoneType)
    return kind


def nested(values: dict[str, Any]) -> dict[str, Any]:
    """`{"home.rent": 500}` as the stored document writes it: `{"home": {"rent": 500}}`."""
    tree: dict[str, Any] = {}
    for path, value in values.items():
        *above, name = path.split(".")
        place = tree
        for step in above:
            place = place.setdefault(step, {})
        place[name] = value
    return tree
