"""Landlords' systems: what the API takes in a second beside a bare view that writes one row, and messages to a receiver that fails.

`./palier bench exchanges [api|webhooks]`; makes an installation of its own, with durable PostgreSQL and the site as
`./palier serve` runs it. Clients and servers share the machine. Ends with an error when a message is lost.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import os
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import django

django.setup()

from palier.config.environment import ENV, ROOT  # noqa: E402

# The installation is the tests' own.
sys.path.append(str(ROOT))
from exchanging.floor import ADDRESS, MAKE  # noqa: E402
from tests.installation import Place, installed  # noqa: E402
from voting.load import floor_server  # noqa: E402

SLICES = 4
Send = Callable[[http.client.HTTPConnection], tuple[int, int]]


class Side:
    """One kind of request: how many were acknowledged, with how many rows, in how long; and how many were not."""

    def __init__(self, name: str, port: int, send: Send) -> None:
        self.name, self.port, self.send = name, port, send
        self.requests = self.rows = self.failed = 0
        self.seconds = 0.0

    def run(self, seconds: float, clients: int) -> None:
        """Everybody at once until the time is over."""
        began = time.perf_counter()

        def work() -> None:
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            while time.perf_counter() < began + seconds:
                status, rows = self.send(line)
                with _count:
                    self.requests += status == 200
                    self.rows += rows
                    self.failed += status != 200
            line.close()

        threads = [threading.Thread(target=work) for _ in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.seconds += time.perf_counter() - began


_count = threading.Lock()


def posted(line: http.client.HTTPConnection, path: str, body: Any, token: str = "") -> tuple[int, Any]:
    headers = {"Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    line.request("POST", path, json.dumps(body), headers)
    answer = line.getresponse()
    return answer.status, json.loads(answer.read() or b"{}")


def rows_of(path: str, token: str, made: Iterator[dict[str, Any]], each: int) -> Send:
    """Sends `each` rows at a time; those that were done count."""

    def send(line: http.client.HTTPConnection) -> tuple[int, int]:
        with _count:
            rows = list(itertools.islice(made, each))
        status, answer = posted(line, path, {"rows": rows}, token)
        return status, sum(r["outcome"] in ("created", "applied") for r in answer.get("results", []))

    return send


def vacancies() -> Iterator[dict[str, Any]]:
    for n in itertools.count():
        yield {"dwelling": f"D-{n}", "available_on": "2027-01-04", "rent": 410, "charges": 60}


def statements(offered: int) -> Iterator[dict[str, Any]]:
    start = datetime.now(UTC)
    for n in itertools.count():
        at = start + timedelta(milliseconds=n)
        yield {"dwelling": f"D-{n % offered}", "says": "available", "at": at.isoformat()}


def dwellings() -> Iterator[dict[str, Any]]:
    for n in itertools.count():
        yield {"reference": f"N-{n}", "address": "1 rue du Banc", "postcode": "14000", "commune": "14118", "kind": "flat",
               "type": "T3", "surface": 60, "financing": "PLUS"}  # fmt: skip


def api(place: Place, seconds: float, clients: int) -> None:
    """Each kind of request in turn, the bare view first in each turn."""
    token = place.inside("exchanging.inside:seed", 60_000)
    place.query(MAKE)
    empty = vacancies()
    with floor_server(place, "exchanging.floor:application") as bare:
        floor = Side("floor: a bare view that writes one row", bare, lambda line: (posted(line, ADDRESS, {"x": 1})[0], 1))
        line = http.client.HTTPConnection("127.0.0.1", place.port, timeout=120)
        for _ in range(5):
            assert posted(line, "/api/v1/vacancies", {"rows": list(itertools.islice(empty, 100))}, token)[0] == 200
        place.inside("palier.common.bulk:renew_statistics")
        said = statements(500)
        sides = [floor] + [
            Side(name, place.port, rows_of(f"/api/v1/{path}", token, made, each))
            for name, path, made, each in (
                ("a vacancy, offered", "vacancies", empty, 1), ("vacancies by 100", "vacancies", empty, 100),
                ("a statement", "statements", said, 1), ("statements by 100", "statements", said, 100),
                ("dwellings by 500", "dwellings", dwellings(), 500),
            )
        ]  # fmt: skip
        for _ in range(SLICES):
            for side in sides:
                side.run(seconds / SLICES, clients)
    print(f"{clients} clients at once, {ENV.workers} processes\n")
    print("| request | rows/s | requests/s | rows, × floor | not acknowledged |\n| --- | ---: | ---: | ---: | ---: |")
    base = floor.rows / floor.seconds
    for side in sides:
        rate = side.rows / side.seconds
        print(f"| {side.name} | {rate:.0f} | {side.requests / side.seconds:.1f} | {rate / base:.2f} | {side.failed} |")


def webhooks(place: Place, changes: int) -> int:
    """Returns how many messages never came."""
    found = place.inside("exchanging.inside:deliver", changes)
    print(f"\n{changes} messages to a receiver that fails one time in two, waits skipped\n")
    print("| delivered | given up | never came | tries | passes | tries/s |\n| ---: | ---: | ---: | ---: | ---: | ---: |")
    rate = found["tries"] / found["seconds"]
    print(f"| {found['delivered']} | {found['given_up']} | {found['never']} | {found['tries']} | {found['passes']} | {rate:.0f} |")
    return int(found["never"])


def main() -> int:
    parser = argparse.ArgumentParser(prog="palier bench exchanges")
    parser.add_argument("parts", nargs="*", metavar="api|webhooks", default=["api", "webhooks"])
    parser.add_argument("--seconds", type=float, default=8, help="for each kind of request")
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--changes", type=int, default=500)
    options = parser.parse_args()
    bench = f"{ROOT}{os.pathsep}{ROOT / 'bench'}"
    with installed(Place, PALIER_WORKERS=str(ENV.workers), PYTHONPATH=bench) as place:
        if "api" in options.parts:
            api(place, options.seconds, options.clients)
        lost = webhooks(place, options.changes) if "webhooks" in options.parts else 0
    return int(bool(lost))


if __name__ == "__main__":
    raise SystemExit(main())
