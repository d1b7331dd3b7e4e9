"""What is wrong with a file, a mapping or a row, told with a stable code, in French, at its place."""

from __future__ import annotations

from dataclasses import dataclass


class SourceRefused(ValueError):
    """The file cannot be read to its end. `code` is stable; `str()` is French, for the administrator."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing about a row. `cell`: column letter and line (« C12 ») or the XPath of the element.

    `value`: the first characters of what was written there.
    """

    code: str
    message: str
    cell: str = ""
    value: str = ""
    blocking: bool = False

    def to_json(self) -> dict[str, object]:
        """As a line of the report keeps it."""
        return {"code": self.code, "message": self.message, "cell": self.cell, "value": self.value[:60],
                "blocking": self.blocking}  # fmt: skip
