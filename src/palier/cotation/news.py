"""Telling a household that its points changed: each change with its reason in its story, one mail for all of them.

Months that pass give points to nearly everybody: they are told in the story, and in the next mail there is, but a mail
is never written for them alone. The others wait for a quiet time without any new change (a territory's setting).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from django.db import connection

from palier.accounts.actor import PALIER
from palier.common import bulk, clock, ledger
from palier.common.models import Event
from palier.cotation.models import PointsNews
from palier.demands.models import Demand
from palier.demands.telling import tell
from palier.law.grid import Grid
from palier.law.lasting import SENIORITY
from palier.territories.queries import setting

VERB = "scores.change"
NEW_GRID = "nouvelle grille"
QUIET = "points_quiet_hours"


@dataclass(frozen=True, slots=True)
class Change:
    """One demand's points in one territory, in hundredths. `reasons`: in words; `waiting`: nothing but months that passed."""

    demand: int
    territory: str
    before: int
    after: int
    reasons: str
    waiting: bool


@lru_cache(maxsize=64)
def waiting(grid: Grid) -> frozenset[str]:
    """The criteria of a grid that give points for each month of seniority."""
    return frozenset(c.key for c in grid.criteria if c.kind == "per_month" and c.fact == SENIORITY)


def record(changes: Sequence[Change]) -> None:
    """Write changes in the story of their demands, and that those worth a mail wait for theirs."""
    if not changes:
        return
    ledger.record_each(
        verb=VERB, model=Demand, actor=PALIER,
        rows=[
            (
                c.demand,
                {
                    "before": _plain(c.before), "after": _plain(c.after), "territory": c.territory, "reasons": c.reasons,
                    **({"waiting": True} if c.waiting else {}),
                },
            )
            for c in changes
        ],
    )  # fmt: skip
    worth = sorted({c.demand for c in changes if not c.waiting})
    if worth:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO cotation_pointsnews (demand_id, since, last) SELECT key, %(now)s, %(now)s"
                " FROM unnest(%(keys)s::bigint[]) key ON CONFLICT (demand_id) DO UPDATE SET last = excluded.last",
                {"keys": bulk.listed(worth), "now": clock.now()},
            )


def due(now: datetime) -> list[int]:
    """Demands whose points have been quiet long enough to tell of them."""
    hours = setting(QUIET, on=clock.today())
    ready = PointsNews.objects.filter(last__lte=now - timedelta(hours=hours))
    return list(ready.order_by("demand").values_list("demand", flat=True)[:500])


def send(keys: Sequence[int]) -> int:
    """One mail to each household, for every territory: from what to what since the last mail, and why."""
    held = list(PointsNews.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk__in=keys).order_by("pk"))
    demands = Demand.objects.filter(pk__in=[n.pk for n in held], state="active", person__isnull=False)
    words = {n.pk: _words(n) for n in held}
    told = [d for d in demands.defer("form", "unmapped").order_by("pk") if words[d.pk]]
    tell(
        told, "points", "Vos points ont changé", lambda d: {"changes": words[d.pk]},
        path="/mon-espace/demande/points/", label="Voir mes points",
    )  # fmt: skip
    PointsNews.objects.filter(pk__in=[n.pk for n in held]).delete()
    return len(told)


def _words(news: PointsNews) -> str:
    """A paragraph for each territory; a change undone meanwhile is not worth one."""
    events = Event.objects.filter(thread=news.pk, verb=VERB, at__gte=news.since).order_by("at", "pk")
    by_territory: dict[str, list[dict]] = {}
    for data in events.values_list("data", flat=True):
        by_territory.setdefault(data["territory"], []).append(data)
    lines = []
    for territory, story in by_territory.items():
        if story[0]["before"] != story[-1]["after"]:
            reasons = "\n".join(f"- {data['reasons']}" for data in story)
            lines.append(f"{territory} : de {story[0]['before']} à {story[-1]['after']} points.\n{reasons}")
    return "\n\n".join(lines)


@lru_cache(maxsize=4096)
def _plain(hundredths: int) -> str:
    return f"{(Decimal(hundredths) / 100).normalize():f}".replace(".", ",")
