"""After thousands of rows, queries are planned for the tables as they are."""

from __future__ import annotations

from django.db import connection

from palier.common import clock
from palier.common.bulk import renew_statistics
from palier.common.isolation import SYSTEM, acting
from palier.observatory.models import PastAllocation

ROWS = 3000


def known_rows() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'observatory_pastallocation'::regclass")
        return cursor.fetchone()[0]


def test_the_web_role_may_ask_for_fresh_statistics_within_its_transaction(db):
    with acting(SYSTEM):
        renew_statistics()
        before = known_rows()
        PastAllocation.objects.bulk_create(
            PastAllocation(
                signed_on=clock.today(), commune_id="14118", type="T2", financing="PLUS", wait_days=n, people=2
            )
            for n in range(ROWS)
        )
        renew_statistics()
        after = known_rows()
    assert (before, after) == (0, ROWS)
