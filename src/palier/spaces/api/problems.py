"""Errors as JSON (the members of RFC 9457): a stable code, French words, and the field they are about."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist, RequestDataTooBig
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from palier.common.errors import NotYours, Refused
from palier.exchanges.landlords.once import KeyTaken
from palier.exchanges.landlords.rows import field_of, words


class FieldProblem(Schema):
    """What is wrong with one field."""

    field: str
    code: str
    message: str


class Problem(Schema):
    """`code` is stable; `detail` is French, for a person; `errors` has one entry for each field that is wrong."""

    status: int
    code: str
    detail: str
    field: str | None
    errors: list[FieldProblem]


ERRORS = frozenset({400, 401, 403, 404, 409, 413, 422})


class Denied(Exception):
    """The token lacks a scope."""

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        self.scope = scope


def body(status: int, code: str, detail: str, errors: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """A problem; its `field` is that of its only error."""
    errors = errors or []
    return {
        "status": status, "code": code, "detail": detail,
        "field": errors[0]["field"] if len(errors) == 1 else None, "errors": errors,
    }  # fmt: skip


def install(api: NinjaAPI) -> None:
    """One handler for each kind of error; whatever the operation had begun is undone."""

    def answer(request: HttpRequest, status: int, code: str, detail: str, errors: list | None = None) -> HttpResponse:
        if connection.in_atomic_block:
            transaction.set_rollback(True)
        return api.create_response(request, body(status, code, detail, errors), status=status)

    @api.exception_handler(AuthenticationError)
    def _(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        given = "Authorization" in request.headers
        words = (
            "Ce jeton n’est pas valable, ou ne l’est plus." if given else "Donnez un jeton : Authorization: Bearer …"
        )
        response = answer(request, 401, "token.unknown" if given else "token.missing", words)
        response.headers["WWW-Authenticate"] = "Bearer"
        return response

    @api.exception_handler(Denied)
    def _(request: HttpRequest, error: Denied) -> HttpResponse:
        return answer(request, 403, "token.scope", f"Ce jeton n’a pas le droit « {error.scope} ».")

    @api.exception_handler(Refused)
    def _(request: HttpRequest, error: Refused) -> HttpResponse:
        errors = [{"field": error.field, "code": error.code, "message": error.message}] if error.field else []
        # A field can be corrected; without one it is the present state of things that says no.
        status = 422 if error.field and not isinstance(error, KeyTaken) else 409
        return answer(request, status, error.code, error.message, errors)

    @api.exception_handler(ValidationError)
    def _(request: HttpRequest, error: ValidationError) -> HttpResponse:
        errors = [_field(one) for one in error.errors]
        missing = next((e for e in errors if e["field"] == "Idempotency-Key"), None)
        if missing is not None:
            detail = "Chaque écriture porte un en-tête Idempotency-Key : 8 à 80 lettres, chiffres, - ou _."
            return answer(request, 400, "idempotency.missing", detail, [{**missing, "message": detail}])
        return answer(request, 422, "request.invalid", "La requête n’est pas valable : voyez chaque champ.", errors)

    @api.exception_handler(HttpError)
    def _(request: HttpRequest, error: HttpError) -> HttpResponse:
        return answer(request, error.status_code, "request.unreadable", "Le corps de la requête n’est pas du JSON.")

    @api.exception_handler(RequestDataTooBig)
    def _(request: HttpRequest, error: Exception) -> HttpResponse:
        return answer(request, 413, "request.large", "Cette requête dépasse 2 Mo : envoyez-la en plusieurs fois.")

    for kind in (NotYours, ObjectDoesNotExist, Http404):

        @api.exception_handler(kind)
        def _(request: HttpRequest, error: Exception) -> HttpResponse:
            return answer(request, 404, "not_found", "Rien à cette adresse pour ce jeton.")


def _field(error: dict[str, Any]) -> dict[str, str]:
    # ninja puts where it found it, and the name of the argument, before the field itself.
    place = error["loc"][0] if error["loc"] else ""
    return {
        "field": field_of(error, 2 if place == "body" and len(error["loc"]) > 2 else 1),
        "code": f"row.{error['type']}",
        "message": words(error),
    }
