"""A GET cannot write: the database refuses it, not a convention."""

from __future__ import annotations

import pytest
from django.db import InternalError, connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory

from palier.accounts.middleware import ActorMiddleware
from palier.common.models import ClockShift
from palier.demands.models import Demand


class Session(dict):
    pass


def _run(method: str, view) -> HttpResponse:
    request = getattr(RequestFactory(), method)("/")
    request.session = Session()
    return ActorMiddleware(view)(request)


def writing(request) -> HttpResponse:
    ClockShift.objects.create(seconds=1)
    return HttpResponse()


def test_a_view_that_writes_on_get_fails(world):
    with pytest.raises(InternalError, match="read-only"), transaction.atomic():
        _run("get", writing)
    assert ClockShift.objects.count() == 0


def test_the_same_view_may_write_on_post(world):
    assert _run("post", writing).status_code == 200
    assert ClockShift.objects.count() == 1


def test_the_page_of_a_demand_never_moves_its_row(build):
    demand = build.demand(build.person())

    def careless(request) -> HttpResponse:
        Demand.objects.filter(pk=demand.pk).update(people=3)
        return HttpResponse()

    with pytest.raises(InternalError), transaction.atomic():
        _run("get", careless)


def test_scope_does_not_outlive_the_request(world):
    _run("post", lambda request: HttpResponse())
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('palier.role', true)")
        assert cursor.fetchone() == ("system",)
