"""Who may open a page, and what happens to typed text when the session has ended meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import constant_time_compare, salted_hmac

from palier.common.errors import NotYours

PENDING = "pending_forms"
# Whose browser this was last, as a keyed digest: held text is offered to that person and to nobody else.
LAST = "palier_last"
KEPT_FOR = 30 * 24 * 3600
# What a browser sends by itself, or must not keep.
NOT_TYPED = {"csrfmiddlewaretoken", "once"}
View = Callable[..., HttpResponse]


def for_roles(*roles: str) -> Callable[[View], View]:
    """The page exists for these roles only.

    Nobody signed in: to the sign-in page, and back; what a form held is kept in the session and offered
    again afterwards. Another role, an object out of the actor's scope, an act that is not theirs: 404,
    which reveals nothing.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.actor.is_authenticated:
                return _ask_to_sign_in(request)
            if request.actor.role not in roles:
                raise Http404
            typed = _typed_before(request)
            if typed is not None:
                return render(request, "spaces/resume.html", {"typed": typed})
            try:
                return _remembered(request, view(request, *args, **kwargs))
            except (NotYours, ObjectDoesNotExist) as error:
                raise Http404 from error

        wrapped.roles = frozenset(roles)
        return wrapped

    return decorate


def public(view: View) -> View:
    """The page is open to everyone; an unknown object is a 404 here too."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (NotYours, ObjectDoesNotExist) as error:
            raise Http404 from error

    wrapped.roles = None
    return wrapped


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    # What a page saves by itself stays on the device: it is no form to send again.
    if request.method == "POST" and "X-Autosave" not in request.headers:
        typed = [(k, v) for k, values in request.POST.lists() if k not in NOT_TYPED for v in values]
        last = request.COOKIES.get(LAST, "")
        if typed and last:
            request.session[PENDING] = {**request.session.get(PENDING, {}), request.path: [last, typed]}
    response = redirect_to_login(request.get_full_path() if request.method == "GET" else request.path)
    if request.headers.get("HX-Request"):
        location = response.headers.pop("Location")
        response.status_code = 204
        response.headers["HX-Redirect"] = location
    return response


def _typed_before(request: HttpRequest) -> list[tuple[str, str]] | None:
    if request.method != "GET" or request.path not in request.session.get(PENDING, {}):
        return None
    pending = request.session[PENDING]
    last, typed = pending.pop(request.path)
    request.session[PENDING] = pending
    return typed if constant_time_compare(last, _digest(request)) else None


def _digest(request: HttpRequest) -> str:
    return salted_hmac("palier.last", str(request.actor.person_id)).hexdigest()


def _remembered(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if request.COOKIES.get(LAST) != (digest := _digest(request)):
        response.set_cookie(
            LAST, digest, max_age=KEPT_FOR, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
    return response
