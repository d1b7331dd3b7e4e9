"""Reads on what is exchanged with the register."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, Max, Min, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import TruncDate

from palier.accounts.actor import Actor
from palier.common import clock
from palier.demands.queries import visible_to as visible_demands
from palier.exchanges.models import Anomaly, Cursor, News, Operation

TO_MEND, UNDER_WAY = ("refused", "given_up"), ("waiting", "sent")
DAYS = 30


def visible_to(actor: Actor) -> QuerySet[Operation]:
    """The first wall: operations of the demands that the actor may see."""
    return Operation.objects.filter(demand__in=visible_demands(actor).values("pk"))


def shown(actor: Actor) -> QuerySet[Operation]:
    """With their demand, `blocked` (an earlier file of the demand is not accepted), and their anomalies at hand."""
    told = visible_to(actor).select_related("demand").annotate(blocked=Exists(_earlier()))
    return told.prefetch_related(Prefetch("anomalies", Anomaly.objects.order_by("pk")))


def _earlier() -> QuerySet[Operation]:
    return Operation.objects.filter(demand=OuterRef("demand"), pk__lt=OuterRef("pk")).exclude(state="accepted")


def listed(actor: Actor, states: Sequence[str], *, newest_first: bool = False) -> QuerySet[Operation]:
    """Operations in some states with their demand, the oldest first."""
    order = ("-answered_at", "-pk") if newest_first else ("queued_at", "pk")
    return shown(actor).filter(state__in=states).order_by(*order)


def counts(actor: Actor) -> dict[str, int]:
    """How many operations by state."""
    found = visible_to(actor).order_by().values_list("state").annotate(n=Count("pk"))
    return {"waiting": 0, "sent": 0, "accepted": 0, "refused": 0, "given_up": 0, **dict(found)}


def to_mend(actor: Actor) -> int:
    """How many wait for an agent."""
    return visible_to(actor).filter(state__in=TO_MEND).count()


def unclear(actor: Actor) -> QuerySet[News]:
    """What the register told and that an agent has to look at."""
    return News.objects.filter(state="unclear", demand__in=visible_demands(actor).values("pk")).select_related("demand")


def anomalies(operation: Operation) -> list[Anomaly]:
    """Those of its last refusal."""
    return sorted((a for a in operation.anomalies.all() if a.round == operation.refusals), key=lambda a: a.pk)


def behind(operation: Operation) -> int:
    """How many files of the same demand wait for this one."""
    return Operation.objects.filter(demand=operation.demand_id, pk__gt=operation.pk).exclude(state="accepted").count()


def next_due(now: datetime) -> QuerySet[Operation]:
    """What may be sent: due, and with every earlier file of its demand accepted."""
    return Operation.objects.filter(state="waiting", due_at__lte=now).exclude(Exists(_earlier())).order_by("pk")


def cursors() -> dict[str, Cursor]:
    """How far each service of the register has been read."""
    return {cursor.service: cursor for cursor in Cursor.objects.order_by("service")}


@dataclass(frozen=True, slots=True)
class Quality:
    """The quality report. `first_try`: share of the files answered that were accepted at the first answer; None when
    nothing was answered. `codes`: (code, example of words, count). `days`: (day, queued, accepted, refused)."""

    answered: int
    first_try: float | None
    oldest: datetime | None
    last_answer: datetime | None
    codes: list[tuple[str, str, int]]
    days: list[tuple[date, int, int, int]]


def quality(actor: Actor) -> Quality:
    """Over the last thirty days, for the demands that the actor may see."""
    since = clock.now() - timedelta(days=DAYS)
    mine = visible_to(actor)
    recent = mine.filter(Q(answered_at__gte=since) | Q(queued_at__gte=since))
    answered = recent.filter(Q(state="accepted") | Q(refusals__gt=0))
    total = answered.count()
    good = answered.filter(state="accepted", refusals=0).count()
    codes = (
        Anomaly.objects.filter(at__gte=since, operation__in=mine.values("pk"))
        .order_by()
        .values_list("code")
        .annotate(words=Min("message"), n=Count("pk"))
        .order_by("-n", "code")
    )
    times = mine.aggregate(oldest=Min("queued_at", filter=~Q(state="accepted")), last=Max("answered_at"))
    share = good / total if total else None
    return Quality(total, share, times["oldest"], times["last"], list(codes), _days(mine, since))


def _days(mine: QuerySet[Operation], since: datetime) -> list[tuple[date, int, int, int]]:
    def by_day(rows: QuerySet, field: str) -> dict[date, int]:
        return dict(rows.order_by().values_list(TruncDate(field)).annotate(n=Count("pk", distinct=True)))

    queued = by_day(mine.filter(queued_at__gte=since), "queued_at")
    accepted = by_day(mine.filter(state="accepted", answered_at__gte=since), "answered_at")
    refusals = Anomaly.objects.filter(at__gte=since, operation__in=mine.values("pk"))
    refused = dict(refusals.order_by().values_list(TruncDate("at")).annotate(n=Count("operation", distinct=True)))
    days = sorted({*queued, *accepted, *refused}, reverse=True)
    return [(day, queued.get(day, 0), accepted.get(day, 0), refused.get(day, 0)) for day in days]
