"""From session to Actor, and the transaction in which the request runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import auth
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction

from palier.accounts.actor import VISITOR, Actor
from palier.accounts.queries import current_membership
from palier.accounts.roles import Role
from palier.common import clock
from palier.common.isolation import Scope, acting

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from palier.accounts.models import Person

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# Sign-in, sign-up and recovery look people up before anyone is known: the `gate` scope opens the
# account tables, and nothing else, to these pages alone.
GATE_PREFIX = "/compte/"
MEMBERSHIP_KEY = "membership"
# Addresses that something else than a session opens (a landlord's system, by its token): prefix → who acts there.
doors: dict[str, Callable[[HttpRequest], Actor]] = {}


class ActorMiddleware:
    """Sets `request.user` and `request.actor`, then runs the rest in one transaction of that actor's scope.

    A GET runs in a READ ONLY transaction: a page that writes fails. A view that raises is rolled back.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        door = next((door for prefix, door in doors.items() if request.path.startswith(prefix)), None)
        request.user, request.actor = (AnonymousUser(), door(request)) if door else identify(request)
        scope = request.actor.scope
        if request.path.startswith(GATE_PREFIX):
            scope = Scope(role="gate", person=request.actor.person_id)
        with acting(scope, read_only=request.method in SAFE):
            clock.follow_demo_shift()
            response = self.get_response(request)
        for finish in getattr(request, "after_transaction", ()):
            finish()
        return response

    def process_exception(self, request, exception):
        # The handler turns exceptions into responses below us; without this the transaction would commit.
        if connection.in_atomic_block:
            transaction.set_rollback(True)


def identify(request) -> tuple[Person | AnonymousUser, Actor]:
    """Who holds the session of a request, and under which role."""
    key = request.session.get(SESSION_KEY)
    if key is None:
        return AnonymousUser(), VISITOR
    with acting(Scope(role="gate", person=int(key))):
        person = auth.get_user(request)
        if not person.is_authenticated:
            return person, VISITOR
        membership = current_membership(person, request.session.get(MEMBERSHIP_KEY))
    role = membership.role if membership else Role.APPLICANT
    return person, Actor(role=role, person=person, membership=membership)
