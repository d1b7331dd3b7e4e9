"""A city's older tool: the shipped example mapping and small files of its export."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from palier.accounts.actor import PALIER
from palier.common import clock
from palier.demo import old_tool
from palier.exchanges.takeover import actions, running
from palier.exchanges.takeover.mapping import shipped
from palier.exchanges.takeover.models import TakeOver

LOGIS = shipped()["logis-2000"]
REGISTER = shipped()["registre-national"]


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    """Files kept in a folder of the test's own."""
    options = {**settings.STORAGES["default"], "OPTIONS": {"location": str(tmp_path / "documents")}}
    monkeypatch.setitem(settings.STORAGES, "default", options)


def export(count: int = 12, start: int = 0) -> list[dict[str, str]]:
    """Households of the invented older tool."""
    return list(old_tool.rows(count, today=clock.today(), start=start))


def written(rows: list[dict[str, str]], *, encoding: str = "cp1252", separator: str = ";") -> bytes:
    """Those rows as the file that the tool exports."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding, errors="replace")


def received(content: bytes, mapping: str = LOGIS, name: str = "export.csv") -> TakeOver:
    return actions.receive(actor=PALIER, name=name, chunks=[content], mapping=mapping)


def taken_over(content: bytes, mapping: str = LOGIS) -> TakeOver:
    """The whole run of a file."""
    held = received(content, mapping)
    actions.run(actor=PALIER, takeover_id=held.pk)
    return running.work(held.pk)


def rehearsed(content: bytes, mapping: str = LOGIS) -> TakeOver:
    held = received(content, mapping)
    actions.rehearse(actor=PALIER, takeover_id=held.pk)
    return running.work(held.pk)


def told(held: TakeOver, line: int | None = None) -> list[tuple[int, str, str, str]]:
    """(line, outcome, code, cell) of every trouble."""
    lines = held.lines.order_by("pk") if line is None else held.lines.filter(line=line)
    return [(one.line, one.outcome, t["code"], t["cell"]) for one in lines for t in one.troubles]


Files = Callable[[bytes], Path]
