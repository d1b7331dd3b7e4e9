"""Writes on people."""

from __future__ import annotations

from palier.accounts.models import Person


def name_once(person: Person, *, first_name: str, last_name: str) -> None:
    """Give a name to an account opened with an address alone; a name already there stays."""
    if person.first_name or person.last_name:
        return
    person.first_name, person.last_name = first_name[:80].strip(), last_name[:80].strip()
    person.save(update_fields=["first_name", "last_name"])
