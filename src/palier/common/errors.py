"""What an action may answer instead of doing its work."""

from __future__ import annotations


class Refused(Exception):
    """The rules do not allow it now. `message` is French and meant for the person; `field` names the
    form field to show it next to, when there is one."""

    def __init__(self, code: str, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


class NotYours(Exception):
    """The actor may not do this at all. Answered as a plain 404, so that nothing is revealed."""
