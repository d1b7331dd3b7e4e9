"""The sample files, all synthetic."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent / "samples"


def sample(name: str) -> bytes:
    return (FOLDER / f"{name}.xml").read_bytes()


def document(inside: str = "", *, head: str = "", version: str = "02.01") -> bytes:
    """A document around the children of `demandeLogement`."""
    return (
        f'<interfaceNuu xmlns="http://nuu.application.i2/" versionInterface="{version}">{head}'
        f"<demande><demandeLogement>{inside}</demandeLogement></demande></interfaceNuu>"
    ).encode()
