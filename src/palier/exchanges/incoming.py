"""What the register tells every day: demands removed elsewhere, households newly recognised by a mediation commission."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Protocol

from django.utils import timezone
from lxml import etree

from palier.accounts.actor import PALIER
from palier.common import clock, ledger
from palier.common.isolation import SYSTEM, acting
from palier.config.environment import ENV
from palier.demands import actions as demands
from palier.demands.models import Demand
from palier.demands.states import REMOVAL_GROUNDS
from palier.documents.actions import learn_recognition
from palier.exchanges.models import Cursor, News
from palier.exchanges.queue import told_by_register
from palier.exchanges.sne import values
from palier.exchanges.sne.calls import Answer
from palier.exchanges.sne.document import local_name
from palier.exchanges.sne.errors import ExchangeError, Refusal
from palier.exchanges.sne.unpublished import code_at, places
from palier.law import numbers

log = logging.getLogger(__name__)
REMOVALS, DALO = "DemandesRadieesDepuisLe", "NouveauxDaloDepuisLe"
FIRST_TIME = timedelta(days=1)
# A little less than a day: the hour may drift, no day is left out.
EVERY = timedelta(hours=20)


class Register(Protocol):
    """What `sne.client.Client` offers here."""

    def removed(self, since: datetime, at: datetime) -> Answer: ...
    def new_dalo(self, since: datetime, at: datetime) -> Answer: ...


def read_news(register: Register) -> dict[str, int]:
    """Ask both services since the last time; counts of what was applied. A failure leaves the cursor where it was."""
    return {
        service: _read(service, ask, apply)
        for service, ask, apply in (
            (REMOVALS, register.removed, _remove),
            (DALO, register.new_dalo, _recognise),
        )
    }


def due() -> bool:
    """Whether a day has gone by since the register was last heard, or it never was."""
    with acting(SYSTEM):
        heard = Cursor.objects.filter(read_at__gt=clock.now() - EVERY).count()
    return heard < 2


def _read(
    service: str, ask: Callable[[datetime, datetime], Answer], apply: Callable[[Demand, etree._Element], bool]
) -> int:
    now = clock.now()
    with acting(SYSTEM):
        cursor, _ = Cursor.objects.get_or_create(service=service, defaults={"since": now - FIRST_TIME})
    try:
        answer = ask(timezone.localtime(cursor.since), timezone.localtime(now))
    except (ExchangeError, Refusal) as error:
        code = getattr(error, "code", "refused")
        log.warning("register: %s not answered: %s", service, code)
        with acting(SYSTEM):
            Cursor.objects.filter(pk=service).update(error=code)
        return 0
    told = [(number, demand) for demand in answer.demands() if (number := _number(demand))]
    applied = 0
    for number, element in told:
        # One transaction each: what is applied stays applied; what was told twice is done once.
        with acting(SYSTEM), told_by_register():
            held = _held(number)
            applied += held is not None and apply(held, element)
    with acting(SYSTEM):
        # The register's own instant: two clocks never agree.
        Cursor.objects.filter(pk=service).update(since=_made_at(answer) or now, read_at=now, error="", told=len(told))
    return applied


def _number(demand: etree._Element) -> str:
    found = next((e for e in demand if local_name(e) == "numUnique"), None)
    text = "" if found is None else (found.text or "")
    return str(numbers.parse(text)) if numbers.valid(text) else ""


def _held(number: str) -> Demand | None:
    """Our demand of that number, or of ours to which the register gave it."""
    ours = Demand.objects.filter(register_number__number=number).first()
    return ours or Demand.objects.filter(number=number).first()


def _made_at(answer: Answer) -> datetime | None:
    found = next((e for e in answer.root.iter() if local_name(e) == "dateFichier"), None)
    try:
        read = values.read("instant", (found.text or "").strip()) if found is not None else None
    except values.Unreadable:
        return None
    return read if read and read.tzinfo else None


def _remove(demand: Demand, told: etree._Element) -> bool:
    """Removed elsewhere on a known ground: removed here too. Without one, an agent has to look."""
    if demand.state != "active":
        return False
    ground = code_at(told, places(ENV.sne_places)["radiation"])
    if ground not in REMOVAL_GROUNDS:
        if News.objects.filter(demand=demand, service=REMOVALS, state="unclear").exists():
            return False
        News.objects.create(demand=demand, service=REMOVALS, code=ground[:40], at=clock.now(), state="unclear")
        ledger.record(verb="news.unclear", subject=demand, actor=PALIER, thread=demand.pk)
        return False
    demands.remove(actor=PALIER, demand_id=demand.pk, ground=ground, on=_day(told))
    News.objects.create(demand=demand, service=REMOVALS, code=ground, at=clock.now(), state="applied")
    return True


def _day(told: etree._Element) -> date:
    """The day of the removal as told; never in the future."""
    text = code_at(told, places(ENV.sne_places)["dateradiation"])
    try:
        day: date = values.read("day", text)
    except values.Unreadable:
        return clock.today()
    return min(day, clock.today())


def _recognise(demand: Demand, told: etree._Element) -> bool:
    """A situation to be recognised by the State's service, which is sure to be asked."""
    if demand.state != "active" or not learn_recognition(actor=PALIER, demand=demand, situation="dalo"):
        return False
    News.objects.create(demand=demand, service=DALO, code="ACTIF", at=clock.now(), state="applied")
    return True
