"""A mapping: the TOML that says what each column of an older tool means in the declared form.

It is read once and wholly: every mistake is told with its place, in French, before a file is opened. The page
docs/operating/take-over.md explains each key; `mappings/logis-2000.toml` is a complete example.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from palier.exchanges.takeover.targets import PEOPLE, Target, person_target, target

VERSION = 1
FORMATS = ("csv", "xlsx", "xml", "sne")
SHIPPED = Path(__file__).parent / "mappings"
MAX_BYTES = 200_000
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{1,38}", re.ASCII)
_DATE = re.compile(r"(dd|mm|yyyy|yy)([/.\- ]?)(dd|mm)\2(dd|yyyy|yy)|serial|iso", re.ASCII)


class MappingRefused(ValueError):
    """The mapping does not hold. `problems`: each « place : sentence »."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True)
class Condition:
    """True where a column has one of these values, compared without case nor accents; any value when empty."""

    column: str
    equals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class File:
    """`household`: column whose equal values, on lines that follow each other, are one household.

    `main`: which of these lines is the applicant's. `only`: lines that are taken. `heading`: line of the titles.
    """

    format: str
    encoding: str = "auto"
    separator: str = "auto"
    sheet: str = ""
    row: str = ""
    heading: int = 1
    household: str = ""
    main: Condition | None = None
    only: Condition | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """How one field of the form is read. `columns`: the first filled one, or all of them for a list.

    `split`: separator of several values in one cell. `codes`: name of a table of translations. `date`: format.
    `commune`: `code`, `name` or empty; `postcode`: the column that goes with a name.
    """

    target: Target
    columns: tuple[str, ...] = ()
    split: str = ""
    codes: str = ""
    date: str = ""
    commune: str = ""
    postcode: str = ""
    default: str = ""


@dataclass(frozen=True, slots=True)
class People:
    """Persons other than the applicant: `repeat` groups of columns named with `{n}`, or lines where `rows` holds.

    A person exists when one of its columns is filled.
    """

    kind: str
    readings: tuple[Reading, ...]
    repeat: int = 0
    rows: Condition | None = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """`key` names the older tool: its demands are recognised by it from one take-over to the next.

    `kept`: columns without a field here that stay with the demand; `*` for all those that nothing reads.
    """

    key: str
    title: str
    file: File
    readings: tuple[Reading, ...] = ()
    people: tuple[People, ...] = ()
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    date: str = "dd/mm/yyyy"
    desk: str = ""

    @property
    def columns(self) -> frozenset[str]:
        """Every column that must be there; in XML an element may be missing, and so nothing must."""
        if self.file.format in ("xml", "sne"):
            return frozenset()
        return frozenset(self._named())

    def _named(self) -> Iterator[str]:
        file = self.file
        for condition in (file.main, file.only, *(p.rows for p in self.people)):
            if condition is not None:
                yield condition.column
        if file.household:
            yield file.household
        yield from (name for name in self.kept if name != "*")
        for one in self.readings:
            yield from _of(one)
        for group in self.people:
            for one in group.readings:
                for name in _of(one):
                    for n in range(1, group.repeat + 1) if group.repeat else (1,):
                        yield name.replace("{n}", str(n))


def _of(reading: Reading) -> Iterator[str]:
    yield from reading.columns
    if reading.postcode:
        yield reading.postcode


