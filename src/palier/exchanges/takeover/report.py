"""The report as a table to download: one line for each trouble of a row, one for a row without any."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from palier.exchanges.takeover.models import TakeOver, TakeOverLine
from palier.exchanges.takeover.states import OUTCOMES

HEADING = ["Ligne", "Numéro ou référence", "Résultat", "Code", "Bloquant", "Raison", "Cellule", "Valeur"]
# A spreadsheet works out a text that begins so: an apostrophe makes it a text again.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|")


class _Echo:
    def write(self, text: str) -> str:
        return text


def lines(takeover: TakeOver, outcome: str = "") -> Iterator[str]:
    """The CSV, line after line, as French spreadsheets open it (UTF-8 with its mark, semicolons)."""
    writer = csv.writer(_Echo(), delimiter=";")
    yield "\ufeff" + writer.writerow(HEADING)
    held = TakeOverLine.objects.filter(takeover=takeover)
    if outcome:
        held = held.filter(outcome=outcome)
    last = 0
    while block := list(held.filter(pk__gt=last).order_by("pk")[:1000]):
        last = block[-1].pk
        for one in block:
            for trouble in one.troubles or [{}]:
                yield writer.writerow(map(_plain, _cells(one, trouble)))


def _cells(one: TakeOverLine, trouble: dict) -> list[str]:
    blocking = {True: "oui", False: "non"}.get(trouble.get("blocking"), "")
    return [
        str(one.line), one.reference.lstrip("#="), OUTCOMES[one.outcome].label, trouble.get("code", ""), blocking,
        trouble.get("message", ""), trouble.get("cell", ""), trouble.get("value", ""),
    ]  # fmt: skip


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
