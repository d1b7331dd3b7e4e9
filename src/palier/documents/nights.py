"""What the night does of recognised situations: it tells of an end that comes, and notes the one that came.

Two steps of `demands.nights`: a block to a transaction, killed and started again without telling anything twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import QuerySet

from palier.accounts.actor import PALIER
from palier.common import ledger
from palier.common.locks import locked_all
from palier.demands.nights import BLOCK, Step
from palier.demands.telling import in_words, tell
from palier.documents.actions.telling import tell_later_apps
from palier.documents.kinds import RESERVED
from palier.documents.models import Recognition
from palier.documents.states import RECOGNITION
from palier.territories.queries import setting

NOTICE = "recognition_notice_days"
LONGEST = timedelta(days=366)


def _unreminded(day: date) -> QuerySet[Recognition]:
    """Those in force whose household has not been told; how near the end must be is each territory's."""
    return Recognition.objects.filter(
        state="recognised", reminded_on=None, demand__state="active", valid_to__gte=day, valid_to__lte=day + LONGEST
    )


def _to_remind(after: int, day: date) -> Sequence[int]:
    return _unreminded(day).filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BLOCK]


def _remind(keys: Sequence[int], day: date) -> int:
    locked_all(Recognition.objects.filter(pk__in=keys).only("pk"))
    held = list(_unreminded(day).filter(pk__in=keys).select_related("demand").order_by("pk"))
    days = {d: setting(NOTICE, on=day, territory=d) for d in {r.demand.department_id for r in held}}
    due = [r for r in held if r.valid_to - timedelta(days=days[r.demand.department_id]) <= day]
    Recognition.objects.filter(pk__in=[r.pk for r in due]).update(reminded_on=day)
    ledger.record_all(
        verb="recognitions.remind", actor=PALIER, rows=[(r, r.demand_id, _told(r)) for r in due],
    )  # fmt: skip
    _write(due, "ending", "Un élément de votre dossier arrive à échéance")
    return len(due)


def _to_lapse(after: int, day: date) -> Sequence[int]:
    ended = Recognition.objects.filter(state="recognised", valid_to__lt=day, pk__gt=after)
    return ended.order_by("pk").values_list("pk", flat=True)[:BLOCK]


def _lapse(keys: Sequence[int], day: date) -> int:
    """The points fall the day after the last one; the household alone reads why."""
    locked_all(Recognition.objects.filter(pk__in=keys).only("pk"))
    due = list(
        Recognition.objects.filter(pk__in=keys, state="recognised", valid_to__lt=day)
        .select_related("demand")
        .order_by("pk")
    )
    RECOGNITION.fire_all(due, "lapse", actor=PALIER, thread=lambda r: r.demand_id, data=_told)
    live = [r for r in due if r.demand.state == "active"]
    for demand in {r.demand_id: r.demand for r in live}.values():
        tell_later_apps(demand)
    _write(live, "ended", "Un élément de votre dossier est arrivé à échéance")
    return len(due)


def _told(held: Recognition) -> dict[str, object]:
    return {"until": in_words(held.valid_to), **RESERVED}


def _write(held: Sequence[Recognition], template: str, subject: str) -> None:
    """One mail per household and day, in words that name no situation: the mailbox may be read by somebody else."""
    first: dict[date, dict[int, Recognition]] = {}
    for one in held:
        first.setdefault(one.valid_to, {})[one.demand_id] = one
    for until, by_demand in sorted(first.items()):
        tell(
            [one.demand for one in by_demand.values()],
            template,
            subject,
            lambda demand, until=until: {"until": in_words(until)},
            path="/mon-espace/pieces/",
            label="Ouvrir mes pièces",
        )


STEPS = (
    Step("recognitions_remind", "Rappels avant la fin d’une situation reconnue", _to_remind, _remind),
    Step("recognitions_lapse", "Situations reconnues arrivées à échéance", _to_lapse, _lapse),
)
