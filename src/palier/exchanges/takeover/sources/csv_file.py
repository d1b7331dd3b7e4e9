"""CSV: the encoding and the separator stated by the mapping, or found in the file itself."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from palier.exchanges.takeover.problems import SourceRefused
from palier.exchanges.takeover.sources.rows import TEXT, Row, letter, named_once

SEPARATORS = {";": ";", ",": ",", "tab": "\t", "|": "|"}
ENCODINGS = {"utf-8": "utf-8-sig", "windows-1252": "cp1252"}
_CHUNK = 1 << 20

csv.field_size_limit(TEXT)


class CsvFile:
    """`expected`: columns that the mapping names; the separator that finds most of them in the heading is the one."""

    def __init__(self, path: Path, *, encoding: str, separator: str, heading: int, expected: Iterable[str]) -> None:
        self._path = path
        self._size = max(path.stat().st_size, 1)
        self._read = 0
        self.encoding = _encoding(path, encoding)
        self._heading = heading
        with self._open() as file:
            lines = _lines(file)
            first = ""
            for _ in range(heading):
                first = next(lines, "")
        if not first.strip():
            raise SourceRefused("file.empty", "Ce fichier est vide : il n’a pas de ligne de titres.")
        self.separator = SEPARATORS.get(separator) or _separator(first, set(expected))
        self.columns = [name.strip() for name in next(csv.reader([first], delimiter=self.separator))]
        named_once(self.columns)
        self._letters = {name: letter(index) for index, name in enumerate(self.columns)}

    def rows(self) -> Iterator[Row]:
        """Every line below the heading. A line of another width keeps what it has; the rest is told by `width`."""
        with self._open() as file:
            lines = self._counted(_lines(file))
            for _ in range(self._heading):
                next(lines)
            reader = csv.reader(lines, delimiter=self.separator, strict=True)
            start = self._heading
            try:
                for values in reader:
                    line, start = start + 1, self._heading + reader.line_num
                    if not any(value.strip() for value in values):
                        continue
                    cells = {name: text.strip() for name, text in zip(self.columns, values, strict=False)}
                    if len(values) != len(self.columns):
                        cells[""] = str(len(values))
                    yield Row(line, cells, self._letters)
            except csv.Error as error:
                raise _broken(error, start + 1) from error

    @property
    def progress(self) -> float:
        return min(self._read / self._size, 1.0)

    def _open(self) -> TextIO:
        return self._path.open(encoding=self.encoding, newline="")

    def _counted(self, lines: Iterator[str]) -> Iterator[str]:
        for line in lines:
            self._read += len(line)
            yield line


def _lines(file: TextIO) -> Iterator[str]:
    while line := file.readline(TEXT + 1):
        if len(line) > TEXT:
            raise SourceRefused(
                "cell.endless", "Une ligne de ce fichier dépasse un million de caractères : un guillemet n’est "
                "sans doute pas refermé, ou ce n’est pas un tableau.",
            )  # fmt: skip
        yield line


def _broken(error: csv.Error, line: int) -> SourceRefused:
    if "field larger" in str(error):
        return SourceRefused(
            "cell.endless", f"La cellule qui commence ligne {line} dépasse un million de caractères : un guillemet "
            "n’est sans doute pas refermé.",
        )  # fmt: skip
    if "unexpected end" in str(error):
        return SourceRefused(
            "file.truncated", f"Ce fichier s’arrête au milieu d’une cellule (ligne {line}) : il est incomplet. "
            "Exportez-le de nouveau.",
        )  # fmt: skip
    return SourceRefused("file.quotes", f"Les guillemets de la ligne {line} ne se referment pas comme il faut.")


def _encoding(path: Path, stated: str) -> str:
    """The codec of the whole file: nothing is written from a file that stops being readable in its middle."""
    with path.open("rb") as file:
        head = file.read(4)
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        wanted = ["utf-16"]
    elif stated == "auto":
        wanted = ["utf-8-sig", "cp1252"]
    else:
        wanted = [ENCODINGS[stated]]
    for name in wanted:
        with suppress(UnicodeDecodeError):
            _read_whole(path, name)
            return name
    words = f"n’est pas en {stated.upper()}, comme le modèle le dit" if stated != "auto" else "n’est pas reconnu"
    raise SourceRefused("file.encoding", f"Le codage de ce fichier {words}. Exportez-le en « CSV UTF-8 ».")


def _read_whole(path: Path, name: str) -> None:
    decoder = codecs.getincrementaldecoder(name)()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if "\0" in decoder.decode(chunk):
                raise SourceRefused("file.binary", "Ce fichier n’est pas un texte : ce n’est pas un CSV.")
        decoder.decode(b"", final=True)


def _separator(first: str, expected: set[str]) -> str:
    def found(separator: str) -> tuple[int, int]:
        with suppress(csv.Error):
            names = [name.strip() for name in next(csv.reader([first], delimiter=separator))]
            return len(expected.intersection(names)), len(names)
        return 0, 0

    return max(SEPARATORS.values(), key=found)