def shipped() -> dict[str, str]:
    """Name → text of the mappings that come with Palier."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(SHIPPED.glob("*.toml"))}


def read(text: str) -> Mapping:
    """The mapping of a TOML text. Raises `MappingRefused` with every mistake."""
    if len(text) > MAX_BYTES:
        raise MappingRefused(["modèle : il est trop long."])
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingRefused([f"modèle : ce n’est pas du TOML lisible ({error})."]) from error
    return _Reader(document).mapping()


class _Reader:
    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.problems: list[str] = []

    def wrong(self, place: str, words: str) -> None:
        self.problems.append(f"{place} : {words}")

    def mapping(self) -> Mapping:
        known = {"version", "key", "title", "date", "desk", "file", "fields", "people", "codes", "kept"}
        self.only(self.document, known, "")
        if self.document.get("version") != VERSION:
            self.wrong("version", f"indiquez version = {VERSION}, la seule connue.")
        key = self.text(self.document, "key", "")
        if not _KEY.fullmatch(key):
            self.wrong(
                "key", "un nom court de l’ancien outil, en minuscules, chiffres et tirets, par exemple logis-2000."
            )
        title = self.text(self.document, "title", "") or key
        date = self.date(self.document.get("date", "dd/mm/yyyy"), "date")
        codes = self.codes()
        file = self.file()
        readings = tuple(self.readings(self.document.get("fields", {}), "fields", codes, target))
        people = tuple(self.people(codes))
        kept = self.texts(self.document.get("kept", []), "kept")
        self.whole(file, readings, people)
        desk = self.text(self.document, "desk", "")
        if desk and not re.fullmatch("[A-Z0-9]{5}", desk):
            self.wrong("desk", "un code de guichet compte cinq lettres majuscules ou chiffres.")
        if self.problems:
            raise MappingRefused(self.problems)
        return Mapping(key, title, file, readings, people, codes, kept, date, desk)

    def whole(self, file: File, readings: tuple[Reading, ...], people: tuple[People, ...]) -> None:
        """What the parts must hold together."""
        named = {one.target.path for one in readings}
        if file.format == "sne":
            if readings or people:
                self.wrong("fields", "un flux du registre national se lit seul : n’indiquez ni fields ni people.")
            return
        if "applicant.last_name" not in named:
            self.wrong("fields", "la colonne de applicant.last_name (le nom) est nécessaire.")
        if not {"number", "registered_on"} & named:
            self.wrong("fields", "il faut la colonne de number (numéro unique) ou de registered_on (date de dépôt).")
        if any(group.rows for group in people) and not file.household:
            self.wrong("file.household", "indiquez la colonne qui réunit les lignes d’un même ménage.")
        for path in sorted(p for p in named if [one.target.path for one in readings].count(p) > 1):
            self.wrong(f"fields.{path}", "ce champ est lu deux fois.")

    def only(self, table: Any, known: set[str], place: str) -> dict[str, Any]:
        if not isinstance(table, dict):
            self.wrong(place or "modèle", "une table était attendue.")
            return {}
        for name in sorted(set(table) - known):
            where = f"{place}.{name}" if place else name
            self.wrong(where, f"clé inconnue. Clés possibles : {', '.join(sorted(known))}.")
        return table

    def text(self, table: dict[str, Any], name: str, place: str) -> str:
        value = table.get(name, "")
        if not isinstance(value, str):
            self.wrong(f"{place}.{name}" if place else name, "un texte entre guillemets était attendu.")
            return ""
        return value.strip()

    def texts(self, value: Any, place: str) -> tuple[str, ...]:
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not all(isinstance(v, str) and v.strip() for v in values):
            self.wrong(place, "une liste de titres de colonnes entre guillemets était attendue.")
            return ()
        return tuple(v.strip() for v in values)

    def date(self, value: Any, place: str) -> str:
        if not isinstance(value, str) or not _DATE.fullmatch(value):
            self.wrong(place, "format de date inconnu : dd/mm/yyyy, dd-mm-yyyy, yyyymmdd, iso ou serial (Excel).")
            return "dd/mm/yyyy"
        return value

    def condition(self, value: Any, place: str) -> Condition | None:
        if value is None:
            return None
        table = self.only(value, {"column", "equals"}, place)
        column = self.text(table, "column", place)
        if not column:
            self.wrong(f"{place}.column", "indiquez la colonne.")
        equals = self.texts(table["equals"], f"{place}.equals") if "equals" in table else ()
        return Condition(column, equals)

    def file(self) -> File:
        table = self.only(self.document.get("file"), {f.name for f in fields(File)}, "file")
        given = {k: table[k] for k in ("sheet", "row", "household") if k in table}
        for name in given:
            given[name] = self.text(table, name, "file")
        format = self.text(table, "format", "file")
        if format not in FORMATS:
            self.wrong("file.format", f"indiquez l’un de : {', '.join(FORMATS)}.")
        encoding, separator = table.get("encoding", "auto"), table.get("separator", "auto")
        if encoding not in ("auto", "utf-8", "windows-1252"):
            self.wrong("file.encoding", "indiquez auto, utf-8 ou windows-1252.")
        if separator not in ("auto", ";", ",", "tab", "|"):
            self.wrong("file.separator", "indiquez auto, « ; », « , », « | » ou tab.")
        heading = table.get("heading", 1)
        if not isinstance(heading, int) or not 1 <= heading <= 50:
            self.wrong("file.heading", "la ligne des titres est un nombre de 1 à 50.")
            heading = 1
        if format == "xml" and not given.get("row", "").startswith("/"):
            self.wrong("file.row", "indiquez le chemin de l’élément d’une demande, par exemple /export/demande.")
        return File(
            format=format, encoding=str(encoding), separator=str(separator), heading=heading, **given,
            main=self.condition(table.get("main"), "file.main"), only=self.condition(table.get("only"), "file.only"),
        )  # fmt: skip

    def codes(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        tables = self.document.get("codes", {})
        for name, table in (tables if isinstance(tables, dict) else {}).items():
            if not isinstance(table, dict) or not all(isinstance(v, str) for v in table.values()):
                self.wrong(f"codes.{name}", 'une table « "valeur de l’ancien outil" = "code" » était attendue.')
                continue
            found[name] = dict(table)
        return found

    def readings(self, table: Any, place: str, codes: dict[str, dict[str, str]], find: Any) -> Iterator[Reading]:
        if not isinstance(table, dict):
            self.wrong(place, "une table était attendue.")
            return
        for path, given in _flat(table):
            where = f"{place}.{path}"
            wanted = find(path)
            if wanted is None:
                self.wrong(where, "ce champ n’existe pas dans le formulaire.")
                continue
            yield self.reading(wanted, given, where, codes)

    def reading(self, wanted: Target, given: Any, where: str, codes: dict[str, dict[str, str]]) -> Reading:
        if isinstance(given, str):
            given = {"column": given}
        known = {"column", "columns", "split", "codes", "date", "commune", "postcode", "default"}
        table = self.only(given, known, where)
        columns = self.texts(table.get("columns", table.get("column", [])), where)
        default, named = self.text(table, "default", where), self.text(table, "codes", where)
        if not columns and not default:
            self.wrong(where, "indiquez column, columns ou default.")
        if named and named not in codes:
            self.wrong(f"{where}.codes", f"il n’y a pas de table [codes.{named}].")
        self.translations(wanted, codes.get(named, {}), default, f"codes.{named}", where)
        commune = self.text(table, "commune", where) or "code"
        if commune not in ("code", "name"):
            self.wrong(f"{where}.commune", "indiquez code (INSEE) ou name.")
        split = table.get("split", "")
        if split and not (isinstance(split, str) and wanted.kind in ("codes", "communes")):
            self.wrong(f"{where}.split", "seule une liste (types, motifs, communes, besoins) se découpe.")
        return Reading(
            wanted, columns, str(split), named, self.date(table["date"], f"{where}.date") if "date" in table else "",
            commune, self.text(table, "postcode", where), default,
        )  # fmt: skip

    def translations(self, wanted: Target, table: dict[str, str], default: str, name: str, where: str) -> None:
        """A translation leads to a code of the register, or to nothing (an empty text: left out knowingly)."""
        from palier.law import codes as lists

        if not wanted.codes:
            return
        for value in sorted({v for v in table.values() if v and not lists.known(wanted.codes, v)}):
            known = ", ".join(code for code, _ in lists.LISTS[wanted.codes])
            self.wrong(name, f"« {value} » n’est pas un code de {wanted.path} : {known}.")
        if default and not lists.known(wanted.codes, default):
            self.wrong(f"{where}.default", f"« {default} » n’est pas un code de {wanted.path}.")

    def people(self, codes: dict[str, dict[str, str]]) -> Iterator[People]:
        groups = self.document.get("people", [])
        for rank, given in enumerate(groups if isinstance(groups, list) else [groups], start=1):
            where = f"people[{rank}]"
            table = self.only(given, {"as", "repeat", "rows", "fields"}, where)
            kind = self.text(table, "as", where)
            if kind not in PEOPLE:
                self.wrong(f"{where}.as", f"indiquez l’un de : {', '.join(PEOPLE)}.")
                continue
            repeat = table.get("repeat", 0)
            if not isinstance(repeat, int) or not 0 <= repeat <= 20:
                self.wrong(f"{where}.repeat", "un nombre de 1 à 20 était attendu.")
                repeat = 0
            rows = self.condition(table.get("rows"), f"{where}.rows")
            if bool(repeat) == bool(rows):
                self.wrong(
                    where, "indiquez repeat (colonnes répétées) ou rows (une ligne par personne), l’un des deux."
                )
            find = person_target(kind)
            readings = tuple(self.readings(table.get("fields", {}), f"{where}.fields", codes, find))
            if not readings:
                self.wrong(f"{where}.fields", "indiquez au moins un champ.")
            yield People(kind, readings, repeat, rows)


def _flat(table: dict[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """`home.rent` whether it was written quoted, dotted or as a table; a reading is a text or holds its own keys."""
    own = {"column", "columns", "default"}
    for name, value in table.items():
        path = f"{above}{name}"
        if isinstance(value, dict) and not own & set(value):
            yield from _flat(value, f"{path}.")
        else:
            yield path, value
