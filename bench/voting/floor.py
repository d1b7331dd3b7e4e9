"""The site with one view more: the least that an answer which keeps something costs behind the same middlewares."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

# Loading the application loads the models that the addresses need.
from palier.config.wsgi import application  # isort: split

from palier.config import urls

__all__ = ["application"]
TABLE = "bench_floor"
MAKE = f"""
    CREATE TABLE {TABLE} (member bigint, item bigint, ranking bigint[], revision integer, PRIMARY KEY (member, item));
    GRANT SELECT, INSERT, UPDATE ON {TABLE} TO palier_web"""
ADDRESS = "/bench/floor/"


def floor(request: HttpRequest) -> HttpResponse:
    """One row of a signed-in person written or changed: nothing is locked, read, decided, journaled nor told."""
    ranking = [int(pk) for pk in request.POST["ranking"].split(",")]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {TABLE} VALUES (%s, %s, %s, 1) ON CONFLICT (member, item)"
            f" DO UPDATE SET ranking = excluded.ranking, revision = {TABLE}.revision + 1",
            [request.actor.person_id, request.POST["item"], ranking],
        )
    return HttpResponse(status=204)


urls.urlpatterns.append(path(ADDRESS.lstrip("/"), floor))
