"""Scores, shortlists and ranks at the size of the nation, each beside its floor and a naive way, in the same run.

`./palier bench matching [--demands 300000] [--seconds 2] [--sample 200] [--only walks]` makes synthetic demands once in a database of
its own (`.palier/test`, out of git; `--fresh` makes it anew, `--drop` takes it away): 1.35 territories wished a demand,
the largest with 5.5 % of the wishes. Ratios are to a floor of the same run; absolute times say something of one machine.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import multiprocessing
import os
import random
import re
import struct
import sys
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from multiprocessing.synchronize import Barrier
from types import TracebackType

INSIDE = "PALIER_BENCH_INSIDE"
CLIENTS = 16
OFFERS = 10_000
# On each of the most wanted homes; an offer in demand has a hundred.
APPLIED = 300
PEOPLE = 20_000
ON = date.today()


def main() -> int:
    parser = argparse.ArgumentParser(prog="palier bench matching")
    parser.add_argument("--demands", type=int, default=300_000)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--sample", type=int, default=200)
    parser.add_argument("--only", choices=["walks", "many", "midnight", "new_grid"])
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--drop", action="store_true")
    options = parser.parse_args()
    if os.environ.get(INSIDE):
        return inside(options)
    from palier.config.running import Steps, TestBed

    class Kept(TestBed):
        def __enter__(self) -> Kept:
            self._cluster.enter()
            if options.fresh:
                self._cluster.drop_database(self._name)
            self._cluster.leave()
            super().__enter__()
            return self

        def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
            if options.drop:
                self._cluster.drop_database(self._name)
            self._cluster.leave()

    with Kept(Steps(), name=f"palier_bench_{options.demands}") as bed:
        bed.settings |= {INSIDE: "1", "PGOPTIONS": "-c statement_timeout=0"}
        return bed.call([sys.executable, __file__, *sys.argv[1:]], result=True)


def inside(options: argparse.Namespace) -> int:
    import django

    django.setup()
    sys.path.insert(0, os.path.dirname(__file__))
    from palier.common.bulk import renew_statistics
    from palier.common.isolation import SYSTEM, acting
    from palier.demands.models import Demand

    with acting(SYSTEM):
        held = Demand.objects.count()
    if held != options.demands:
        if held:
            raise SystemExit("Base incomplète : relancez avec --fresh.")
        told("demands written", make(options.demands))
        renew_statistics()
    vacuum()
    print(f"\n{options.demands} demands, {rows('cotation_score')} scores, {rows('cotation_standing')} standings\n")
    print("| what | figure | floor | ratio | naive |\n| --- | ---: | ---: | ---: | ---: |")
    for measure in (walks, many, midnight, new_grid):
        if options.only in (None, measure.__name__):
            measure(options)
    return 0


def told(what: str, seconds: float) -> None:
    print(f"{what}: {seconds:.1f} s", file=sys.stderr, flush=True)


def line(what: str, figure: str, floor: str = "", ratio: float | None = None, naive: str = "") -> None:
    print(f"| {what} | {figure} | {floor} | {'' if ratio is None else f'{ratio:.2f}'} | {naive} |", flush=True)


def timed(what: Callable[[], object]) -> float:
    start = time.perf_counter()
    what()
    return time.perf_counter() - start


def query(sql: str, *values: object) -> list[tuple]:
    from django.db import connection

    from palier.common.isolation import SYSTEM, acting

    with acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute(sql, values[0] if values and isinstance(values[0], dict) else values)
        return cursor.fetchall() if cursor.description else []


def rows(table: str) -> int:
    return query(f"SELECT count(*) FROM {table}")[0][0]


def owner() -> object:
    import psycopg

    from palier.config.environment import ENV

    held = ENV.database("owner")
    return psycopg.connect(
        host=held["host"], port=held["port"], user=held["user"], password=held["password"], dbname=held["name"],
        autocommit=True,
    )  # fmt: skip


def vacuum() -> None:
    with owner() as link:
        for table in ("cotation_standing", "cotation_score", "cotation_outline", "demands_wish", "demands_demand"):
            link.execute(f"VACUUM ANALYZE {table}")


# ── The register ─────────────────────────────────────────────────────────────


def make(count: int) -> float:
    """Everything the measures read, through the same tables and indexes as a real register."""
    from scoring import grid_of_thirty

    start = time.perf_counter()
    query("SELECT 1")
    with owner() as link:
        link.execute("ALTER TABLE demands_demand DISABLE TRIGGER USER")
    _grid(grid_of_thirty(source=True))
    places = _places()
    base = list(_records())
    random.seed(1)
    cumulated = list(itertools.accumulate(1 / (k + 12) ** 0.9 for k in range(len(places))))
    for first in range(1, count + 1, 50_000):
        _block(first, min(first + 50_000, count + 1), places, cumulated, base)
        told(f"{min(first + 49_999, count)} demands", time.perf_counter() - start)
    with owner() as link:
        link.execute("ALTER TABLE demands_demand ENABLE TRIGGER USER")
    _offers(places)
    return time.perf_counter() - start


def _grid(source: str) -> None:
    from palier.accounts.actor import PALIER
    from palier.common.isolation import SYSTEM, acting
    from palier.cotation.actions import publish_grid
    from palier.cotation.models import Grid
    from palier.territories.models import Epci

    with acting(SYSTEM):
        publish_grid(
            actor=PALIER, key="banc", title="Banc", source=source, valid_from=date(2020, 1, 1),
            epcis=list(Epci.objects.order_by("pk").values_list("pk", flat=True)),
        )  # fmt: skip
        Grid.objects.update(applied=True)


def _places() -> list[str]:
    """One commune for each EPCI, the most populated territory first."""
    return [
        code
        for (code,) in query(
            "SELECT code FROM (SELECT DISTINCT ON (epci_id) code, sum(population) OVER (PARTITION BY epci_id) AS whole"
            " FROM territories_commune WHERE epci_id IS NOT NULL ORDER BY epci_id, population DESC) c ORDER BY whole DESC"
        )
    ]


def _records() -> Iterator[tuple[bytes, int, int]]:
    """Packed facts, doors and legal surfaces of some invented households, drawn from a number."""
    from scoring import drawn

    from palier.law import records
    from palier.law.keys import _BIT

    frame = drawn(PEOPLE)
    sizes = random.Random(3)
    for row in frame.iter_rows(named=True):
        people = sizes.choices(range(1, 8), (38, 22, 16, 12, 7, 3, 2))[0]
        types = {1: ("T1", "T2"), 2: ("T2", "T3"), 3: ("T3",), 4: ("T3", "T4"), 5: ("T4", "T5")}.get(
            people, ("T5", "T6P")
        )
        means = sizes.random()
        opened = [("type", t) for t in types]
        opened += [("kind", k) for k, share in (("flat", 0.95), ("house", 0.6)) if sizes.random() < share]
        opened += [
            way for way in _BIT if way[0] == "financing"
            and means < {"PLAI": 0.55, "PLUS": 0.85, "PLS": 0.96, "LLI": 0.99}[way[1]]
        ]  # fmt: skip
        shares = (("action_logement", 0.2), ("state_priority", 0.12), ("state_agents", 0.03))
        opened += [("contingent", c) for c, share in shares if sizes.random() < share]
        opened += [b for b, share in (("adapted", 0.02), ("stairs", 0.75), ("steps", 0.94)) if sizes.random() < share]
        surface = 9 if people == 1 else min(16 + 9 * (people - 2), 70)
        yield records.packed(row), sum(_BIT[way] for way in opened), surface


def _block(first: int, end: int, places: list[str], cumulated: list[float], base: list[tuple]) -> None:
    from django.db import connection

    from palier.common.isolation import SYSTEM, acting
    from palier.cotation import settling, standings

    demands, wishes, outlines = [], [], []
    for key in range(first, end):
        since = ON - timedelta(days=int(random.random() ** 2 * 4000))
        record, opens, surface = base[random.randrange(PEOPLE)]
        demands.append((key, since))
        chosen = {
            places[min(bisect_right(cumulated, random.random() * cumulated[-1]), len(places) - 1)]
            for _ in range(1 + (random.random() < 0.35))
        }
        wishes += [(key, code, n) for n, code in enumerate(chosen, 1)]
        outlines.append((key, _registered(record, since), opens, surface, random.random() < 0.15))
    until = ON + timedelta(days=300)
    with acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE s_demand (id bigint, since date) ON COMMIT DROP")
        cursor.execute("CREATE TEMPORARY TABLE s_wish (demand bigint, code text, rank int) ON COMMIT DROP")
        cursor.execute(
            "CREATE TEMPORARY TABLE s_outline (demand bigint, record bytea, opens int, surface int, widened boolean)"
            " ON COMMIT DROP"
        )
        for table, held in (("s_demand", demands), ("s_wish", wishes), ("s_outline", outlines)):
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for row in held:
                    copy.write_row(row)
        cursor.execute(
            "INSERT INTO demands_demand (id, number, register_code, department_id, state, first_registered_on, received_at,"
            " expires_on, removal_ground, removal_subground, revision, form, unmapped, last_name_key, first_name_key, sheltered,"
            " identity_keys, people, adults, wanted_types, transfer, main_motive)"
            " SELECT id, 'B' || id, '014', '14', 'active', since, now(), current_date + 200, '', '', 1, '{}', '[]', '', '',"
            " false, '{}', 1, 1, '{}', false, '' FROM s_demand"
        )
        cursor.execute("INSERT INTO demands_wish (demand_id, commune_id, rank) SELECT * FROM s_wish")
        cursor.execute(
            "INSERT INTO cotation_outline (demand_id, record, refused, opens, surface, widened, until)"
            " SELECT demand, record, false, opens, surface, widened, %s FROM s_outline",
            [until],
        )
        keys = list(range(first, end))
        settling.settle(keys, ON)
        standings.place(keys)


def _registered(record: bytes, since: date) -> bytes:
    from palier.law import records

    month, day = records.REGISTERED
    held = bytearray(record)
    struct.pack_into("<i", held, month, since.year * 12 + since.month)
    held[day] = since.day
    return bytes(held)


def _offers(places: list[str]) -> None:
    """Ten thousand dwellings, where people wish to live."""
    from palier.accounts.models import Organisation
    from palier.common import clock
    from palier.common.isolation import SYSTEM, acting
    from palier.homes.models import Dwelling, Offer, Vacancy

    chance = random.Random(2)
    now = clock.now()
    with acting(SYSTEM):
        landlord = Organisation.objects.create(kind="landlord", name="Banc", departments=["14"])
        kinds = chance.choices(["T1", "T2", "T3", "T4", "T5"], (10, 28, 34, 22, 6), k=OFFERS)
        surface = {"T1": 28, "T2": 45, "T3": 62, "T4": 80, "T5": 98}
        dwellings = Dwelling.objects.bulk_create(
            Dwelling(
                landlord=landlord, reference=f"B{n}", address="1 rue du Banc", postcode="14000",
                commune_id=places[min(int(chance.expovariate(1 / 60)), len(places) - 1)] if n >= 100 else places[n % 3],
                kind="flat", type=kinds[n], surface=surface[kinds[n]], floor=chance.randrange(5), lift=chance.random() < 0.4,
                step_free=chance.random() < 0.4, financing=chance.choices(["PLAI", "PLUS", "PLS"], (30, 55, 15))[0],
            )
            for n in range(OFFERS)
        )  # fmt: skip
        vacancies = Vacancy.objects.bulk_create(Vacancy(dwelling=d, notice_on=ON, available_on=ON) for d in dwellings)
        Offer.objects.bulk_create(
            Offer(
                vacancy=v, dwelling=v.dwelling, state="published", rent=400, charges=80, published_at=now, closes_at=now,
                confirmed_at=now, draw_seed=f"{n:032x}",
            )
            for n, v in enumerate(vacancies)
        )  # fmt: skip


# ── The measures ─────────────────────────────────────────────────────────────


ROUNDS = 3


def walks(options: argparse.Namespace) -> None:
    """Shortlists and ranks by sixteen clients at once, on a hundred homes of the most wanted towns."""
    homes = _homes(100)
    keys = [(key,) for (key,) in query("SELECT id FROM cotation_score ORDER BY id LIMIT 5000")]
    _apply()
    candidates = query("SELECT array[id] FROM applications_application ORDER BY id")
    seekers = query("SELECT demand_id, array[offer_id] FROM applications_application ORDER BY id")
    first = "SELECT * FROM palier_first_of_register(%s, %s, %s, %s, %s)"
    calls = {
        "one row": ("SELECT points FROM cotation_score WHERE id = %s", keys),
        "five": (first, [(*home, 5) for home in homes]),
        "hundred": (first, [(*home, 100) for home in homes]),
        "rank": ("SELECT * FROM palier_own_ranks(%s)", candidates),
        "place": ("SELECT * FROM palier_places(%s, %s)", seekers),
        "naive": (_NAIVE, [(commune, needed) for commune, _, needed, _ in homes]),
    }
    # In turns, the best of each: whatever else the machine does weighs on all.
    best = dict.fromkeys(calls, 0.0)
    for _ in range(ROUNDS):
        for what, (sql, values) in calls.items():
            best[what] = max(best[what], _rate(sql, values, options.seconds))
    floor = best["one row"]
    for what, words in (
        ("five", "shortlist of five"),
        ("hundred", "first hundred"),
        ("rank", f"own exact rank among an offer’s {APPLIED} candidates"),
        ("place", "place one would have there, applied or not"),
    ):
        line(f"{words}, {CLIENTS} clients", f"{best[what]:.0f}/s", f"one row by its key: {floor:.0f}/s",
             best[what] / floor, f"joined and sorted: {best['naive']:.1f}/s")  # fmt: skip
    for what, words in (("rank", "own exact rank among candidates"), ("place", "place one would have")):
        times, least = (
            min((_paced(*calls[asked], best[what] / 2, options.seconds) for _ in range(ROUNDS)), key=_late)
            for asked in (what, "one row")
        )
        line(f"{words}, {CLIENTS} clients at half of that load", _told(times), f"one row, as often: {_told(least)}",
             _late(times) / _late(least))  # fmt: skip


def _apply() -> None:
    """Candidates on the hundred homes: of each town, those whom a draw gives, as many for each home as there are."""
    from palier.applications.placing import follow
    from palier.common.isolation import SYSTEM, acting

    if query("SELECT EXISTS (SELECT FROM applications_application)")[0][0]:
        return
    query(
        "INSERT INTO applications_application (demand_id, offer_id, state, live_slot, applied_at, ticket, draw, told,"
        " reason_codes, reason_text, note, state_at, points, registered_on)"
        " SELECT DISTINCT ON (demand_id) demand_id, offer_id, 'submitted', 1, now(), left(md5(demand_id::text), 16),"
        " left(md5('d' || demand_id), 16), '{}', '{}', '', '', now(), 0, now()"
        " FROM (SELECT s.demand_id, s.place, row_number() OVER (PARTITION BY s.place ORDER BY hashint8(s.demand_id)) AS n"
        "       FROM cotation_standing s JOIN territories_commune c ON c.code = s.place) seeker"
        " JOIN (SELECT o.id AS offer_id, w.commune_id AS place, row_number() OVER (PARTITION BY w.commune_id ORDER BY o.id) AS k,"
        "              count(*) OVER (PARTITION BY w.commune_id) AS homes"
        "       FROM (SELECT * FROM homes_offer ORDER BY id LIMIT 100) o JOIN homes_dwelling w ON w.id = o.dwelling_id) home"
        " ON home.place = seeker.place AND seeker.n %% home.homes = home.k - 1 AND seeker.n <= home.homes * %s"
        " ORDER BY demand_id, offer_id",
        APPLIED,
    )
    with acting(SYSTEM):
        follow([demand for (demand,) in query("SELECT demand_id FROM applications_application ORDER BY id")])


def _told(times: list[float]) -> str:
    return f"p50 {times[len(times) // 2] * 1000:.1f} ms, p99 {_late(times) * 1000:.1f} ms"


def _late(times: list[float]) -> float:
    return times[int(len(times) * 0.99)]


# What a page would do without a ranking kept ready.
_NAIVE = """
    SELECT d.id, s.points, d.first_registered_on FROM territories_commune c
    JOIN demands_wish w ON w.commune_id = c.code JOIN demands_demand d ON d.id = w.demand_id
    JOIN cotation_outline k ON k.demand_id = d.id
    LEFT JOIN cotation_score s ON s.demand_id = d.id AND s.epci_id = c.epci_id
    WHERE c.code = %s AND k.opens & %s > 0 AND d.state = 'active'
    ORDER BY s.points DESC, d.first_registered_on LIMIT 5"""


def _homes(most: int) -> list[tuple]:
    from palier.applications.offers import facts
    from palier.common.isolation import SYSTEM, acting
    from palier.cotation.matching import asked
    from palier.homes.models import Offer

    with acting(SYSTEM):
        offers = Offer.objects.select_related("dwelling__commune").order_by("pk")[:most]
        return [asked(facts(offer)) for offer in offers]


def _client(
    sql: str, values: list[tuple], seconds: float, every: float, seed: int, ready: Barrier, back: object
) -> None:
    """One client of a site already at work: none begins before all are connected and have planned what they ask."""
    import psycopg

    from palier.config.environment import ENV

    held = ENV.database("web")
    link = psycopg.connect(
        host=held["host"], port=held["port"], user=held["user"], password=held["password"], dbname=held["name"],
        autocommit=True, prepare_threshold=0,
    )  # fmt: skip
    link.execute("SELECT set_config('palier.role', 'system', false)")
    chance = random.Random(seed)
    known = time.perf_counter() + 0.2
    link.execute(sql, chance.choice(values)).fetchall()
    while time.perf_counter() < known:
        link.execute(sql, chance.choice(values)).fetchall()
    ready.wait()
    times = []
    end = time.perf_counter() + seconds
    due = time.perf_counter() + chance.random() * every
    while (now := time.perf_counter()) < end:
        if every and now < due:
            time.sleep(due - now)
        start = due if every else now
        link.execute(sql, chance.choice(values)).fetchall()
        times.append(time.perf_counter() - start)
        due += every
    back.put(times)  # type: ignore[attr-defined]


def _clients(sql: str, values: list[tuple], seconds: float, every: float) -> list[float]:
    from django.db import connection

    connection.close()
    ways = multiprocessing.get_context("fork")
    back, ready = ways.Queue(), ways.Barrier(CLIENTS)
    running = [ways.Process(target=_client, args=(sql, values, seconds, every, n, ready, back)) for n in range(CLIENTS)]
    for one in running:
        one.start()
    times = [t for _ in running for t in back.get()]
    for one in running:
        one.join()
    return sorted(times)


def _rate(sql: str, values: list[tuple], seconds: float) -> float:
    return len(_clients(sql, values, seconds, 0)) / seconds


def _paced(sql: str, values: list[tuple], rate: float, seconds: float) -> list[float]:
    """Times from the moment each call was due, so that waiting for a late one counts."""
    return _clients(sql, values, seconds, CLIENTS / rate)


def many(options: argparse.Namespace) -> None:
    """Five candidates for each of ten thousand dwellings."""
    homes, sample = _homes(OFFERS), options.sample // 10
    columns = [list(column) for column in zip(*homes, strict=True)]
    sql = "SELECT * FROM palier_firsts_of_register(%s::text[], %s::text[], %s::int[], %s::int[], 5)"
    floor = "SELECT s.points FROM generate_series(1, %s) AS o (id) JOIN cotation_score s ON s.id = o.id"
    query(sql, *columns)
    seconds = timed(lambda: query(sql, *columns))
    least = timed(lambda: query(floor, OFFERS * 5))
    line(
        f"{OFFERS} dwellings, five candidates each", f"{seconds:.2f} s", f"as many rows by key: {least:.2f} s",
        seconds / least, f"Python: {_python(homes[:sample]) / sample * OFFERS:.0f} s; data frames: {_frames(homes):.1f} s",
    )  # fmt: skip


_STANDINGS = (
    "SELECT place, demand_id, hundredths, registered_on - date '1970-01-01', opens, surface FROM cotation_standing"
)


def _python(homes: list[tuple]) -> float:
    """A loop over all who wish each place, in memory already."""
    wishing: dict[str, list[tuple]] = {}
    for place, *row in query(_STANDINGS + " WHERE place = ANY(%s)", sorted({p for h in homes for p in h[:2]})):
        wishing.setdefault(place, []).append(tuple(row))
    return timed(
        lambda: [
            sorted(
                (-points, since, demand)
                for place in (commune, epci) for demand, points, since, opens, surface in wishing.get(place, ())
                if opens & needed == needed and surface <= room
            )[:5]
            for commune, epci, needed, room in homes
        ]
    )  # fmt: skip


def _frames(homes: list[tuple]) -> float:
    """Joins and sorts of data frames that hold the register already, two hundred dwellings at a time for their memory."""
    import polars as pl

    names = ["place", "demand", "points", "since", "opens", "surface"]
    register = pl.DataFrame(query(_STANDINGS), schema=names, orient="row")
    asked = pl.DataFrame(
        [(n, *h) for n, h in enumerate(homes)], schema=["home", "c", "e", "needed", "room"], orient="row"
    )
    places = asked.unpivot(["c", "e"], index=["home", "needed", "room"], value_name="place")

    def block(first: int) -> pl.DataFrame:
        held = places.lazy().filter(pl.col("home").is_between(first, first + 199)).join(register.lazy(), on="place")
        opened = held.filter(
            (pl.col("opens") & pl.col("needed")) == pl.col("needed"), pl.col("surface") <= pl.col("room")
        )
        best = opened.sort("points", "since", descending=[True, False]).group_by("home", maintain_order=True).head(5)
        return best.collect()

    # A twentieth of them: a large register takes minutes.
    return timed(lambda: [block(first) for first in range(0, len(homes) // 20, 200)]) * 20


class Shares:
    """Seconds of a `with` spent in the database, reading and writing; the rest is ours."""

    def __enter__(self) -> Shares:
        from django.db import connection

        from palier.common import bulk

        self.read = self.written = 0.0
        self._pulled = bulk.pulled
        self._staged = bulk.staged
        bulk.pulled, bulk.staged = self._reading, self._staging
        self._wrapped = connection.execute_wrapper(self._writing)
        self._wrapped.__enter__()
        self._start = time.perf_counter()
        return self

    def __exit__(self, *error: object) -> None:
        from palier.common import bulk

        self.whole = time.perf_counter() - self._start
        self._wrapped.__exit__(*error)
        bulk.pulled, bulk.staged = self._pulled, self._staged

    def _reading(self, *values: object, **named: object) -> object:
        start = time.perf_counter()
        try:
            return self._pulled(*values, **named)
        finally:
            self.read += time.perf_counter() - start

    def _staging(self, *values: object) -> object:
        start, already = time.perf_counter(), self.written
        try:
            return self._staged(*values)
        finally:
            self.written = already + time.perf_counter() - start

    def _writing(self, execute: Callable, sql: str, *values: object) -> object:
        start = time.perf_counter()
        try:
            return execute(sql, *values)
        finally:
            if not sql.startswith("SELECT * FROM ("):
                self.written += time.perf_counter() - start

    def told(self, what: str, count: int, naive: str = "") -> None:
        least = self.read + self.written
        line(
            what, f"{self.whole:.2f} s, {self.whole / count * 1e6:.0f} µs each",
            f"read alone {self.read:.2f} s, written and indexed alone {self.written:.2f} s", self.whole / least, naive,
        )  # fmt: skip


def midnight(options: argparse.Namespace) -> None:
    """The night's step for those who reach one more month, found, settled and told, by as many ways as there are cores;
    the same by one way, taken back, and the definition one by one beside it."""
    from datetime import datetime
    from datetime import time as moment

    from django.conf import settings

    from palier.common import clock
    from palier.common.isolation import SYSTEM, acting
    from palier.cotation import refresh
    from palier.law.calendar import PARIS

    step = next(s for s in refresh.STEPS if s.key == "points")
    for n in range(1, 29):
        day = ON + timedelta(days=n)
        with clock.frozen_at(datetime.combine(day, moment(0, 5), PARIS)):
            with acting(SYSTEM):
                if len(step.find(0, day)) < 11_000 and n < 28:
                    continue
            with contextlib.suppress(_Undone), acting(SYSTEM):
                with Shares() as shares:
                    keys = list(step.find(0, day))[:11_000]
                    step.do(keys, day)
                raise _Undone
            vacuum()
            settings.WAYS = os.cpu_count() or 1

            start = time.perf_counter()
            with acting(SYSTEM):
                step.do(list(step.find(0, day))[:11_000], day)
            seconds = time.perf_counter() - start
            settings.WAYS = 1
            break
    least = shares.read + shares.written
    line(f"midnight, {len(keys)} demands pass a threshold", f"{seconds:.2f} s, by one way {shares.whole:.2f} s",
         f"read alone {shares.read:.2f} s, written and indexed alone {shares.written:.2f} s", seconds / least,
         f"one by one: about {_one_by_one(options.sample) * len(keys):.0f} s")  # fmt: skip
    vacuum()


class _Undone(Exception):
    """Takes back what was written to be measured."""


def new_grid(options: argparse.Namespace) -> None:
    """Another grid in the largest territory, then in all: the rows read, the points worked out, everything written."""
    from scoring import grid_of_thirty

    from palier.common import bulk
    from palier.common.isolation import SYSTEM, acting
    from palier.cotation import refresh
    from palier.law import columns, records
    from palier.territories.models import Epci

    largest = query("SELECT epci_id FROM cotation_score GROUP BY epci_id ORDER BY count(*) DESC LIMIT 1")[0][0]
    sql = (
        "SELECT s.id, s.points * 100 AS points, o.record FROM cotation_score s"
        " JOIN cotation_outline o ON o.demand_id = s.demand_id WHERE s.epci_id = %(epci)s"
    )
    query(sql, {"epci": largest})
    held: list[tuple] = []

    def pull() -> None:
        with acting(SYSTEM):
            held.append(bulk.pulled(sql, {"epci": largest}, record="record"))

    read = min(timed(pull) for _ in range(3))
    ready = columns.compiled(grid_of_thirty(), ON)
    place = grid_of_thirty().place
    work = min(timed(lambda: ready.totals(records.unpack(held[0][1], place, ready.names))) for _ in range(3))
    count = len(held[0][0]["id"])
    held.clear()
    line(f"new grid, {count} demands: points known", f"{read + work:.2f} s", f"the same rows read: {read:.2f} s",
         (read + work) / read)  # fmt: skip
    one = _one_by_one(options.sample)
    with acting(SYSTEM):
        everywhere = list(Epci.objects.order_by("pk").values_list("pk", flat=True))
    for where, what in (([largest], "the same, written, ranked and told to each"), (everywhere, "new grid everywhere")):
        _publish(where)
        with Shares() as shares:
            done = refresh.follow_grids()
        shares.told(f"{what}: {done} scores", done, f"one by one: about {one * done:.0f} s")
        vacuum()


def _publish(epcis: list[str]) -> None:
    from palier.common.isolation import SYSTEM, acting
    from palier.cotation.models import Grid

    with acting(SYSTEM):
        last = Grid.objects.order_by("-version").first()
        worth = 5 + last.version % 4
        made = Grid.objects.create(
            key=last.key, version=last.version + 1, title="Banc", valid_from=ON, state="published",
            source=re.sub(r"at_least = 65\npoints = \d+", f"at_least = 65\npoints = {worth}", last.source)
            .replace("points = 1\nmost = 60", f"points = 1\nmost = {60 + last.version % 2}"),
        )  # fmt: skip
        made.epcis.set(epcis)


def _one_by_one(sample: int) -> float:
    """Seconds a demand of the definition and one statement, the least a loop would do."""
    from scoring import grid_of_thirty, loop

    ids = [key for (key,) in query("SELECT id FROM cotation_score LIMIT %s", sample)]
    write = timed(
        lambda: [query("UPDATE cotation_score SET points = points WHERE id = %s RETURNING id", k) for k in ids]
    )
    return loop(grid_of_thirty(), sample) + write / sample


if __name__ == "__main__":
    raise SystemExit(main())
