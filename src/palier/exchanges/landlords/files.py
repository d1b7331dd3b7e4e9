"""Dwellings or vacancies by a CSV or XLSX file: read and shown with every error at its cell; written once confirmed."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction

from palier.accounts.actor import Actor
from palier.accounts.roles import Role
from palier.common import clock, ledger
from palier.common.errors import NotYours, Refused
from palier.common.locks import locked
from palier.exchanges.landlords import filling
from palier.exchanges.landlords.columns import COLUMNS, Column
from palier.exchanges.landlords.models import StockFile
from palier.exchanges.landlords.queries import files_of
from palier.exchanges.landlords.rows import DwellingRow, VacancyRow, checked
from palier.exchanges.takeover.cells import Unreadable
from palier.exchanges.takeover.problems import SourceRefused
from palier.exchanges.takeover.sources.csv_file import CsvFile
from palier.exchanges.takeover.sources.rows import Row, Source
from palier.exchanges.takeover.sources.xlsx_file import XlsxFile

MOST = {"dwellings": 20_000, "vacancies": 2_000}
MODELS = {"dwellings": DwellingRow, "vacancies": VacancyRow}
# Rows confirmed in one go of the database.
BLOCK = 2_000
Trouble = dict[str, Any]


@transaction.atomic
def receive(*, actor: Actor, kind: str, name: str, chunks: Iterable[bytes]) -> StockFile:
    """Read a whole file; nothing of it is written. Refused when it is no such table."""
    if actor.role != Role.LANDLORD:
        raise NotYours("a landlord's act")
    with tempfile.TemporaryDirectory(prefix="palier-stock-") as folder:
        path = Path(folder) / "file"
        with path.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
        try:
            total, rows, troubles = _read(actor, kind, path)
        except SourceRefused as error:
            raise Refused(error.code, str(error), field="file") from error
    made = StockFile.objects.create(
        landlord=actor.organisation, by=actor.person, kind=kind, name=name[:200], received_at=clock.now(), total=total,
        rows=rows, troubles=troubles,
    )  # fmt: skip
    ledger.record(verb="stockfiles.receive", subject=made, actor=actor, data={"rows": total, "wrong": made.wrong})
    return made


def _open(kind: str, path: Path) -> Source:
    if not path.stat().st_size:
        raise SourceRefused("file.empty", "Ce fichier est vide.")
    with path.open("rb") as file:
        book = file.read(4) == b"PK\x03\x04"
    wanted = [column.title for column in COLUMNS[kind]]
    source: Source = (
        XlsxFile(path, sheet="", heading=1)
        if book
        else CsvFile(path, encoding="auto", separator="auto", heading=1, expected=wanted)
    )
    missing = [c.title for c in COLUMNS[kind] if c.required and c.title not in source.columns]
    if missing:
        raise SourceRefused(
            "file.columns", f"La première ligne doit nommer les colonnes. Il manque : {', '.join(missing)}."
        )
    unknown = [name for name in source.columns if name and name not in wanted]
    if unknown:
        raise SourceRefused(
            "file.columns", f"Colonnes inconnues : {', '.join(unknown[:8])}. Renommez-les comme le modèle, ou ôtez-les."
        )
    return source


def _read(actor: Actor, kind: str, path: Path) -> tuple[int, list[dict[str, Any]], list[Trouble]]:
    """How many rows, the good ones, and what is wrong with the others, in the order of the file."""
    found: list[tuple[Row, dict[str, Any]]] = []
    troubles: list[Trouble] = []
    total, read = 0, _Reader()
    for row in _open(kind, path).rows():
        total += 1
        if total > MOST[kind]:
            raise SourceRefused("file.long", f"Plus de {MOST[kind]} lignes : envoyez le fichier en plusieurs fois.")
        values, wrong = _values(kind, row, read)
        troubles += wrong
        if not wrong:
            found.append((row, values))
    if not total:
        raise SourceRefused("file.empty", "Ce fichier n’a que sa ligne de titres.")
    good = _judged(actor, kind, [values for _, values in found])
    for number, errors in sorted(good.items()):
        row = found[number][0]
        troubles += [_trouble(kind, row, error["field"], error["message"]) for error in errors]
    kept = [{"line": row.line, "values": values} for n, (row, values) in enumerate(found) if n not in good]
    return total, kept, sorted(troubles, key=lambda t: (t["line"], t["cell"]))


class _Reader:
    """Reads each text of a column once: a file of thousands of rows names a few communes and holders."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Any] = {}

    def __call__(self, column: Column, text: str) -> Any:
        key = (column.field, text)
        if key not in self._known:
            try:
                self._known[key] = column.read(text)
            except Unreadable as error:
                self._known[key] = error
        found = self._known[key]
        if isinstance(found, Unreadable):
            raise found
        return found


