"""A commission that votes over HTTP on an installation of its own: its session, and its members' browsers."""

from __future__ import annotations

import http.client
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

from tests.installation import PATIENCE, Place

TOKEN = "t" * 32
Content = tuple[int, ...]


def seed(members: int, dwellings: int) -> None:
    """Run in the installation's own process: a published session of that size, everyone signed in; printed as JSON.

    Each dwelling has three candidates. The first three members are the president, the mayor and the tenants' one.
    """
    from palier.commissions import actions
    from palier.common import clock
    from palier.common.isolation import SYSTEM, acting
    from palier.common.models import ClockShift
    from tests.builders import Builder
    from tests.chain.test_chain import CLOSES, OPENS, Stage
    from tests.conftest import NOW

    with acting(SYSTEM), clock.frozen_at(NOW):
        stage = Stage(Builder())
        seats = [stage.president, stage.mayor, stage.tenant]
        seats += [stage._member("board") for _ in range(members - len(seats))]
        offers = [_examined(stage) for _ in range(dwellings)]
        session = stage.as_(
            stage.secretary, actions.create_session,
            commission_id=stage.commission.pk, opens_at=OPENS, closes_at=CLOSES,
        )  # fmt: skip
        stage.as_(stage.secretary, actions.fill_agenda, session_id=session.pk, offer_ids=offers)
        stage.as_(stage.secretary, actions.publish, session_id=session.pk)
        ClockShift.objects.update_or_create(defaults={"seconds": 0})
        items = session.items.order_by("position").prefetch_related("candidates")
        seeded = {
            "session": session.pk, "closes": CLOSES.isoformat(), "secretary": _signed_in(stage.secretary),
            "members": [(stage.seat_of(member).pk, _signed_in(member)) for member in seats],
            "items": [(item.pk, sorted(candidate.pk for candidate in item.candidates.all())) for item in items],
        }  # fmt: skip
    print(json.dumps(seeded))


def _examined(stage) -> int:
    """An offer with its three admissible files."""
    from palier.applications.models import Application
    from palier.common import clock

    build, now = stage.build, clock.now()
    offer = build.offer(stage.landlord)
    for _ in range(3):
        made = build.application(build.demand(build.person()), offer)
        Application.objects.filter(pk=made.pk).update(state="admissible", state_at=now)
    return offer.pk


def _signed_in(actor) -> str:
    from django.test import Client

    client = Client()
    client.force_login(actor.person)
    return client.cookies["sessionid"].value


class Browser:
    """One signed-in person's requests to the site, each on a line of its own."""

    def __init__(self, port: int, session: str) -> None:
        self._port, self._session = port, session
        self._headers = {
            "Cookie": f"sessionid={session}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN,
            "Content-Type": "application/x-www-form-urlencoded",
        }  # fmt: skip

    def at(self, port: int) -> Browser:
        """The same person at another server of the same site."""
        return Browser(port, self._session)

    def post(self, path: str, form: dict[str, object], **headers: str) -> tuple[int, bytes]:
        """Status and body; status 0 when the line breaks, which says nothing of what the site did."""
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        try:
            line.request("POST", path, urlencode(form), {**self._headers, **headers})
            answer = line.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            line.close()


@dataclass
class Member:
    """A member who changes their mind, and never sends the next change before the last one is answered.

    `acknowledged`: dwelling → revision → order, each as the site said that it was saved.
    `pending`: the change that is not answered yet: dwelling, order, the revision that it was made from.
    """

    seat: int
    browser: Browser
    dice: random.Random
    acknowledged: dict[int, dict[int, Content]] = field(default_factory=dict)
    pending: tuple[int, Content, int] | None = None

    def change(self, item: int, candidates: Sequence[int]) -> int:
        """Another order than the last one for this dwelling; its status."""
        known = self.acknowledged.get(item, {})
        last = known[max(known)] if known else ()
        order = last
        while order == last:
            order = tuple(self.dice.sample(candidates, len(candidates)))
        self.pending = (item, order, max(known, default=0))
        return self.send()

    def send(self) -> int:
        """What is pending, as the page sends it by itself; with 200 it is pending no more."""
        assert self.pending is not None
        item, order, revision = self.pending
        status, told = self.post(item, order, revision)
        if status == 200:
            ballot = told["ballot"]
            assert (told["state"], ballot["ranking"]) == ("saved", list(order))
            self.acknowledged.setdefault(item, {})[ballot["revision"]] = order
            self.pending = None
        return status

    def post(self, item: int, order: Content, revision: int) -> tuple[int, dict]:
        form = {f"rank_{pk}": place for place, pk in enumerate(order, start=1)}
        status, body = self.browser.post(
            f"/commission/logements/{item}/classer/", {**form, "revision": revision}, **{"X-Autosave": "1"}
        )
        return status, json.loads(body) if status in (200, 409, 422) else {}


class Crowd:
    """The members of the one session of an installation, seen from their browsers."""

    def __init__(self, place: Place, members: int, dwellings: int) -> None:
        self.place = place
        seeded = place.inside(f"{__name__}:seed", members, dwellings)
        self.session: int = seeded["session"]
        self.closes = datetime.fromisoformat(seeded["closes"])
        self.secretary = Browser(place.port, seeded["secretary"])
        self.items: list[tuple[int, list[int]]] = seeded["items"]
        self.members = [
            Member(seat, Browser(place.port, session), random.Random(seat)) for seat, session in seeded["members"]
        ]
        self.move_clock(timedelta(minutes=-30))

    def move_clock(self, after_closing: timedelta) -> None:
        """Bring the demonstration's present to so long after the closing; before it when negative."""
        self.place.query(
            "UPDATE common_clockshift SET seconds = extract(epoch FROM"
            f" timestamptz '{(self.closes + after_closing).isoformat()}' - now())::bigint"
        )

    def stored(self) -> dict[tuple[int, int], tuple[int, Content]]:
        """(seat, dwelling) → revision and order, as the database has them."""
        rows = self.place.query("SELECT seat_id, item_id, revision, ranking FROM commissions_ballot")
        return {(seat, item): (revision, tuple(order)) for seat, item, revision, order in rows}

    def lost(self) -> list[str]:
        """Acknowledged ballots that the database has neither as they were nor as changed since; empty as it must be."""
        stored, found = self.stored(), []
        for member in self.members:
            for item, known in member.acknowledged.items():
                revision, order = stored.get((member.seat, item), (0, ()))
                allowed = dict(known)
                if member.pending and member.pending[0] == item:
                    # It may have been written, its answer lost.
                    allowed[max(known) + 1] = member.pending[1]
                if revision < max(known) or allowed.get(revision) != order:
                    found.append(f"seat {member.seat}, dwelling {item}: {max(known)} was answered, {revision} is there")
        return found
