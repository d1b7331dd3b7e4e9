"""From the rows of one household to its declared form, with what was wrong and the cell where it stands."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterator
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from palier.demands.form import Form
from palier.exchanges.takeover import cells
from palier.exchanges.takeover.mapping import Condition, Mapping, People, Reading
from palier.exchanges.takeover.places import Places
from palier.exchanges.takeover.problems import Trouble
from palier.exchanges.takeover.sources.rows import CELL, Row
from palier.exchanges.takeover.targets import OWN, nested
from palier.law import codes


@dataclass(slots=True)
class Candidate:
    """A household of the file. `places`: field of the form → its cell, for what is found wrong later.

    `form` is None where nothing could be made of the row. `reference`: how the older tool knows it.
    """

    line: int
    at: str
    number: str = ""
    reference: str = ""
    registered_on: date | None = None
    renewed_on: date | None = None
    department: str = ""
    form: Form | None = None
    unmapped: list[dict[str, str]] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    places: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def blocked(self) -> bool:
        return any(trouble.blocking for trouble in self.troubles)

    def tell(self, code: str, message: str, path: str = "", *, blocking: bool = False) -> None:
        """Note a trouble at the cell of a field, or at the row."""
        cell, value = self.places.get(path, (self.at, ""))
        self.troubles.append(Trouble(code, message, cell, value, blocking))

    def digest(self) -> str:
        """What the file says of this demand, whatever the order of its columns: the same text, nothing to write."""
        said = [
            self.number, str(self.registered_on), str(self.renewed_on), self.department,
            self.form.to_json() if self.form else None, self.unmapped,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def households(rows: Iterator[Row], mapping: Mapping) -> Iterator[list[Row]]:
    """Rows that follow each other with the same household key; each row by itself when the mapping names none."""
    column = mapping.file.household
    held: list[Row] = []
    for row in rows:
        if held and not (column and row.cells.get(column) and row.cells.get(column) == held[0].cells.get(column)):
            yield held
            held = []
        held.append(row)
    if held:
        yield held


class Builder:
    """One for a whole file: it keeps the places and the translations it has already worked out."""

    def __init__(self, mapping: Mapping, places: Places, on: date) -> None:
        self.mapping, self.places, self.on = mapping, places, on
        self._codes = {
            name: {cells.same(old): new for old, new in table.items()} for name, table in mapping.codes.items()
        }
        self._read = {name for one in mapping.readings for name in (*one.columns, one.postcode)}
        self._read |= {mapping.file.household}
        self._kinds = {
            "text": self._text, "date": self._date, "whole": self._whole, "money": self._money, "flag": self._flag,
            "code": self._code, "commune": self._commune,
        }  # fmt: skip

    def build(self, rows: list[Row]) -> Candidate:
        """The candidate of a household; never raises on what a file may hold."""
        file = self.mapping.file
        main = next((row for row in rows if file.main and meets(row, file.main)), rows[0])
        made = Candidate(line=rows[0].line, at=main.place(""))
        if not self._sound(made, rows):
            return made
        if file.only and not meets(main, file.only):
            made.tell("row.left_out", "Cette ligne n’est pas à reprendre selon le modèle (« only »).", blocking=True)
        values: dict[str, Any] = {}
        for reading in self.mapping.readings:
            self._take(made, main, reading, values, "")
        for name in OWN:
            value = values.pop(name, None)
            if value:
                setattr(made, name, date.fromisoformat(value) if OWN[name].kind == "date" else value)
        document = nested(values)
        used: set[str] = set()
        for group in self.mapping.people:
            self._people(made, group, rows, document, used)
        self._keep(made, rows, used)
        made.form = _form(document)
        return made

    def _sound(self, made: Candidate, rows: list[Row]) -> bool:
        """Whether the cells can be kept at all: neither endless nor holding signs that no text has."""
        for row in rows:
            if "" in row.cells:
                made.troubles.append(
                    Trouble("row.width", f"Cette ligne a {row.cells['']} cellules au lieu de {len(row.letters)} : elle "
                            "est coupée, ou un séparateur se trouve dans un texte.", row.place(""), blocking=True)
                )  # fmt: skip
            for column, text in row.cells.items():
                if len(text) > CELL:
                    made.troubles.append(
                        Trouble(
                            "cell.long", f"Cette cellule dépasse {CELL} caractères.", row.place(column), text[:60], True
                        )
                    )
                elif not text.isprintable() and any(_hidden(c) for c in text):
                    made.troubles.append(
                        Trouble("cell.signs", "Cette cellule contient des signes qui ne sont pas du texte.",
                                row.place(column), "", True)
                    )  # fmt: skip
        return not made.troubles

    def _take(
        self, made: Candidate, row: Row, reading: Reading, values: dict[str, Any], above: str, rank: int = 0
    ) -> bool:
        """Read one field into `values`; True when one of its columns was filled."""
        path = reading.target.path
        names = [self._named(name, rank) for name in reading.columns]
        filled = [(name, row.cells[name]) for name in names if row.cells.get(name)]
        if names:
            name, text = filled[0] if filled else (names[0], "")
            made.places[f"{above}{path}"] = (row.place(name), text)
        if reading.target.kind in ("codes", "communes"):
            found = [value for name, text in filled for value in self._list(made, row, reading, name, text)]
            if found or reading.default:
                values[path] = list(dict.fromkeys(found or [reading.default]))
            return bool(filled)
        if not filled:
            if reading.default:
                values[path] = self._default(reading)
            return False
        value = self._one(made, row, reading, *filled[0], rank)
        if value is not None:
            values[path] = value
        return True

    def _named(self, name: str, rank: int) -> str:
        """The column of the n-th person; in XML the first element of a name bears no number."""
        name = name.replace("{n}", str(rank)) if rank else name
        return name.replace("[1]", "") if self.mapping.file.format == "xml" else name

    def _default(self, reading: Reading) -> Any:
        return (
            self._kinds[reading.target.kind](reading, reading.default, "")
            if reading.target.kind != "code"
            else reading.default
        )

    def _one(self, made: Candidate, row: Row, reading: Reading, name: str, text: str, rank: int = 0) -> Any:
        beside = row.cells.get(self._named(reading.postcode, rank), "") if reading.postcode else ""
        try:
            return self._kinds[reading.target.kind](reading, text, beside)
        except cells.Unreadable as error:
            made.troubles.append(Trouble(error.code, str(error), row.place(name), text))
            made.unmapped.append({"path": f"{self.mapping.key}:{name}", "content": text})
            return None

    def _list(self, made: Candidate, row: Row, reading: Reading, name: str, text: str) -> Iterator[Any]:
        for part in text.split(reading.split) if reading.split else [text]:
            if part.strip():
                read = self._commune if reading.target.kind == "communes" else self._code
                beside = row.cells.get(reading.postcode, "") if reading.postcode else ""
                try:
                    value = read(reading, part.strip(), beside)
                except cells.Unreadable as error:
                    made.troubles.append(Trouble(error.code, str(error), row.place(name), part.strip()))
                    made.unmapped.append({"path": f"{self.mapping.key}:{name}", "content": part.strip()})
                    continue
                if value:
                    yield value

    def _text(self, reading: Reading, text: str, _: str) -> str:
        return self._codes[reading.codes].get(cells.same(text), text) if reading.codes else text

    def _date(self, reading: Reading, text: str, _: str) -> str:
        return cells.day(text, reading.date or self.mapping.date, self.on).isoformat()

    def _whole(self, reading: Reading, text: str, _: str) -> int:
        return cells.whole(text)

    def _money(self, reading: Reading, text: str, _: str) -> int:
        return cells.euros(text)

    def _flag(self, reading: Reading, text: str, _: str) -> bool:
        table = self._codes.get(reading.codes, {})
        return cells.flag(table.get(cells.same(text), text))

    def _code(self, reading: Reading, text: str, _: str) -> str | None:
        table = self._codes.get(reading.codes, {})
        key = cells.same(text)
        if key in table:
            return table[key] or None
        if not codes.known(reading.target.codes, text.upper()):
            raise cells.Unreadable(
                "cell.code", "Cette valeur n’est traduite ni par le modèle, ni par les codes du registre."
            )
        return text.upper()

    def _commune(self, reading: Reading, text: str, postcode: str) -> str:
        return self.places.by_name(text, postcode) if reading.commune == "name" else self.places.by_code(text)

    def _people(
        self, made: Candidate, group: People, rows: list[Row], document: dict[str, Any], used: set[str]
    ) -> None:
        found = document.setdefault(group.kind, [])
        found = found if isinstance(found, list) else [found]
        turns = (
            [(rows[0], rank) for rank in range(1, group.repeat + 1)]
            if group.repeat
            else [(row, 0) for row in rows if group.rows and meets(row, group.rows)]
        )
        for row, rank in turns:
            values: dict[str, Any] = {}
            above = "coapplicant." if group.kind == "coapplicant" else f"{group.kind}.{len(found)}."
            there = [self._take(made, row, reading, values, above, rank) for reading in group.readings]
            for reading in group.readings:
                used.update(self._named(name, rank) for name in (*reading.columns, reading.postcode))
            if any(there):
                found.append(nested(values))
        if group.kind == "coapplicant":
            document.pop(group.kind)
            if found:
                document["coapplicant"], *others = found
                document.setdefault("other_adults", []).extend(others)
        else:
            document[group.kind] = found

    def _keep(self, made: Candidate, rows: list[Row], used: set[str]) -> None:
        """What the form has no field for, as the mapping asks, with the older tool's own titles."""
        kept = self.mapping.kept
        for row in rows:
            names = [n for n in row.cells if n not in self._read and n not in used] if "*" in kept else kept
            for name in names:
                if row.cells.get(name):
                    made.unmapped.append({"path": f"{self.mapping.key}:{name}", "content": row.cells[name]})


def meets(row: Row, condition: Condition) -> bool:
    """Whether a row has one of the values."""
    text = row.cells.get(condition.column, "")
    if not condition.equals:
        return bool(text)
    return cells.same(text) in {cells.same(value) for value in condition.equals}


def _hidden(sign: str) -> bool:
    return sign not in "\r\n\t" and (unicodedata.category(sign) in ("Cc", "Cs", "Cn", "Co") or sign == "\ufffd")


def _form(document: dict[str, Table[str, Any]]) -> Form:
    for kind in ("coapplicant", "applicant"):
        if kind in document or kind == "applicant":
            document.setdefault(kind, {}).setdefault("last_name", "")  # type: ignore[attr-defined]
    for adult in document.get("other_adults", []):
        adult.setdefault("last_name", "")
    if document.get("expected", {}).get("count") == 0:
        del document["expected"]
    return Form.from_json(document)
