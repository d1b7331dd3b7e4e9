"""One row of a file, whatever the file: named texts, each with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from palier.exchanges.takeover.problems import SourceRefused

# A cell that holds more is no answer to a question of the form.
CELL = 2_000
# A line, an element or a value that goes on for longer stops the reading: an unclosed quote swallows a whole file.
TEXT = 1_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """`line`: of the file, or rank of the element. `cells`: column or path → text, blanks trimmed.

    `letters`: column → its letter, in a table; `path`: of the element, in XML. `element`: the register's own
    `demandeLogement`, when the file is a stream of them.
    """

    line: int
    cells: Mapping[str, str]
    letters: Mapping[str, str] = field(default_factory=dict)
    path: str = ""
    element: Any = None

    def place(self, column: str) -> str:
        """« C12 » or the XPath of a cell."""
        if self.path:
            return f"{self.path}/{column}" if column else self.path
        return f"{self.letters.get(column, '')}{self.line}"


class Source(Protocol):
    """`progress`: share of the file already read, from 0 to 1."""

    columns: list[str]

    def rows(self) -> Iterator[Row]: ...
    @property
    def progress(self) -> float: ...


def letter(index: int) -> str:
    """The letters of a column as spreadsheets write them: 0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def named_once(columns: list[str]) -> None:
    """Refuse a heading where a title stands twice: nobody could say which of the two is meant."""
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        raise SourceRefused("file.columns_twice", f"Deux colonnes portent le même titre : {', '.join(twice[:5])}.")
