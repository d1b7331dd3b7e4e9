"""The strict harness.

The database is prepared before pytest starts (`./palier test`); tests run as the web role, bound by
row security like the site itself. Warnings are errors, an undefined template variable fails, and a
query without an order comes back shuffled, so that no test passes by luck.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models.expressions import OrderBy
from django.db.models.functions import Random
from django.db.models.sql.compiler import SQLCompiler
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as examples

from palier.accounts.actor import Actor
from palier.accounts.middleware import MEMBERSHIP_KEY
from palier.common import clock
from palier.common.isolation import SYSTEM, acting
from palier.config.environment import ENV
from tests import builders
from tests.browsing import browser, browser_page, site

# A slow machine is no failure, and the same run says the same thing everywhere; more examples are drawn by hand.
examples.register_profile("palier", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("palier")

__all__ = ["browser", "browser_page", "site"]

# A Monday: the demo's commission opens two days later.
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Europe/Paris"))
KEPT_TABLES = {
    "django_migrations", "django_content_type", "auth_permission", "auth_group", "auth_group_permissions",
    "territories_department", "territories_epci", "territories_commune", "territories_setting",
    "common_cache",
}  # fmt: skip


class UndefinedVariable(str):
    """Django puts the variable's name into it with `%`: that is the moment to fail."""

    def __mod__(self, name: object) -> str:
        raise AssertionError(f"undefined template variable: {name}")


def pytest_configure() -> None:
    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UndefinedVariable("%s")
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.WHITENOISE_AUTOREFRESH = True


_ordered = SQLCompiler.get_order_by


def _shuffled(self: SQLCompiler) -> list:
    order = _ordered(self)
    query = self.query
    plain = not (query.combinator or query.distinct or query.group_by is not None or query.subquery)
    if order or not plain or query.is_sliced or not query.default_cols and not query.select:
        return order
    shuffle = OrderBy(Random())
    return [(shuffle, (*self.compile(shuffle.resolve_expression(query)), False))]


SQLCompiler.get_order_by = _shuffled


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """Nothing to create: the database is there, migrated, with its geography."""


@pytest.fixture(autouse=True)
def _fixed_seed() -> None:
    random.seed(20261123)


@pytest.fixture(autouse=True)
def _still_clock() -> Iterator[None]:
    with clock.frozen_at(NOW):
        yield


@pytest.fixture
def world(db: None) -> Iterator[None]:
    """A database transaction in which the test itself sees everything; it is rolled back afterwards."""
    with acting(SYSTEM):
        yield


@pytest.fixture(scope="module")
def _first(request, django_db_setup, django_db_blocker) -> Iterator[object]:
    with django_db_blocker.unblock(), transaction.atomic():
        with clock.frozen_at(NOW), acting(SYSTEM):
            # Numbers beside those of a test's own builder.
            made = request.module.begin(builders.Builder(first=10_000))
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def begun(_first: object, world: None) -> object:
    """What the module's own `begin(build)` makes, a single time for all its tests: each has its copy of the objects, and
    what it does to the rows is rolled back. Not for a module that commits."""
    return copy.deepcopy(_first)


@pytest.fixture
def committed(django_db_blocker) -> Iterator[None]:
    """Real commits, for tests of concurrency and of the browser; every row but geography goes afterwards."""
    with django_db_blocker.unblock():
        try:
            yield
        finally:
            connection.close()
            empty_database()


def empty_database() -> None:
    """Truncate, as the owner, every table that holds neither schema nor geography, and that was written to."""
    owner = ENV.database("owner")
    with psycopg.connect(
        host=owner["host"], port=owner["port"], user=owner["user"], password=owner["password"], dbname=owner["name"]
    ) as link:
        rows = link.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename").fetchall()
        names = [name for (name,) in rows if name not in KEPT_TABLES]
        filled = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in names)
        written = {name for (name,) in [*link.execute(filled).fetchall(), *link.execute(_COUNTED_ON).fetchall()]}
        if emptied := [f'"{name}"' for name in names if name in written]:
            link.execute(f"TRUNCATE {', '.join(emptied)} RESTART IDENTITY CASCADE")


# Tables whose keys went on, rows or not.
_COUNTED_ON = """
    SELECT held.relname FROM pg_sequences q
    JOIN pg_class s ON s.relname = q.sequencename AND s.relkind = 'S'
    JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i') JOIN pg_class held ON held.oid = d.refobjid
    WHERE q.schemaname = 'public' AND q.last_value IS NOT NULL"""


@pytest.fixture
def client_for() -> Callable[[Actor], Client]:
    """A browser session signed in as an actor, under that actor's role."""

    def make(actor: Actor) -> Client:
        client = Client(raise_request_exception=True)
        if actor.person is not None:
            client.force_login(actor.person)
            session = client.session
            session[MEMBERSHIP_KEY] = actor.membership.pk if actor.membership else 0
            session.save()
        return client

    return make


@pytest.fixture
def build(world: None) -> builders.Builder:
    """Everything a test needs, made row by row with explicit values."""
    return builders.Builder()