def _values(kind: str, row: Row, read: _Reader) -> tuple[dict[str, Any], list[Trouble]]:
    """The cells of a row as values; when one cannot be read, all that is wrong with the row."""
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for column in COLUMNS[kind]:
        text = row.cells.get(column.title, "")
        if text:
            try:
                values[column.field] = read(column, text)
            except Unreadable as error:
                wrong[column.field] = str(error)
    if "" in row.cells:
        return values, [_trouble(kind, row, "", "Cette ligne n’a pas autant de cellules que de titres.")]
    if not wrong:
        return values, []
    others = checked(MODELS[kind], values)
    for error in others if isinstance(others, list) else []:
        wrong.setdefault(error["field"], error["message"])
    return values, [_trouble(kind, row, field, message) for field, message in wrong.items()]


def _judged(actor: Actor, kind: str, rows: list[dict[str, Any]]) -> dict[int, list[dict[str, str]]]:
    """Rank of each row that is refused → its errors."""
    results = filling.judge_dwellings(rows)[1] if kind == "dwellings" else filling.judge_vacancies(actor, rows)[1]
    return {result["row"]: result["errors"] for result in results}


def _trouble(kind: str, row: Row, field: str, message: str) -> Trouble:
    title = next((c.title for c in COLUMNS[kind] if c.field == field), "")
    return {
        "line": row.line, "cell": row.place(title), "column": title, "value": row.cells.get(title, "")[:60],
        "message": message,
    }  # fmt: skip


@transaction.atomic
def confirm(*, actor: Actor, file_id: int) -> StockFile:
    """Write the good rows. Confirmed twice is once; what became impossible meanwhile joins the troubles."""
    held = locked(files_of(actor), file_id)
    if held.state == "confirmed":
        return held
    if held.state != "read":
        raise Refused("stockfile.dropped", "Ce fichier est abandonné : envoyez-le de nouveau.")
    act = filling.dwellings if held.kind == "dwellings" else partial(filling.vacancies, via="file")
    counts: Counter[str] = Counter()
    for block in _blocks(held.rows):
        for result in act(actor, [one["values"] for one in block]):
            counts[result["outcome"]] += 1
            line = block[result["row"]]["line"]
            held.troubles += [
                {"line": line, "cell": "", "column": "", "value": result["reference"], "message": error["message"]}
                for error in result["errors"]
            ]
    held.state, held.counts, held.rows, held.ended_at = "confirmed", dict(counts), [], clock.now()
    held.save(update_fields=["state", "counts", "rows", "troubles", "ended_at"])
    ledger.record(verb="stockfiles.confirm", subject=held, actor=actor, data={"counts": held.counts})
    return held


def _blocks(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(rows), BLOCK):
        yield rows[start : start + BLOCK]


@transaction.atomic
def drop(*, actor: Actor, file_id: int) -> StockFile:
    """Leave a file unwritten; its rows are forgotten."""
    held = locked(files_of(actor), file_id)
    if held.state == "read":
        held.state, held.rows, held.ended_at = "dropped", [], clock.now()
        held.save(update_fields=["state", "rows", "ended_at"])
        ledger.record(verb="stockfiles.drop", subject=held, actor=actor)
    return held


ledger.declare(
    {
        "stockfiles.receive": {"agent": "Fichier du parc reçu"},
        "stockfiles.confirm": {"agent": "Fichier du parc inscrit"},
        "stockfiles.drop": {"agent": "Fichier du parc abandonné"},
    }
)
