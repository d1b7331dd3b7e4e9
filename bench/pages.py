"""The pages people wait for, each beside a bare view that answers one indexed query in the same run.

`./palier bench pages` needs the demo's territory (`./palier demo --check` builds it). Calls go through
the whole WSGI application, middlewares and row security included, on one thread: absolute times say
something of this machine only, ratios can be compared.
"""

from __future__ import annotations

import io
import os
import statistics
import sys
import time
from collections.abc import Callable

import django

# A connection for each request would hide what the pages themselves cost.
os.environ["PALIER_POOL"] = "1"
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.urls import path, reverse  # noqa: E402

from palier.accounts.models import Person  # noqa: E402
from palier.common import clock  # noqa: E402
from palier.common.isolation import SYSTEM, acting  # noqa: E402
from palier.config import urls  # noqa: E402
from palier.demands.models import Demand  # noqa: E402
from palier.demands.queries import current_for  # noqa: E402
from palier.demo.people import BY_KEY  # noqa: E402
from palier.homes.queries import open_offers  # noqa: E402
from palier.territories.models import Commune  # noqa: E402

ROUNDS = 200


def floor(request) -> HttpResponse:
    """One indexed query, no template: what any page costs at least here."""
    return HttpResponse(Commune.objects.get(code="14118").name)


urls.urlpatterns.append(path("bench/floor/", floor))
application = WSGIHandler()


def call(address: str, cookie: str = "") -> int:
    """One request through the application; returns its status."""
    where, _, query = address.partition("?")
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": where, "QUERY_STRING": query, "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80", "HTTP_HOST": "127.0.0.1", "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http", "HTTP_COOKIE": cookie, "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
    }  # fmt: skip
    seen: list[str] = []
    body = application(environ, lambda status, headers: seen.append(status))
    b"".join(body)
    body.close()
    return int(seen[0][:3])


def signed_in(person: Person) -> str:
    """A session cookie for a person."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session["membership"] = 0
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def counted(address: str, cookie: str) -> int:
    """How many statements one request sends, those that tell the database who acts included."""
    seen: list[str] = []

    def note(execute, sql, params, many, context):
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        call(address, cookie)
    return len(seen)


def measure(once: Callable[[], int], floor: Callable[[], int]) -> tuple[float, float, float, float]:
    """Median and 95th percentile in milliseconds, requests a second, and the floor's median, after a warm-up.

    The floor is called before each request: whatever else the machine does weighs on both alike.
    """
    for _ in range(10):
        assert once() == floor() == 200
    times, floors = [], []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        floor()
        between = time.perf_counter()
        once()
        floors.append(between - start)
        times.append(time.perf_counter() - between)
    times.sort()
    return (
        statistics.median(times) * 1000, times[int(len(times) * 0.95)] * 1000, 1 / statistics.mean(times),
        statistics.median(floors) * 1000,
    )  # fmt: skip


def main() -> int:
    call_command("collectstatic", verbosity=0, interactive=False)
    with acting(SYSTEM):
        clock.follow_demo_shift()
        person = Person.objects.get(email=BY_KEY["amina.benali"].email)
        demand = current_for(person)
        offer = open_offers(clock.now()).filter(dwelling__commune__code="14118").order_by("pk").first()
        size = Demand.objects.count()
        cookie = signed_in(person)
    assert demand is not None and offer is not None
    pages = [
        ("floor: one indexed query", "/bench/floor/", ""),
        ("offers search", reverse("public:offers") + "?lieu=Caen&type=T3", ""),
        ("offer page", reverse("public:offer", args=[offer.pk]), ""),
        ("signed in: one indexed query", "/bench/floor/", cookie),
        ("my offers", reverse("applicant:offers"), cookie),
        ("my applications", reverse("applicant:applications"), cookie),
        ("apply (last look)", reverse("applicant:apply", args=[offer.pk]), cookie),
    ]
    print(f"{size} demands, {ROUNDS} requests each, one thread\n")
    print(
        "| page | median ms | 95th pct ms | requests/s | × floor | queries |\n| --- | ---: | ---: | ---: | ---: | ---: |"
    )
    for name, address, who in pages:
        queries = counted(address, who)
        median, slow, rate, base = measure(lambda a=address, w=who: call(a, w), lambda: call("/bench/floor/"))
        print(f"| {name} | {median:.2f} | {slow:.2f} | {rate:.0f} | {median / base:.1f} | {queries} |")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
