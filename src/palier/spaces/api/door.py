"""From a token to the actor of a request, and what its scopes allow."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Annotated, Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from ninja import Header
from ninja.security import HttpBearer
from ninja.utils import contribute_operation_args
from pydantic import StringConstraints

from palier.accounts.actor import VISITOR, Actor
from palier.common import clock
from palier.common.isolation import Scope, acting
from palier.exchanges.landlords.once import once
from palier.exchanges.landlords.tokens import actor_of, holder, note_use
from palier.spaces.api.problems import Denied

PREFIX = "/api/v1/"
IdempotencyKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,80}$")]


def who(request: HttpRequest) -> Actor:
    """The system behind a token acts as its landlord; anybody else is a visitor, and the API shows them nothing."""
    request.system = None
    with suppress(RequestDataTooBig):
        # Read before anything takes it for a form, which would leave nothing of it; too large, it is told later as JSON.
        _ = request.body
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return VISITOR
    with acting(Scope(role="gate")):
        clock.follow_demo_shift()
        request.system = holder(token.strip(), clock.now())
        if request.system is not None:
            note_use(request.system)
    return actor_of(request.system) if request.system else VISITOR


class Token(HttpBearer):
    """Asked on every operation; the token itself was looked up at the door, before the transaction began."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        return request.system


def _allow(request: HttpRequest, scope: str) -> None:
    if scope and scope not in request.system.scopes:
        raise Denied(scope)


def reads(scope: str = "") -> Callable[[Callable], Callable]:
    """An operation that reads, for systems with this scope."""

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            _allow(request, scope)
            return view(request, *args, **kwargs)

        return wrapped

    return decorate


def writes(scope: str) -> Callable[[Callable], Callable]:
    """An operation that writes: done once for one `Idempotency-Key`, whose answer is kept."""

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, idempotency_key: str, **kwargs: Any) -> Any:
            _allow(request, scope)
            return once(
                request.system, key=idempotency_key, method=request.method, path=request.path, body=request.body,
                act=lambda: view(request, *args, **kwargs),
            )  # fmt: skip

        contribute_operation_args(
            wrapped, "idempotency_key", IdempotencyKey,
            Header(..., alias="Idempotency-Key", description="A random key, drawn anew for each act; the same one to send it again."),
        )  # fmt: skip
        return wrapped

    return decorate
