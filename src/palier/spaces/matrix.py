"""Which role may open which named address, read from the views themselves."""

from __future__ import annotations

from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from palier.accounts.roles import Role

ROLES = [r.value for r in Role if r != Role.SYSTEM]
# Served by libraries or by demo mode, each with its own rule.
LEFT_OUT = ("account_", "api:", "demo:", "gallery")


class Row(dict):
    """role → "x" (open), "" (404), "?" (the view says nothing). `address`: None when it needs an argument."""

    address: str | None = None
    post_only: bool = False


def matrix() -> dict[str, Row]:
    """Named URL → row, sorted by name."""
    rows: dict[str, Row] = {}
    for name, view in sorted(_named(get_resolver())):
        if name.startswith(LEFT_OUT):
            continue
        row = Row({role: _right(view, role) for role in ROLES})
        row.post_only = _post_only(view)
        try:
            row.address = reverse(name)
        except NoReverseMatch:
            row.address = None
        rows[name] = row
    return rows


def _right(view, role: str) -> str:
    roles = _attribute(view, "roles", "?")
    if roles == "?":
        return "?"
    return "x" if roles is None or role in roles else ""


def _attribute(view, name: str, default):
    while view is not None:
        if hasattr(view, name):
            return getattr(view, name)
        view = getattr(view, "__wrapped__", None)
    return default


def _post_only(view) -> bool:
    """`require_POST` leaves no mark of its own: ask the view with a bare GET."""
    code = getattr(view, "__code__", None)
    names = code.co_freevars if code else ()
    return "request_method_list" in names


def _named(resolver: URLResolver, prefix: str = ""):
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from _named(pattern, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield prefix + pattern.name, pattern.callback
