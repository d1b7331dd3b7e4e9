"""What the file says and what the base now holds, side by side; every difference with the rows behind it."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, Min, Q
from django.db.models.functions import ExtractYear

from palier.exchanges.takeover.models import TakeOver, TakeOverLine

SHOWN = 50


def figures(takeover: TakeOver) -> dict[str, Any]:
    """`departments`, `years`: `[what, in the file, in the base]`; `oldest`: two days; `gaps`: lines, `missing`: number.

    Before the run nothing of the file is in the base but what was already there. A household told twice in the
    file counts twice in it and once in the base: that too is a difference to read.
    """
    lines = TakeOverLine.objects.filter(takeover=takeover)
    here = lines.filter(demand__isnull=False)
    apart = lines.filter(
        Q(demand=None) | ~Q(department=F("demand__department")) | ~Q(registered_on=F("demand__first_registered_on"))
    )
    return {
        "read": lines.count(),
        "departments": _beside(_counted(lines, F("department")), _counted(here, F("demand__department"))),
        "years": _beside(
            _counted(lines, ExtractYear("registered_on")), _counted(here, ExtractYear("demand__first_registered_on"))
        ),
        "oldest": [
            _day(lines.aggregate(day=Min("registered_on"))["day"]),
            _day(here.aggregate(day=Min("demand__first_registered_on"))["day"]),
        ],
        "missing": apart.count(),
        "gaps": list(apart.order_by("line").values_list("line", flat=True)[:SHOWN]),
        "codes": _codes(lines),
    }


def _counted(lines: Any, what: Any) -> dict[str, int]:
    found = lines.annotate(what=what).order_by("what").values_list("what").annotate(count=Count("pk"))
    return {"" if what is None else str(what): count for what, count in found}


def _beside(file: dict[str, int], base: dict[str, int]) -> list[list[Any]]:
    return [[what, file.get(what, 0), base.get(what, 0)] for what in sorted({*file, *base})]


def _day(found: Any) -> str:
    return found.isoformat() if found else ""


def _codes(lines: Any) -> list[list[Any]]:
    """How often each trouble was told, the most frequent first: what to mend in the older tool or in the mapping."""
    counts: dict[tuple[str, bool], int] = {}
    words: dict[str, str] = {}
    for troubles in lines.exclude(troubles=[]).order_by("pk").values_list("troubles", flat=True).iterator(2000):
        for trouble in troubles:
            key = (trouble["code"], trouble["blocking"])
            counts[key] = counts.get(key, 0) + 1
            words.setdefault(trouble["code"], trouble["message"])
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [[code, words[code], count, blocking] for (code, blocking), count in ordered]
