"""Until when a document proves what it says, and which date it takes to know (`parameters/proofs.toml`).

A proof that lapsed is asked again; it never undoes what was checked while it was valid.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from palier.law.calendar import add_months
from palier.law.parameters import parameter_set

DATED, ENDING = "dated_on", "expires_on"


def date_asked(kind: str, on: date) -> str:
    """The date that tells how long a document of this kind holds: its own, its end, or none ("")."""
    rule = _rule(kind, on)
    return "" if not rule else ENDING if "end" in rule else DATED


def valid_until(kind: str, dated_on: date | None, expires_on: date | None, on: date) -> date | None:
    """The last day, included, on which a document proves something; None when it does not lapse or nothing tells.

    `dated_on`: the day it was drawn up (the latest of several payslips); `expires_on`: the end written on it;
    `on`: the day whose rules apply.
    """
    asked = date_asked(kind, on)
    known = {DATED: dated_on, ENDING: expires_on}.get(asked)
    if known is None or asked == ENDING:
        return known
    rule = _rule(kind, on)
    if "months" in rule:
        return add_months(known, rule["months"])
    month, day = map(int, rule["closing"].split("-"))
    return date(known.year + 1, month, day)


def _rule(kind: str, on: date) -> dict[str, Any]:
    rules: dict[str, dict[str, Any]] = parameter_set("proofs", on=on).values
    return rules.get(kind, {})
