"""Taking over a stock, exporting it, and issuing numbers: each beside the plain way, in the same run.

`./palier bench imports [--demands 100000] [--sample 500]` works in a database of its own, dropped afterwards.
The plain way brings demands in one by one through the ORM (`demands.actions.import_form`), on a sample. Memory is
the peak of a process that takes over a small file, then a large one.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from datetime import date
from pathlib import Path

INSIDE = "PALIER_BENCH_INSIDE"


def main() -> int:
    parser = argparse.ArgumentParser(prog="palier bench imports")
    parser.add_argument("--demands", type=int, default=100_000)
    parser.add_argument("--sample", type=int, default=500)
    parser.add_argument("--only", choices=["take", "plain", "numbers", "memory"])
    options = parser.parse_args()
    if os.environ.get(INSIDE):
        return inside(options)
    from palier.config.running import Steps, TestBed

    with TestBed(Steps()) as bed:
        bed.settings |= {INSIDE: "1", "PGOPTIONS": "-c statement_timeout=0"}
        return bed.call([sys.executable, __file__, *sys.argv[1:]], result=True)


def inside(options: argparse.Namespace) -> int:
    import django

    django.setup()
    with tempfile.TemporaryDirectory() as folder:
        from django.conf import settings

        settings.STORAGES["default"]["OPTIONS"]["location"] = str(Path(folder) / "documents")
        if options.only == "memory":
            return memory(Path(folder), options.demands)
        publish()
        rate = plain(options.sample)
        print("| what | demands | seconds | demands/s | × plain |\n| --- | ---: | ---: | ---: | ---: |")
        told("one by one through the ORM", options.sample, options.sample / rate, rate)
        path = Path(folder) / "stock.csv"
        from palier.demo import old_tool

        old_tool.write(path, options.demands, today=date.today(), start=1000)
        for what, seconds in taken(path):
            told(what, options.demands, seconds, rate)
        seconds = exported(Path(folder) / "stock.xml")
        told("export to the national register’s XML", options.demands + options.sample, seconds, rate)
        issued, seconds, used = numbers()
        told(f"numbers, 16 at once ({used} different)", issued, seconds, rate)
    print()
    for count in (2_000, options.demands):
        command = [sys.executable, __file__, "--only", "memory", "--demands", str(count)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        print(f"peak memory, rehearsal of {count} demands: {json.loads(done.stdout)['megabytes']} MB")
    return 0


def told(what: str, count: int, seconds: float, rate: float) -> None:
    print(f"| {what} | {count} | {seconds:.1f} | {count / seconds:.0f} | {count / seconds / rate:.1f} |", flush=True)


def publish() -> None:
    """The example grid in every EPCI, so that points cost what they cost in production."""
    from palier.accounts.actor import PALIER
    from palier.common.isolation import SYSTEM, acting
    from palier.cotation.actions import publish_grid
    from palier.law.grid_files import source_of
    from palier.territories.models import Epci

    with acting(SYSTEM):
        publish_grid(
            actor=PALIER, key="bench", title="Grille", source=source_of("exemple-calvados-orne"),
            valid_from=date(2020, 1, 1), epcis=list(Epci.objects.order_by("pk").values_list("pk", flat=True)),
        )  # fmt: skip


def plain(sample: int) -> float:
    """Demands a second, one transaction each, points included."""
    from palier.accounts.actor import PALIER
    from palier.common.isolation import SYSTEM, acting
    from palier.demands.actions import import_form
    from palier.demands.form import Form
    from palier.demo.population import demands

    rows = [row for row, _ in zip(demands("region", today=date.today(), start=0), range(sample), strict=False)]
    start = time.perf_counter()
    for row in rows:
        with acting(SYSTEM):
            import_form(
                actor=PALIER, number=row.number, form=Form.from_json(row.form), department=row.department,
                registered_on=row.first_registered_on, unmapped=[],
            )  # fmt: skip
    return sample / (time.perf_counter() - start)


def taken(path: Path) -> list[tuple[str, float]]:
    """The rehearsal, the run with its points, and the same file again."""
    from palier.accounts.actor import PALIER
    from palier.common.isolation import SYSTEM, acting
    from palier.exchanges.takeover import actions, running
    from palier.exchanges.takeover.mapping import shipped

    times = []
    for what, verbs in (
        ("rehearsal", ["rehearse"]),
        ("take-over, points included", ["run"]),
        ("same file again", ["run"]),
    ):
        start = time.perf_counter()
        with path.open("rb") as file, acting(SYSTEM):
            held = actions.receive(
                actor=PALIER, name=path.name, chunks=iter(lambda f=file: f.read(1 << 20), b""),
                mapping=shipped()["logis-2000"],
            )  # fmt: skip
            for verb in verbs:
                getattr(actions, verb)(actor=PALIER, takeover_id=held.pk)
        held = running.work(held.pk)
        assert held.state in ("rehearsed", "done"), held.trouble
        print(what, held.counts, file=sys.stderr)
        times.append((what, time.perf_counter() - start))
    return times


def exported(path: Path) -> float:
    from palier.common.isolation import SYSTEM, acting
    from palier.demands.models import Demand
    from palier.exchanges.takeover.exporting import stream

    start = time.perf_counter()
    with acting(SYSTEM), path.open("wb") as file:
        for chunk in stream(Demand.objects.order_by("pk")):
            file.write(chunk)
    return time.perf_counter() - start


def numbers(each: int = 25, clients: int = 16) -> tuple[int, float, int]:
    """Registrations by 16 connections at once: how many, how long, how many different numbers."""
    from django.db import connection

    from palier.common.isolation import SYSTEM, acting
    from palier.demands.actions import next_number

    issued: list[str] = []

    def register() -> None:
        for _ in range(each):
            with acting(SYSTEM):
                issued.append(next_number("014", date.today(), "PALIE"))
        connection.close()

    threads = [threading.Thread(target=register) for _ in range(clients)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(issued), time.perf_counter() - start, len(set(issued))


def memory(folder: Path, count: int) -> int:
    """The peak of one process that rehearses a file of `count` demands."""
    from palier.demo import old_tool

    path = folder / "stock.csv"
    written = os.fork()
    if not written:
        # Drawing the file is not the take-over's memory.
        old_tool.write(path, count, today=date.today(), start=1000)
        os._exit(0)
    os.waitpid(written, 0)
    from palier.accounts.actor import PALIER
    from palier.common.isolation import SYSTEM, acting
    from palier.exchanges.takeover import actions, running
    from palier.exchanges.takeover.mapping import shipped

    with path.open("rb") as file, acting(SYSTEM):
        held = actions.receive(
            actor=PALIER, name=f"memory-{count}", chunks=iter(lambda: file.read(1 << 20), b""),
            mapping=shipped()["logis-2000"] + f"\n# memory {count}\n",
        )  # fmt: skip
        actions.rehearse(actor=PALIER, takeover_id=held.pk)
    running.work(held.pk)
    print(json.dumps({"megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
