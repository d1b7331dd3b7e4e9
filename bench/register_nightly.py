"""The night of the register over many demands, beside a plain loop that does the same demand by demand.

`./palier bench register_nightly [--demands 30000] [--sample 300]` writes synthetic demands into the
demo's database in one transaction per block, runs the night, prints rates, the ratio to the loop and the peak of
memory, then takes its own rows away. One demand in `SHARE` is due for each step.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Iterator

import django

django.setup()

from datetime import date  # noqa: E402

from django.db import connection, transaction  # noqa: E402

from palier.accounts.actor import PALIER  # noqa: E402
from palier.accounts.models import Person  # noqa: E402
from palier.common import clock, ledger, mail  # noqa: E402
from palier.common.bulk import renew_statistics  # noqa: E402
from palier.common.isolation import SYSTEM, acting  # noqa: E402
from palier.common.models import Message  # noqa: E402
from palier.demands import actions, nights  # noqa: E402
from palier.demands.models import Demand, NightStep, Notice  # noqa: E402
from palier.demands.telling import in_words  # noqa: E402
from palier.law import calendar  # noqa: E402

MARK = "000"
SHARE = 12
BLOCK = 2000
FORM = {"applicant": {"last_name": "Essai", "first_names": "Camille"}, "padding": "x" * 2500}


def written(count: int, today: date) -> None:
    """`count` demands, one in twelve at each term: to remind, to remove, to erase; the others far from any."""
    with acting(SYSTEM):
        person_ids = [
            p.pk
            for p in Person.objects.bulk_create(
                Person(email=f"banc{n}@exemple.fr", first_name=f"Banc {n}", password="!") for n in range(count)
            )
        ]
    for start in range(0, count, BLOCK):
        with acting(SYSTEM):
            made = Demand.objects.bulk_create(list(_rows(start, min(start + BLOCK, count), person_ids, today)))
            Notice.objects.bulk_create(
                Notice(demand=d, ground="RADREN", made_at=clock.now(), proof="Courriel",
                       sent_on=calendar.add_months(today, -2), removal_on=today)
                for d in made if d.people == 2
            )  # fmt: skip
    renew_statistics()


def _rows(start: int, end: int, people: list[int], today: date) -> Iterator[Demand]:
    removed = calendar.add_months(today, -12)
    for n in range(start, end):
        due = n % SHARE
        first = calendar.add_months(today, {1: -11, 2: -13}.get(due, -6))
        life = {"state": "removed", "removal_ground": "RADABA", "removed_on": removed} if due == 3 else {}
        yield Demand(
            number=f"{MARK}{n:015d}", register_code=MARK, department_id="14", person_id=people[n],
            first_registered_on=first, received_at=clock.now(), expires_on=calendar.add_months(first, 12), form=FORM,
            last_name_key="essai", first_name_key="camille", people=due, adults=1, wanted_types=["T2"], **life,
        )  # fmt: skip


def cleared() -> None:
    """Take the benchmark's rows away; its events stay, as every event does."""
    with acting(SYSTEM):
        mine = Demand.objects.filter(register_code=MARK)
        Message.objects.filter(thread__in=mine.values("pk")).delete()
        Notice.objects.filter(demand__in=mine).delete()
        mine.delete()
        Person.objects.filter(email__startswith="banc", email__endswith="@exemple.fr").delete()
        NightStep.objects.all().delete()


def one_by_one(limit: int, today: date) -> tuple[int, float]:
    """The plain loop: each due demand read, saved, told and recorded by itself; rolled back. Demands, seconds."""
    with acting(SYSTEM), transaction.atomic():
        began = time.perf_counter()
        due = Demand.objects.filter(register_code=MARK, people=1, state="active").select_related("person")
        for demand in due.order_by("pk")[:limit]:
            Notice.objects.create(
                demand=demand, ground="RADREN", made_at=clock.now(), sent_on=today, proof="Courriel",
                removal_on=calendar.renewal_removal(demand.first_registered_on, None, today),
            )  # fmt: skip
            until = in_words(demand.expires_on)
            ledger.record(verb="demands.remind", subject=demand, actor=PALIER, thread=demand.pk, data={"until": until})
            words = {"until": until, "removal_on": until, "reactivation": until}
            mail.post(
                to=demand.person.email, kind="demands.remind", subject="Renouvelez votre demande",
                template="demand_remind", context={"name": demand.person.first_name, **words}, thread=demand.pk,
            )  # fmt: skip
        for notice in Notice.objects.filter(demand__register_code=MARK, removal_on=today).order_by("pk")[:limit]:
            actions.remove(actor=PALIER, demand_id=notice.demand_id, ground="RADREN")
        seconds = time.perf_counter() - began
        transaction.set_rollback(True)
    return 2 * limit, seconds


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--demands", type=int, default=30_000)
    parser.add_argument("--sample", type=int, default=300)
    options = parser.parse_args()
    today = clock.today()
    cleared()
    try:
        written(options.demands, today)
        sample = min(options.sample, options.demands // SHARE)
        loop_done, loop_seconds = one_by_one(sample, today)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.perf_counter()
        done = nights.run()
        seconds = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.perf_counter()
        nights.run()
        again = time.perf_counter() - began
    finally:
        cleared()
    settled = sum(done.values())
    fast, slow = settled / seconds, loop_done / loop_seconds
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (version,) = cursor.fetchone()
    print(f"{options.demands} demands, {settled} settled ({done}), PostgreSQL {version}\n")
    print("| way | demands/s | × the loop |\n| --- | ---: | ---: |")
    print(f"| row by row, {loop_done} demands | {slow:.0f} | 1.0 |")
    print(f"| the night, blocks of {nights.BLOCK} | {fast:.0f} | {fast / slow:.1f} |")
    print(
        f"\nPeak memory {after / 1024:.0f} MB, {(after - before) / 1024:+.0f} MB during the night of {seconds:.1f} s."
    )
    print(f"The same night again: {again:.2f} s, nothing changed.")


main()
