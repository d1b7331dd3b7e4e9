"""One appointment as an iCalendar file (RFC 5545), that any calendar opens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

# Octets of a line, its end not counted (RFC 5545, 3.1).
_LINE = 75
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


def appointment(
    *, uid: str, at: datetime, minutes: int, title: str, place: str, text: str, stamp: datetime, cancelled: bool = False
) -> bytes:
    """The file. `at` and `stamp` are aware; `uid` names the appointment for ever, so that it is moved and not doubled."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Palier//FR", "METHOD:PUBLISH", "BEGIN:VEVENT",
        f"UID:{uid}", f"DTSTAMP:{_utc(stamp)}", f"DTSTART:{_utc(at)}", f"DTEND:{_utc(at + timedelta(minutes=minutes))}",
        f"SUMMARY:{_text(title)}", f"LOCATION:{_text(place)}", f"DESCRIPTION:{_text(text)}",
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}", "END:VEVENT", "END:VCALENDAR",
    ]  # fmt: skip
    return b"".join(_folded(line) for line in lines)


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(words: str) -> str:
    return words.translate(_ESCAPED)


def _folded(line: str) -> bytes:
    """The line cut where it is too long, never inside a character; what follows begins with a space."""
    out, held = b"", b""
    for character in line:
        octets = character.encode()
        if len(held) + len(octets) > _LINE:
            out, held = out + held + b"\r\n", b" "
        held += octets
    return out + held + b"\r\n"
