"""An appointment that any calendar opens (RFC 5545)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from palier.common.icalendar import appointment

AT = datetime(2026, 12, 1, 10, 0, tzinfo=ZoneInfo("Europe/Paris"))


def made(**fields) -> bytes:
    return appointment(
        **{
            "uid": "visite-1@palier",
            "at": AT,
            "minutes": 30,
            "title": "Visite",
            "place": "Caen",
            "text": "À bientôt",
            "stamp": AT,
            **fields,
        }
    )


def unfolded(content: bytes) -> list[str]:
    return content.replace(b"\r\n ", b"").decode().split("\r\n")


def test_times_are_universal_and_the_end_follows():
    lines = unfolded(made())
    assert lines[6:9] == ["DTSTAMP:20261201T090000Z", "DTSTART:20261201T090000Z", "DTEND:20261201T093000Z"]


def test_what_has_a_meaning_in_the_format_is_escaped():
    assert "LOCATION:1\\, rue A\\; bât. B\\\\C\\nhall" in unfolded(made(place="1, rue A; bât. B\\C\nhall"))


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300))
def test_no_line_is_too_long_and_nothing_is_lost(words):
    content = made(text=words)
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    told = next(line for line in unfolded(content) if line.startswith("DESCRIPTION:"))
    back = told.removeprefix("DESCRIPTION:")
    for escaped, plain in (("\\;", ";"), ("\\,", ","), ("\\\\", "\\")):
        back = back.replace(escaped, plain) if escaped != "\\\\" else back
    assert len(content.decode().encode()) == len(content) and back.replace("\\\\", "\\") == words


def test_a_cancelled_one_says_so():
    assert "STATUS:CANCELLED" in unfolded(made(cancelled=True))
