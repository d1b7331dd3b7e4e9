"""Headers that forbid inline code, and forms that may be sent twice."""

from __future__ import annotations

import uuid

from django.db import IntegrityError, connection, transaction
from django.http import HttpResponseRedirect

from palier.common.live import origin
from palier.common.models import Receipt

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; font-src 'self';"
    " connect-src 'self' {live}; form-action 'self'; frame-ancestors 'none'; base-uri 'self'; object-src 'none'"
)
ONCE_FIELD = "once"


class ContentSecurityPolicyMiddleware:
    """Only our own files run: an injected script is inert."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        policy = CONTENT_SECURITY_POLICY.replace(" {live}", f" {live}" if (live := origin(request)) else "")
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Permissions-Policy", "geolocation=(self), camera=(), microphone=()")
        return response


class RetryMiddleware:
    """A form carries a key (`{% once %}`); the second arrival of a key gets the first one's answer.

    The receipt is written in the request's own transaction, so a double click that arrives while the
    first is still running waits for it. Only successful forms (redirects) leave a receipt: a form sent
    back with errors can be corrected and sent again with the same key.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        key = self._key(request)
        if key is None:
            return self.get_response(request)
        person = getattr(request.user, "pk", None)
        try:
            with transaction.atomic():
                receipt = Receipt.objects.create(key=key, person=person, path=request.path[:300])
        except IntegrityError:
            done = Receipt.objects.filter(key=key, person=person).first()
            if done is not None and done.location:
                return self._redirect(request, done.location)
            return self.get_response(request)
        response = self.get_response(request)
        if connection.needs_rollback:
            return response
        location = response.headers.get("Location") or response.headers.get("HX-Redirect", "")
        if location:
            Receipt.objects.filter(pk=receipt.pk).update(location=location[:300])
        else:
            receipt.delete()
        return response

    @staticmethod
    def _key(request) -> uuid.UUID | None:
        if request.method != "POST" or request.content_type not in (
            "application/x-www-form-urlencoded",
            "multipart/form-data",
        ):
            return None
        try:
            return uuid.UUID(request.POST.get(ONCE_FIELD, ""))
        except (ValueError, TypeError):
            return None

    @staticmethod
    def _redirect(request, location: str):
        if request.headers.get("HX-Request"):
            response = HttpResponseRedirect(location)
            response.status_code = 204
            del response.headers["Location"]
            response.headers["HX-Redirect"] = location
            return response
        return HttpResponseRedirect(location)
