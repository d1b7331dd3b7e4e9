"""XLSX through openpyxl's read-only mode: values as they were saved, formulas never worked out."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from palier.exchanges.takeover.problems import SourceRefused
from palier.exchanges.takeover.sources.rows import TEXT, Row, letter, named_once

# Unpacked: the sheet is streamed, the words that cells share stay in memory while the file is open.
MAX_SHEET, MAX_SHARED, MAX_MEMBERS = 4 << 30, 96 << 20, 2_000
MAX_RATIO, RATIO_FROM = 400, 64 << 20
MAX_COLUMNS = 1_000
_BROKEN = (zipfile.BadZipFile, KeyError, ValueError, ParseError, EOFError, OSError, TypeError, IndexError)
_DOCTYPE = re.compile(rb"<!(DOCTYPE|ENTITY)", re.I)


class XlsxFile:
    """One sheet: the one named, else the first."""

    def __init__(self, path: Path, *, sheet: str, heading: int) -> None:
        self._path, self._sheet, self._heading = path, sheet, heading
        _guard(path)
        self._done, self._total = 0, 1
        first = next(self._values(), None)
        names = [_text(value) for value in first[1]] if first else []
        while names and not names[-1]:
            names.pop()
        if not names:
            raise SourceRefused("file.empty", "Cette feuille est vide : elle n’a pas de ligne de titres.")
        if len(names) > MAX_COLUMNS:
            raise SourceRefused("file.wide", f"Cette feuille a plus de {MAX_COLUMNS} colonnes.")
        self.columns = names
        named_once(names)
        self._letters = {name: letter(index) for index, name in enumerate(names)}

    def rows(self) -> Iterator[Row]:
        """Every line below the heading that holds something."""
        values = self._values()
        next(values)
        for line, cells in values:
            self._done = line
            texts = {name: _text(value) for name, value in zip(self.columns, cells, strict=False)}
            if any(texts.values()):
                yield Row(line, texts, self._letters)

    @property
    def progress(self) -> float:
        return min(self._done / self._total, 1.0)

    def _values(self) -> Iterator[tuple[int, tuple[Any, ...]]]:
        import openpyxl

        book, file = None, self._path.open("rb")
        try:
            with warnings.catch_warnings():
                # Styles, validations and extensions that openpyxl leaves aside do not concern values.
                warnings.simplefilter("ignore")
                book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
                names = book.sheetnames
                if self._sheet and self._sheet not in names:
                    raise SourceRefused(
                        "file.sheet", f"Ce classeur n’a pas de feuille « {self._sheet} » : {', '.join(names[:8])}."
                    )
                held = book[self._sheet or names[0]]
                # What the sheet says of its own size is often wrong.
                self._total = max(held.max_row or 1, 1)
                held.reset_dimensions()
                for line, cells in enumerate(held.iter_rows(values_only=True), start=1):
                    if line >= self._heading:
                        yield line, cells
        except SourceRefused:
            raise
        except _BROKEN as error:
            raise SourceRefused(
                "file.truncated", "Ce classeur est abîmé ou incomplet : ouvrez-le et enregistrez-le de nouveau."
            ) from error
        finally:
            if book is not None:
                book.close()
            file.close()


def _guard(path: Path) -> None:
    """Bound what unpacking would give, before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS:
                raise SourceRefused("file.bomb", "Ce classeur contient trop de fichiers : il est refusé par sécurité.")
            for member in members:
                shared = member.filename.lower().endswith("sharedstrings.xml")
                packed = max(member.compress_size, 1)
                bomb = member.file_size > RATIO_FROM and member.file_size / packed > MAX_RATIO
                if bomb or member.file_size > MAX_SHEET:
                    raise SourceRefused(
                        "file.bomb", "Ce classeur se déplierait en un fichier démesuré : il est refusé par sécurité."
                    )
                if shared and member.file_size > MAX_SHARED:
                    raise SourceRefused(
                        "file.large", "Ce classeur contient trop de textes différents : enregistrez la feuille en CSV."
                    )
                if member.filename.lower().endswith((".xml", ".rels")):
                    with archive.open(member) as stream:
                        if _DOCTYPE.search(stream.read(8192)):
                            raise SourceRefused(
                                "file.doctype", "Ce classeur déclare des entités XML : il est refusé par sécurité."
                            )
    except zipfile.BadZipFile as error:
        raise SourceRefused(
            "file.truncated", "Ce fichier n’est pas un classeur XLSX, ou il est incomplet : enregistrez-le de nouveau."
        ) from error
    except (NotImplementedError, RuntimeError) as error:
        raise SourceRefused("file.protected", "Ce classeur est protégé : enregistrez-le sans mot de passe.") from error


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    text = str(value).strip()
    if len(text) > TEXT:
        raise SourceRefused("cell.endless", "Une cellule de ce classeur dépasse un million de caractères.")
    return text
