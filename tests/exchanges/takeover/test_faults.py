"""What may happen in the middle: a killed process, a restarted database, a full disk, two runners; nothing doubled."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from palier.accounts.actor import PALIER
from palier.common import storage
from palier.common.errors import Refused
from palier.common.isolation import SYSTEM, acting
from palier.config.environment import ENV
from palier.demands import actions as demands
from palier.demands.models import Demand, DemandVersion, Wish
from palier.exchanges.takeover import actions, running
from palier.exchanges.takeover.models import TakenDemand, TakeOver, TakeOverLine
from tests.builders import Builder
from tests.exchanges.takeover.conftest import export, received, taken_over, told, written
from tests.threads import together


def everything() -> dict[str, int]:
    with acting(SYSTEM):
        return {
            "demands": Demand.objects.count(), "numbers": len(set(Demand.objects.values_list("number", flat=True))),
            "versions": DemandVersion.objects.count(), "taken": TakenDemand.objects.count(),
            "lines": TakeOverLine.objects.filter(takeover=TakeOver.objects.order_by("-pk").first()).count(),
        }  # fmt: skip


@pytest.fixture
def stock(tmp_path, committed) -> Path:
    path = tmp_path / "stock.csv"
    path.write_bytes(written(export(2600)))
    return path


def command(stock: Path, *words: str) -> subprocess.Popen:
    environ = {
        **os.environ,
        "PALIER_DATA": str(stock.parent),
        "PYTHONUTF8": "1",
        "DJANGO_SETTINGS_MODULE": "palier.config.settings",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "palier", "exchanges", "take-over", str(stock), "--mapping", "logis-2000", *words],
        env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_kill_9_in_the_middle_then_resume_loses_and_doubles_nothing(stock):
    said = []
    with command(stock) as process:
        for line in process.stderr:
            said.append(line)
            if "1000 sur" in line:
                process.send_signal(signal.SIGKILL)
                break
    assert process.returncode == -signal.SIGKILL, "".join(said)
    assert 1000 <= everything()["demands"] < 2600
    refused = command(stock)
    assert (json.loads(refused.communicate(timeout=120)[0])["trouble"]["code"], refused.returncode) == (
        "takeover.underway",
        1,
    )
    resumed = command(stock, "--resume")
    answer = json.loads(resumed.communicate(timeout=300)[0])
    assert (resumed.returncode, answer["result"], answer["read"], answer["counts"]["created"]) == (
        0,
        "done",
        2600,
        2600,
    )
    assert everything() == dict.fromkeys(["demands", "numbers", "versions", "taken", "lines"], 2600)
    again = command(stock, "--dry-run")
    answer = json.loads(again.communicate(timeout=300)[0])
    assert (answer["result"], answer["counts"]["unchanged"]) == ("rehearsed", 2600)


def test_the_database_restarted_in_the_middle(committed):
    with acting(SYSTEM):
        held = received(written(export(1200)))
        actions.run(actor=PALIER, takeover_id=held.pk)
    hits = []

    def cut(takeover: TakeOver) -> None:
        # What a restart does to a client: its connection ends, with whatever it was about to do.
        if takeover.cursor == 500 and not hits:
            hits.append(takeover.cursor)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                pid = cursor.fetchone()[0]
            end(pid)

    done = running.work(held.pk, tell=cut)
    assert (hits, done.state, done.counts["created"]) == ([500], "done", 1200)
    assert everything()["demands"] == everything()["numbers"] == 1200


def end(pid: int) -> None:
    import psycopg

    owner = ENV.database("owner")
    web = ENV.database("web")
    with psycopg.connect(
        host=web["host"], port=web["port"], user=web["user"], password=web["password"], dbname=owner["name"]
    ) as link:
        link.execute("SELECT pg_terminate_backend(%s)", [pid])
    time.sleep(0.1)


def test_two_runners_at_once_take_each_household_once(committed):
    with acting(SYSTEM):
        held = received(written(export(1100)))
        actions.run(actor=PALIER, takeover_id=held.pk)
    together(*[lambda: running.work(held.pk)] * 2)
    with acting(SYSTEM):
        held.refresh_from_db()
    assert (held.state, held.counts["created"], everything()["demands"]) == ("done", 1100, 1100)


def test_closed_in_the_middle_it_stops_there(committed):
    with acting(SYSTEM):
        held = received(written(export(1100)))
        actions.run(actor=PALIER, takeover_id=held.pk)

    def stop(takeover: TakeOver) -> None:
        if takeover.cursor == 500:
            running._stop(takeover.pk, "test", "Arrêt demandé.")

    assert running.work(held.pk, tell=stop).state == "stopped"
    with acting(SYSTEM):
        actions.resume(actor=PALIER, takeover_id=held.pk)
    assert running.work(held.pk).counts["created"] == 1100


def test_a_full_disk_says_so_and_leaves_nothing(world):
    folder = storage.path_of(running.FOLDER, "x").parent
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    former = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(Refused) as refusal:
            received(written(export(1)) + b"x" * 300_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, former)
    assert (refusal.value.code, "disque est plein" in refusal.value.message) == ("storage.full", True)
    assert (list(folder.iterdir()), TakeOver.objects.count()) == ([], 0)


def test_the_file_is_outside_the_web_root_and_erased_at_the_end(world, django_capture_on_commit_callbacks):
    held = taken_over(written(export(1)))
    path = storage.path_of(running.FOLDER, held.file_name)
    assert (path.exists(), oct(path.stat().st_mode & 0o777)) == (True, "0o600")
    assert not str(path).startswith(str(settings.STATIC_ROOT))
    with django_capture_on_commit_callbacks(execute=True):
        actions.close(actor=PALIER, takeover_id=held.pk)
    assert (path.exists(), TakeOverLine.objects.count(), Demand.objects.count()) == (False, 0, 1)


def test_a_file_that_is_gone_is_told(world):
    held = received(written(export(1)))
    storage.forget(running.FOLDER, held.file_name)
    actions.run(actor=PALIER, takeover_id=held.pk)
    assert running.work(held.pk).trouble_code == "file.gone"


def test_the_report_runs_no_formula(world):
    from palier.exchanges.takeover import report

    rows = export(4)
    for row, sign in zip(rows, "=+-@", strict=True):
        row |= {"Numéro unique": "", "Dossier": f"{sign}cmd|1", "Loyer": f"{sign}HYPERLINK(1)"}
    held = taken_over(written(rows))
    assert [code for _, _, code, _ in told(held)].count("cell.amount") == 4
    for line in list(report.lines(held))[1:]:
        for cell in line.strip().split(";"):
            assert not cell.strip('"').startswith(("=", "+", "-", "@"))


def test_sixteen_registrations_at_once_never_share_a_number(committed):
    build = Builder()
    with acting(SYSTEM):
        people = [build.actor("applicant") for _ in range(16)]

    def register(actor):
        def act():
            with acting(actor.scope):
                return demands.register(actor=actor, form=build.form(), department="14", person=actor.person).number

        return act

    def bring():
        rows = export(2)
        rows[0] |= {"Numéro unique": "0141126000005PALIE", "Déposée le": "02/11/2026", "Renouvelée le": ""}
        rows[1] |= {"Numéro unique": "", "Déposée le": "03/11/2026", "Renouvelée le": ""}
        with acting(SYSTEM):
            held = received(written(rows))
            actions.run(actor=PALIER, takeover_id=held.pk)
        return running.work(held.pk).counts["created"]

    *given, created = together(*map(register, people), bring)
    with acting(SYSTEM):
        held = list(Demand.objects.values_list("number", flat=True))
        assert Wish.objects.count() >= 18
    assert created >= 1
    assert len(held) == len(set(held))
    assert set(map(str, given)) <= set(held)
    assert len(set(map(str, given))) == 16
