"""The rehearsal and the run: blocks of households, one transaction each, the cursor moved with what it covers.

`kill -9`, a restarted database or a second runner change nothing: a block is written with its cursor or not at all,
whoever comes next reads the file again up to the cursor and goes on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, TypeVar

from django.db import DataError, IntegrityError, InterfaceError, OperationalError, connection, transaction

from palier.accounts.actor import PALIER
from palier.applications.models import Application
from palier.common import clock, storage
from palier.common.bulk import renew_statistics
from palier.common.isolation import as_system
from palier.common.locks import locked
from palier.cotation import actions as cotation
from palier.demands.form import Form
from palier.demands.models import Demand
from palier.documents.models import Piece, Recognition
from palier.exchanges.takeover import reconciliation
from palier.exchanges.takeover.building import Builder, Candidate, households
from palier.exchanges.takeover.judging import judge, judge_register
from palier.exchanges.takeover.mapping import Mapping, read
from palier.exchanges.takeover.models import TakeOver, TakeOverLine
from palier.exchanges.takeover.places import Places
from palier.exchanges.takeover.problems import SourceRefused
from palier.exchanges.takeover.settling import Settled, settle
from palier.exchanges.takeover.sources import Row, Source, open_source
from palier.exchanges.takeover.states import OUTCOMES, TAKEOVER

log = logging.getLogger(__name__)
FOLDER = "takeovers"
BLOCK = 500
_WHY = "a file of an older tool belongs to no actor"
T = TypeVar("T")
Tell = Callable[[TakeOver], None]


class Overtaken(Exception):
    """Another runner, or the administrator, has moved this take-over: this one has nothing left to do."""


def work(takeover_id: int, *, tell: Tell = lambda takeover: None) -> TakeOver:
    """Carry the pass under way to its end; `tell` hears of each block. Safe to call at any time, by anyone."""
    with as_system(_WHY):
        takeover = TakeOver.objects.get(pk=takeover_id)
    if takeover.state not in ("rehearsing", "running"):
        return takeover
    try:
        _Pass(takeover, tell).carry_on()
    except SourceRefused as refusal:
        _stop(takeover_id, refusal.code, str(refusal))
    except FileNotFoundError:
        _stop(takeover_id, "file.gone", "Le fichier n’est plus dans le dossier de Palier : envoyez-le de nouveau.")
    except Overtaken:
        log.info("take-over %s: another runner has it", takeover_id)
    with as_system(_WHY):
        return TakeOver.objects.get(pk=takeover_id)


class _Pass:
    def __init__(self, takeover: TakeOver, tell: Tell) -> None:
        self.pk, self.rehearsal, self.tell = takeover.pk, takeover.rehearsal, tell
        self.mapping: Mapping = read(takeover.mapping)
        self.source: Source = open_source(storage.path_of(FOLDER, takeover.file_name), self.mapping)
        with as_system(_WHY):
            self.places = Places()
        self.cursor = takeover.cursor
        self.total = takeover.total

    def carry_on(self) -> None:
        if self.total is None:
            # To the last line before anything is written: a file cut short is refused whole.
            self.total = sum(1 for _ in self._households())
            _patiently(lambda: self._moved(total=self.total))
        builder = Builder(self.mapping, self.places, clock.today())
        waiting = islice(self._households(), self.cursor, None)
        while block := list(islice(waiting, BLOCK)):
            start, end = self.cursor, self.cursor + len(block)
            _patiently(lambda b=block, s=start, e=end: self._block(builder, b, s, e))
            self.cursor = end
        if not self.rehearsal:
            while _patiently(self._score):
                pass
        _patiently(self._end)

    def _households(self) -> Iterator[list[Row]]:
        return households(self.source.rows(), self.mapping)

    def _candidate(self, builder: Builder, rows: list[Row]) -> Candidate:
        if self.mapping.file.format == "sne":
            return judge_register(rows[0], self.places, builder.on)
        made = builder.build(rows)
        judge(made, self.places, builder.on)
        return made

    def _block(self, builder: Builder, block: list[list[Row]], start: int, end: int) -> None:
        made = lambda: [self._candidate(builder, rows) for rows in block]  # noqa: E731 (anew at each try)
        with as_system(_WHY):
            takeover = self._mine()
            if takeover.cursor == end:
                return  # committed just before the line to the database dropped
            if takeover.cursor != start:
                raise Overtaken
            try:
                with transaction.atomic():
                    settled = settle(takeover, made(), self.places, desk=self.mapping.desk)
            except (DataError, IntegrityError):
                settled = [one for candidate in made() for one in self._alone(takeover, candidate)]
            counts = {**dict.fromkeys(OUTCOMES, 0), **takeover.counts}
            for one in settled:
                counts[one.outcome] += 1
            takeover.cursor, takeover.counts, takeover.beat_at = end, counts, clock.now()
            takeover.save(update_fields=["cursor", "counts", "beat_at"])
        self.tell(takeover)

    def _alone(self, takeover: TakeOver, candidate: Candidate) -> list[Settled]:
        """A household that PostgreSQL refuses takes no other down with it."""
        try:
            with transaction.atomic():
                return settle(takeover, [candidate], self.places, desk=self.mapping.desk)
        except (DataError, IntegrityError) as error:
            log.warning("take-over %s line %s: %s", takeover.pk, candidate.line, type(error).__name__)
            candidate.tell(
                "row.unwritable", "Cette ligne n’a pas pu être écrite : signalez-la au support.", blocking=True
            )
            return settle(takeover, [candidate], self.places)

    def _score(self) -> bool:
        """Points of one more block of demands; False when none is left."""
        with as_system(_WHY):
            takeover = self._mine()
            lines = list(
                TakeOverLine.objects.filter(
                    takeover=takeover, pk__gt=takeover.scored, outcome__in=["created", "updated"], demand__isnull=False
                )
                .order_by("pk")
                .values_list("pk", "demand", "outcome")[:BLOCK]
            )
            if not lines:
                return False
            demands = list(
                Demand.objects.filter(pk__in=[demand for _, demand, _ in lines], state="active").order_by("pk")
            )
            created = {demand for _, demand, outcome in lines if outcome == "created"}
            joined = _joined([d.pk for d in demands])
            plain = [d for d in demands if d.pk in created and d.person_id is None and d.pk not in joined]
            cotation.score_new([(d, Form.from_json(d.form)) for d in plain])
            alone = {d.pk for d in plain}
            for demand in demands:
                if demand.pk not in alone:
                    cotation.rescore(demand)
            takeover.scored, takeover.beat_at = lines[-1][0], clock.now()
            takeover.save(update_fields=["scored", "beat_at"])
        self.tell(takeover)
        return True

    def _end(self) -> None:
        with as_system(_WHY):
            if not self.rehearsal:
                renew_statistics()
            takeover = self._mine()
            changes: dict[str, Any] = {"figures": reconciliation.figures(takeover), "ended_at": clock.now()}
            TAKEOVER.fire(takeover, "report" if self.rehearsal else "finish", actor=PALIER, **changes)
        self.tell(takeover)

    def _moved(self, **changes: Any) -> None:
        with as_system(_WHY):
            takeover = self._mine()
            for name, value in changes.items():
                setattr(takeover, name, value)
            takeover.beat_at = clock.now()
            takeover.save(update_fields=[*changes, "beat_at"])

    def _mine(self) -> TakeOver:
        takeover = locked(TakeOver.objects.all(), self.pk)
        if takeover.state != ("rehearsing" if self.rehearsal else "running"):
            raise Overtaken
        return takeover


def _joined(keys: list[int]) -> set[int]:
    """Demands to which something was already joined here: their points count more than the form."""
    found: set[int] = set()
    for model in (Piece, Recognition, Application):
        found |= set(model.objects.filter(demand__in=keys).order_by("pk").values_list("demand", flat=True))
    return found


def _stop(takeover_id: int, code: str, words: str) -> None:
    with as_system(_WHY):
        takeover = locked(TakeOver.objects.all(), takeover_id)
        if takeover.state in ("rehearsing", "running"):
            TAKEOVER.fire(
                takeover, "stop", actor=PALIER, data={"trouble": words}, trouble=words[:400], trouble_code=code
            )


def _patiently(act: Callable[[], T]) -> T:
    """Try again while PostgreSQL restarts or a lock is long to come: about a minute in all."""
    for wait in (0.2, 0.5, 1, 2, 4, 8, 15, 30):
        try:
            return act()
        except (OperationalError, InterfaceError) as error:
            if connection.in_atomic_block:
                raise
            log.warning("take-over: %s, trying again in %s s", type(error).__name__, wait)
            connection.close()
            time.sleep(wait)
    return act()
