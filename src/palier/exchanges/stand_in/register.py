"""What the stand-in knows, kept on disk: demands, removals, recognitions, the faults it was told to make."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from palier.exchanges.sne.document import parse
from palier.exchanges.sne.model import NationalAnomaly, SneDemand, Unmapped
from palier.exchanges.sne.safety import DocumentRefused
from palier.exchanges.sne.unpublished import PLACES, element
from palier.exchanges.sne.writing import write
from palier.exchanges.stand_in import controls
from palier.law import numbers

SCHEMA = """
CREATE TABLE IF NOT EXISTS demand (
    number TEXT PRIMARY KEY, identity TEXT NOT NULL, territory TEXT NOT NULL, document BLOB NOT NULL,
    received_at TEXT NOT NULL, removed_at TEXT NOT NULL DEFAULT '', ground TEXT NOT NULL DEFAULT '',
    dalo_at TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS demand_identity ON demand (identity, territory);
CREATE TABLE IF NOT EXISTS counter (territory TEXT, month TEXT, last INTEGER NOT NULL, PRIMARY KEY (territory, month));
CREATE TABLE IF NOT EXISTS told (id INTEGER PRIMARY KEY, fault TEXT NOT NULL, detail TEXT NOT NULL, times INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS call (id INTEGER PRIMARY KEY, at TEXT NOT NULL, service TEXT NOT NULL, file TEXT NOT NULL,
    kind TEXT NOT NULL, outcome TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Told:
    """A fault to make. `detail`: seconds, or the code of a refusal."""

    fault: str
    detail: str


class Register:
    """A folder's register. Each call is one transaction: what was answered is there after a `kill -9`."""

    def __init__(self, folder: Path, *, adopt: bool = False) -> None:
        """`adopt`: a number that it does not know is taken as one of its own, as if it had held that demand before."""
        self._adopt = adopt
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "register.sqlite3"
        link = sqlite3.connect(self._path, timeout=10)
        link.execute("PRAGMA journal_mode = WAL")
        link.executescript(SCHEMA)
        link.close()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        link = sqlite3.connect(self._path, timeout=10, isolation_level=None)
        try:
            link.execute("BEGIN IMMEDIATE")
            yield link
            link.execute("COMMIT")
        finally:
            link.close()

    # What an operator tells it.

    def tell(self, fault: str, *, detail: str = "", times: int = 1) -> None:
        """Make a fault at the next calls; `times` below zero: until told otherwise, zero: no more."""
        with self._open() as link:
            link.execute("DELETE FROM told WHERE fault = ?", [fault])
            if times:
                link.execute("INSERT INTO told (fault, detail, times) VALUES (?, ?, ?)", [fault, detail, times])

    def recognise(self, number: str) -> bool:
        """A mediation commission has recognised this household."""
        return self._mark("dalo_at = ?", [_now()], number)

    def remove(self, number: str, ground: str) -> bool:
        """Somebody else has removed this demand."""
        return self._mark("removed_at = ?, ground = ?", [_now(), ground], number)

    def _mark(self, assignment: str, values: list[str], number: str) -> bool:
        with self._open() as link:
            return link.execute(f"UPDATE demand SET {assignment} WHERE number = ?", [*values, number]).rowcount == 1

    # What a client asks.

    def faults(self) -> list[Told]:
        """Those to make at this call; each is counted down."""
        with self._open() as link:
            found = [Told(*row) for row in link.execute("SELECT fault, detail FROM told ORDER BY id")]
            link.execute("UPDATE told SET times = times - 1 WHERE times > 0")
            link.execute("DELETE FROM told WHERE times = 0")
        return found

    def note(self, service: str, file: str, kind: str, outcome: str) -> None:
        """Remember that a call came: its file and its outcome, nobody's name."""
        with self._open() as link:
            link.execute("INSERT INTO call (at, service, file, kind, outcome) VALUES (?, ?, ?, ?, ?)",
                         [_now(), service, file, kind, outcome])  # fmt: skip

    def calls(self) -> list[tuple[str, str, str, str]]:
        """Service, file, kind and outcome of every call, in order."""
        with self._open() as link:
            return link.execute("SELECT service, file, kind, outcome FROM call ORDER BY id").fetchall()

    def held(self) -> list[tuple[str, str]]:
        """Number and ground of removal (empty while active) of every demand."""
        with self._open() as link:
            return link.execute("SELECT number, ground FROM demand ORDER BY number").fetchall()

    def submit(self, content: bytes) -> SneDemand:
        """Take a demand's file: the demand as answered, or the anomalies for which it is refused, nothing then written."""
        try:
            demand = parse(content).demand
        except DocumentRefused as refusal:
            return _refused(SneDemand(), [NationalAnomaly("anomalie", controls.UNREADABLE, str(refusal))])
        with self._open() as link:
            found = controls.check(demand, self._state(link, demand.number))
            if found:
                return _refused(demand, found)
            if not demand.number:
                demand = replace(demand, number=self._issue(link, demand))
            self._store(link, demand)
        return _answer(demand)

    def _state(self, link: sqlite3.Connection, number: str) -> str:
        row = link.execute("SELECT removed_at FROM demand WHERE number = ?", [number]).fetchone()
        if row is None:
            return "active" if self._adopt else ""
        return "removed" if row[0] else "active"

    def _issue(self, link: sqlite3.Connection, demand: SneDemand) -> str:
        created = demand.created_on or date.today()
        territory = _territory(demand)
        row = link.execute(
            "INSERT INTO counter VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last",
            [territory, f"{created:%m%y}"],
        ).fetchone()
        return str(numbers.compose(territory, created, row[0], demand.desk))

    def _store(self, link: sqlite3.Connection, demand: SneDemand) -> None:
        kept = write(replace(demand, file_type="", made_at=None, answers=()))
        ground, now = controls.ground_of(demand), _now()
        link.execute(
            "INSERT INTO demand (number, identity, territory, document, received_at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (number) DO UPDATE SET identity = excluded.identity, document = excluded.document",
            [demand.number, _identity(demand), _territory(demand), kept, now],
        )
        if demand.file_type == "RAD" and ground:
            link.execute("UPDATE demand SET removed_at = ?, ground = ? WHERE number = ? AND removed_at = ''",
                         [now, ground, demand.number])  # fmt: skip
        elif demand.file_type in ("RAD", "REN"):
            link.execute("UPDATE demand SET removed_at = '', ground = '' WHERE number = ?", [demand.number])

    def demand(self, number: str) -> SneDemand:
        """A demand as it stands."""
        with self._open() as link:
            row = link.execute("SELECT document, ground FROM demand WHERE number = ?", [number]).fetchone()
        if row is None:
            return _refused(SneDemand(number=number), [controls.anomaly("unknown")])
        held = parse(row[0]).demand
        strange = [_place("radiation", row[1])] if row[1] else []
        return _answer(replace(held, unmapped=(*held.unmapped, *strange)))

    def duplicates(self, content: bytes) -> list[str]:
        """Numbers of the active demands of the same person in the same territory."""
        try:
            demand = parse(content).demand
        except DocumentRefused:
            return []
        with self._open() as link:
            rows = link.execute(
                "SELECT number FROM demand WHERE identity = ? AND territory = ? AND removed_at = '' ORDER BY number",
                [_identity(demand), _territory(demand)],
            )
            return [number for (number,) in rows]

    def removed_since(self, since: datetime) -> list[tuple[str, str, str]]:
        """Number, ground and instant."""
        return self._since("removed_at", "ground", since)

    def dalo_since(self, since: datetime) -> list[tuple[str, str, str]]:
        return self._since("dalo_at", "'ACTIF'", since)

    def _since(self, column: str, code: str, since: datetime) -> list[tuple[str, str, str]]:
        with self._open() as link:
            return link.execute(
                f"SELECT number, {code}, {column} FROM demand WHERE {column} >= ? ORDER BY {column}, number",
                [since.astimezone(UTC).isoformat(timespec="milliseconds")],
            ).fetchall()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _answer(demand: SneDemand) -> SneDemand:
    return replace(demand, file_type="RET", made_at=datetime.now().astimezone())


def _refused(demand: SneDemand, found: list[NationalAnomaly]) -> SneDemand:
    return SneDemand(
        version=demand.version, file_type="RET", made_at=datetime.now().astimezone(), number=demand.number,
        answers=tuple(found),
    )  # fmt: skip


def _place(name: str, code: str) -> Unmapped:
    return Unmapped(PLACES[name], element(PLACES[name], code=code))


def _territory(demand: SneDemand) -> str:
    place = demand.wish.places[0].commune if demand.wish and demand.wish.places else None
    code = place.code if place else ""
    return numbers.territory_of(code[:3] if code.startswith("97") else code[:2])


def _identity(demand: SneDemand) -> str:
    person = demand.applicant
    if person is None:
        return ""
    name = f"{person.last_name or person.birth_name} {person.first_names} {person.birth_date or ''}"
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join(plain.upper().split())
