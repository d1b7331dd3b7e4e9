"""Two people at once, on real commits: each in a thread, with its own connection and its own clock."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import connection

from palier.common.isolation import acting

_PATIENCE = 20.0


class Person(threading.Thread):
    """Runs one act; `answer` is what it returned or raised."""

    def __init__(self, act: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self._act, self._context = act, contextvars.copy_context()
        self.answer: Any = None

    def run(self) -> None:
        try:
            self.answer = self._context.run(self._act)
        except Exception as error:
            # Handed to the test, which says what it expects.
            self.answer = error
        finally:
            connection.close()


def together(*acts: Callable[[], Any]) -> list[Any]:
    """All at once, none waiting for another but in PostgreSQL; what each answered."""
    people = [Person(act) for act in acts]
    for person in people:
        person.start()
    return [_joined(person) for person in people]


def one_then_the_other(scope, first: Callable[[], Any], second: Callable[[], Any]) -> tuple[Any, Any]:
    """`first` has acted under `scope` and not committed yet when `second` arrives and has to wait for it."""
    acted, commit = threading.Event(), threading.Event()

    def hold() -> Any:
        with acting(scope):
            answer = first()
            acted.set()
            assert commit.wait(_PATIENCE)
            return answer

    early, late = Person(hold), Person(second)
    early.start()
    assert acted.wait(_PATIENCE), early.answer
    late.start()
    try:
        assert _waits_for_a_lock(late), f"nothing made it wait: {late.answer!r}"
    finally:
        commit.set()
    return _joined(early), _joined(late)


def _waits_for_a_lock(person: Person) -> bool:
    end = time.monotonic() + _PATIENCE
    while person.is_alive() and time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            if cursor.fetchone()[0]:
                return True
        time.sleep(0.02)
    return False


def _joined(person: Person) -> Any:
    person.join(_PATIENCE)
    assert not person.is_alive(), "still waiting: a deadlock, or a lock nobody frees"
    return person.answer
