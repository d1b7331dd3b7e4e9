"""What three years of signed sessions left: figures and profiles without identity, enough to draw charts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from palier.accounts.models import Organisation
from palier.commissions.models import Commission
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.demo.chance import BLOCK
from palier.observatory.models import PastProfile, PastSession
from palier.territories.models import Commune

_WEEKS, _EXAMINED, _FEWEST, _MOST = 156, 3, 2, 5
_SEATS, _PRESENT, _OUT, _HOUSED = 4, 0.82, 0.03, 0.85
_COMPOSITIONS = ("alone",) * 9 + ("lone_parent",) * 6 + ("family",) * 4 + ("couple",) * 3 + ("other",)
_AGES = ("u25",) * 3 + ("25",) * 6 + ("35",) * 7 + ("50",) * 4 + ("65",) * 2
_CEILINGS = ("PLAI",) * 13 + ("PLUS",) * 7 + ("PLS",) + ("",)
_SENIORITIES = ("u12",) * 7 + ("12",) * 6 + ("24",) * 5 + ("48",) * 3
_FINANCINGS = ("PLUS",) * 7 + ("PLAI",) * 3 + ("PLS",)
_DECISIONS = (
    ("ranked",) * 29 + ("allocation",) * 6 + ("conditional",) * 4 + ("non_allocation",) * 9 + ("rejection",) * 2
)


def store(landlord: Organisation) -> dict[str, int]:
    """Insert them once, for a landlord's commission."""
    with acting(SYSTEM):
        commission = Commission.objects.get(landlord=landlord)
        if PastSession.objects.filter(session=None).exists():
            return {}
        places = list(Commune.objects.filter(department="14", successor=None).order_by("-population", "pk")[:9])
        profiles, sessions = [], 0
        for past, rows in _played(commission, places, clock.today()):
            past.save()
            profiles += rows
            sessions += 1
        PastProfile.objects.bulk_create(profiles, batch_size=BLOCK)
    return {"séances passées": sessions, "profils": len(profiles)}


def _played(
    commission: Commission, places: list[Commune], today: date
) -> Iterator[tuple[PastSession, list[PastProfile]]]:
    """A session each week before the last two, with its households and what became of them."""
    chance = Random("past-sittings")
    for week in range(_WEEKS, 1, -1):
        on = today - timedelta(days=7 * week)
        dwellings = chance.randint(_FEWEST, _MOST)
        rows: list[PastProfile] = []
        decisions: Counter[str] = Counter()
        for _ in range(dwellings):
            rows += _dwelling(chance, commission, places, on, today, decisions)
        out = sum(chance.random() < _OUT for _ in range(dwellings * _SEATS))
        called = dwellings * _SEATS - out
        yield PastSession(
            commission=commission, on=on, dwellings=dwellings, candidates=dwellings * _EXAMINED, called=called,
            voted=sum(chance.random() < _PRESENT for _ in range(called)), recused=out, decisions=dict(decisions),
            opinions=chance.randint(0, 2),
        ), rows  # fmt: skip


def _dwelling(
    chance: Random, commission: Commission, places: list[Commune], on: date, today: date, decisions: Counter[str]
) -> Iterator[PastProfile]:
    """Three households examined for a dwelling; the first one ranked is mostly housed some weeks later."""
    place = places[min(int(chance.expovariate(0.4)), len(places) - 1)]
    home = {
        "commission": commission, "commune": place, "financing": chance.choice(_FINANCINGS), "qpv": chance.random() < 0.2,
    }  # fmt: skip
    housed = False
    for _ in range(_EXAMINED):
        kind = chance.choice(_DECISIONS)
        decisions[kind] += 1
        who = _household(chance)
        yield PastProfile(step="examined", on=on, **home, **who)
        if kind in ("non_allocation", "rejection"):
            continue
        yield PastProfile(step="ranked", on=on, **home, **who)
        answer, lease = chance.randint(1, 10), 4 + int(chance.expovariate(1 / 12))
        signed = on + timedelta(days=answer + lease)
        if not housed and chance.random() < _HOUSED and signed < today:
            housed = True
            yield PastProfile(step="housed", on=signed, answer_days=answer, lease_days=lease, **home, **who)


def _household(chance: Random) -> dict[str, Any]:
    return {
        "composition": chance.choice(_COMPOSITIONS), "age": chance.choice(_AGES), "ceiling": chance.choice(_CEILINGS),
        "seniority": chance.choice(_SENIORITIES), "quartile": "first" if chance.random() < 0.27 else "others",
        "priority": chance.random() < 0.31,
    }  # fmt: skip
