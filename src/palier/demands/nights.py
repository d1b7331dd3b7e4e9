"""What falls due by itself, done once a night, in this order (docs/algorithms/life-of-a-demand.md):

1. `remind`: the renewal notice, one month before the end of validity;
2. `remove`: the demands whose warning has reached its term, on the ground of that warning;
3. `erase`: the personal data of demands removed one year ago;
4. `forget`: the mails sent to households whose data are erased;
5. `compare`: who seems to hold two demands, for those not compared when they were written;
6. those of later apps (`later_steps`): documents that end (`documents.lapsing`), recognised situations that do (`documents.nights`).

Each step goes through its demands by ascending key, a block to a transaction, and writes in that transaction how far it
is (`NightStep`). Killed, the same command goes on from the last block; finished, it changes nothing any more that day.
A night that was missed is made good by the next: every step looks for what is due, not for what is due today.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from django.conf import settings
from django.db import connection
from django.db.models import CharField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat, LPad, Round, TruncMonth

from palier.accounts.actor import PALIER
from palier.common import clock, ledger
from palier.common.appending import append_all
from palier.common.errors import Refused
from palier.common.isolation import SYSTEM, acting
from palier.common.locks import locked_all
from palier.common.models import Message
from palier.demands import actions, likenesses
from palier.demands.form import Form, columns
from palier.demands.models import Claim, Demand, DemandVersion, Draft, Likeness, Mandate, NightStep, Notice, Shelter
from palier.demands.states import DEMAND
from palier.demands.telling import in_words, tell
from palier.law import calendar

BLOCK = 1000
# The months of the law and those of the index differ by the days that short months lack.
_SHORT_MONTHS = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Step:
    """`find`: the next keys after one, on a day, in order; `do`: settle them and say how many it concerned."""

    key: str
    label: str
    find: Callable[[int, date], Sequence[int]]
    do: Callable[[Sequence[int], date], int]


def run(*, on: date | None = None, say: Callable[[str], None] = lambda line: None) -> dict[str, int]:
    """The night of a day: how many demands each step concerned. A day to come is refused outside the demo."""
    if on is not None and on > clock.today() and not settings.DEMO:
        raise Refused("night.future", "Cette nuit n’est pas encore venue.")
    if on is None or on == clock.today():
        return _run(clock.today(), say)
    with clock.frozen_at(datetime.combine(on, time(2, 30), calendar.PARIS)):
        return _run(on, say)


def _run(day: date, say: Callable[[str], None]) -> dict[str, int]:
    done = {}
    for step in (*STEPS, *later_steps):
        with acting(SYSTEM):
            NightStep.objects.get_or_create(day=day, step=step.key)
        while (row := _block(step, day)).finished_at is None:
            say(f"{step.label} : {row.done} (jusqu’à la clé {row.after})")
        say(f"{step.label} : {row.done}, terminé")
        done[step.key] = row.done
    return done


def _block(step: Step, day: date) -> NightStep:
    """One block in one transaction. Two runs at once take turns: the second waits for the row and goes on from there."""
    with acting(SYSTEM):
        row = NightStep.objects.select_for_update().get(day=day, step=step.key)
        if row.finished_at is None:
            keys = list(step.find(row.after, day))
            if keys:
                row.done += step.do(keys, day)
                row.after = keys[-1]
            else:
                row.finished_at = clock.now()
            row.save(update_fields=["after", "done", "finished_at"])
    return row


def _to_remind(after: int, day: date) -> Sequence[int]:
    horizon = calendar.add_months(day, calendar.notice_months(day)) + _SHORT_MONTHS
    return _unwarned().filter(pk__gt=after, expires_on__lte=horizon).order_by("pk").values_list("pk", flat=True)[:BLOCK]


def _unwarned():
    running = Notice.objects.filter(demand=OuterRef("pk"), ground="RADREN", closed_on=None)
    return Demand.objects.filter(~Exists(running), state="active")


def _remind(keys: Sequence[int], day: date) -> int:
    """A notice to each household whose month has come; on paper, by its desk, to whoever has no account."""
    # Locked first, read again afterwards: whoever renewed meanwhile is left alone.
    locked_all(Demand.objects.filter(pk__in=keys).only("pk"))
    held = _unwarned().filter(pk__in=keys).defer("form", "unmapped").order_by("pk")
    due = [d for d in held if calendar.life(d.first_registered_on, d.confirmed_on, day).notice_on <= day]
    reached, unreached = [d for d in due if d.person_id], [d for d in due if not d.person_id]
    now = clock.now()
    append_all(
        Notice(
            demand=d, ground="RADREN", made_at=now, sent_on=day, proof=BY_MAIL,
            removal_on=calendar.renewal_removal(d.first_registered_on, d.confirmed_on, day),
        )
        for d in reached
    )  # fmt: skip
    append_all(Notice(demand=d, ground="RADREN", made_at=now) for d in unreached)
    ledger.record_all(
        verb="demands.remind", actor=PALIER,
        rows=[(d, d.pk, {"until": in_words(d.expires_on), "channel": BY_MAIL}) for d in reached],
    )  # fmt: skip
    ledger.record_all(verb="demands.to_post", actor=PALIER, rows=[(d, d.pk, {}) for d in unreached])
    tell(
        reached,
        "remind",
        "Renouvelez votre demande de logement social pour la garder",
        lambda d: {
            "until": in_words(d.expires_on),
            "removal_on": in_words(calendar.renewal_removal(d.first_registered_on, d.confirmed_on, day)),
            "reactivation": in_words(calendar.life(d.first_registered_on, d.confirmed_on, day).reactivation_until),
        },
        path="/mon-espace/demande/renouveler/",
        label="Renouveler ma demande",
    )
    return len(due)


BY_MAIL = "Courriel"


def _to_remove(after: int, day: date) -> Sequence[int]:
    due = Notice.objects.filter(closed_on=None, removal_on__lte=day, pk__gt=after)
    return due.order_by("pk").values_list("pk", flat=True)[:BLOCK]


def _remove(keys: Sequence[int], day: date) -> int:
    """Remove what a warning has come to the end of; whoever answered in time has no open warning any more."""
    concerned = sorted(set(Notice.objects.filter(pk__in=keys).order_by("pk").values_list("demand", flat=True)))
    for hook in actions.before_removal:
        hook(concerned)
    locked_all(Demand.objects.filter(pk__in=concerned).only("pk"))
    notices = Notice.objects.filter(pk__in=keys, closed_on=None).select_related("demand").defer("demand__form")
    removed = 0
    held = sorted(notices.order_by("pk"), key=_ground)
    gone: set[int] = set()
    for (ground, subground), group in groupby(held, key=_ground):
        # A demand warned on two grounds leaves on the first.
        leaving = [n.demand for n in group if n.demand_id not in gone and _term_reached(n, day)]
        gone |= {d.pk for d in leaving}
        if leaving:
            actions.take_out(leaving, actor=PALIER, ground=ground, subground=subground, on=day)
        removed += len(leaving)
    return removed


def _ground(notice: Notice) -> tuple[str, str]:
    return notice.ground, notice.subground


def _term_reached(notice: Notice, day: date) -> bool:
    """The delay is counted again from the facts: a demand renewed elsewhere and brought in since is not removed."""
    demand = notice.demand
    if demand.state != "active" or notice.sent_on is None:
        return False
    term = calendar.warned_removal(notice.ground, notice.sent_on, demand.first_registered_on, demand.confirmed_on)
    return term <= day


def _to_erase(after: int, day: date) -> Sequence[int]:
    limit = calendar.add_months(day, -calendar.erasure_months(day)) + _SHORT_MONTHS
    old = Demand.objects.filter(state="removed", removed_on__lte=limit, pk__gt=after)
    return old.order_by("pk").values_list("pk", flat=True)[:BLOCK]


def _erase(keys: Sequence[int], day: date) -> int:
    """Nothing of the household is left: what stays counts demands, by commune, type, size and rounded means."""
    held = locked_all(Demand.objects.filter(pk__in=keys, state="removed").only(*_NEEDED))
    due = [d for d in held if calendar.erasure_on(d.removed_on) <= day]
    if not due:
        return 0
    pks = [d.pk for d in due]
    Message.objects.filter(thread__in=pks).delete()
    tell(
        due,
        "erased",
        "Les données de votre ancienne demande sont effacées",
        lambda d: {"removed_on": in_words(d.removed_on)},
        path="/mon-espace/",
        label="Ouvrir mon espace",
    )
    actions.live_on("erase", due, PALIER)
    for model in (DemandVersion, Draft, Claim, Mandate, Shelter):
        model.objects.filter(demand__in=pks).delete()
    Likeness.objects.filter(Q(first__in=pks) | Q(second__in=pks)).delete()
    Notice.objects.filter(demand__in=pks, proof__gt="").update(proof="effacée")
    DEMAND.fire_all(
        due, "erase", actor=PALIER, thread=lambda d: d.pk,
        number=Concat(Value("E"), LPad(Cast(F("pk"), CharField()), 17, Value("0"))),
        person=None, erased_on=day, form={}, unmapped=[], last_name_key="", first_name_key="", birth_date=None, identity_keys=[],
        monthly_resources=Round(F("monthly_resources"), -2), tax_income=Round(F("tax_income"), -2),
        first_registered_on=TruncMonth(F("first_registered_on")),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT palier_forget_events(%s)", [pks])
    return len(due)


_NEEDED = ("pk", "state", "person", "removed_on", "removal_ground", "first_registered_on", "number")


def _to_forget(after: int, day: date) -> Sequence[int]:
    sent = Message.objects.filter(kind="demands.erased", sent_at__isnull=False, pk__gt=after)
    return sent.order_by("pk").values_list("pk", flat=True)[:BLOCK]


def _forget(keys: Sequence[int], day: date) -> int:
    """The last mail, that says the data are erased, keeps an address until it is sent."""
    Message.objects.filter(pk__in=keys).delete()
    return len(keys)


def _to_compare(after: int, day: date) -> Sequence[int]:
    keyless = Demand.objects.filter(state="active", identity_keys=[], birth_date__isnull=False, pk__gt=after)
    return keyless.order_by("pk").values_list("pk", flat=True)[:BLOCK]


def _compare(keys: Sequence[int], day: date) -> int:
    """Demands written before their holders were compared with the register, or by an older tool."""
    held = locked_all(Demand.objects.filter(pk__in=keys, state="active"))
    for demand in held:
        demand.identity_keys = columns(Form.from_json(demand.form))["identity_keys"]
    Demand.objects.bulk_update(held, ["identity_keys"])
    return likenesses.find(held)


STEPS = (
    Step("remind", "Avis de renouvellement", _to_remind, _remind),
    Step("remove", "Radiations au terme d’un avertissement", _to_remove, _remove),
    Step("erase", "Données personnelles effacées", _to_erase, _erase),
    Step("forget", "Derniers courriels effacés", _to_forget, _forget),
    Step("compare", "Demandes d’une même personne", _to_compare, _compare),
)
# Later apps append the steps of their own in their AppConfig.ready.
later_steps: list[Step] = []
