"""The site with one view more: the least that a request which keeps a row costs behind the same middlewares."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

# Loading the application loads the models that the addresses need.
from palier.config.wsgi import application  # isort: split

from palier.config import urls

__all__ = ["application"]
MAKE = """
    CREATE TABLE bench_row (id bigserial PRIMARY KEY, body text);
    GRANT SELECT, INSERT ON bench_row TO palier_web; GRANT USAGE ON bench_row_id_seq TO palier_web"""
ADDRESS = "/bench/row"


@csrf_exempt
def row(request: HttpRequest) -> JsonResponse:
    """One row written: no token looked up, nothing checked, locked, decided nor journaled."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_row (body) VALUES (%s)", [request.body.decode()])
    return JsonResponse({})


urls.urlpatterns.append(path(ADDRESS.lstrip("/"), row))
