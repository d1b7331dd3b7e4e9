"""How a view answers: whole page or fragment from one template, and an action's refusal next to its field."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url

from palier.common.errors import Refused

T = TypeVar("T")


def is_fragment(request: HttpRequest) -> bool:
    """True when htmx asks for part of a page (boosted navigation and history restores want it whole)."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def page(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, fragment: str = "", status: int = 200
) -> HttpResponse:
    """Render `template`, or only its included `fragment` file when htmx asks for it."""
    name = fragment if fragment and is_fragment(request) else template
    response = render(request, name, context, status=status)
    if fragment:
        response.headers["Vary"] = "HX-Request"
    return response


def go(request: HttpRequest, to: str, *args: Any, **kwargs: Any) -> HttpResponse:
    """Redirect after a write, for a browser and for htmx alike."""
    location = resolve_url(to, *args, **kwargs)
    if is_fragment(request):
        response = HttpResponse(status=204)
        response.headers["HX-Redirect"] = location
        return response
    return HttpResponseRedirect(location)


def attempt(form: forms.Form | None, action: Callable[[], T]) -> T | None:
    """Run an action; a refusal lands on the form (next to its field) and None comes back.

    The action is atomic by itself, so a refusal leaves nothing half done.
    """
    try:
        return action()
    except Refused as refusal:
        if form is None:
            raise
        known = refusal.field if refusal.field in form.fields else None
        form.add_error(known, refusal.message)
        return None


def act(request: HttpRequest, action: Callable[[], object], done: str, to: str, *args: Any) -> HttpResponse:
    """Run the action of a button alone, say that it is done or why it is not, and go on to `to`."""
    try:
        action()
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
    return go(request, to, *args)


def table_file(name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A table as a CSV file to download, in the way that French spreadsheets read: semicolons, UTF-8."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    writer = csv.writer(response, delimiter=";")
    writer.writerow(heads)
    writer.writerows(rows)
    return response


def paper(content: bytes, name: str) -> HttpResponse:
    """A PDF shown in the browser, kept by no cache: it is somebody's."""
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
