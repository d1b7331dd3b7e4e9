"""A small client for Palier's API of landlords' systems: one file, the standard library alone, Python 3.9 or later.

    palier = Palier("https://palier.example", token)
    palier.put_dwellings([{"reference": "LOG-00042", ...}])
    for offer in palier.every("/offers"):
        ...

Each act bears an idempotency key and is tried again by itself when the line or the server fails: it is done once.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from typing import Any

__all__ = ["Palier", "Problem", "verify"]

# Tries of one request, and seconds before the second, doubled each time; how old a signature may be.
TRIES, PAUSE, TOLERANCE = 4, 0.5, 300


class Problem(Exception):
    """The API refused. `status`, `code` (stable), `field`, `errors`: one for each field. `str()` is French."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(body.get("detail", ""))
        self.status = status
        self.code = body.get("code", "")
        self.field = body.get("field")
        self.errors = body.get("errors", [])


class Palier:
    """`address`: of the site, without a path. `token`: of the landlord's system. `timeout`: seconds for one try."""

    def __init__(self, address: str, token: str, timeout: float = 30.0) -> None:
        self._base = address.rstrip("/") + "/api/v1"
        self._token = token
        self._timeout = timeout

    def get(self, path: str, **query: Any) -> Any:
        """Read one address."""
        asked = urllib.parse.urlencode({name: value for name, value in query.items() if value is not None})
        return self._send("GET", path + ("?" + asked if asked else ""), None, "")

    def post(self, path: str, body: Any = None, key: str | None = None) -> Any:
        """Act once. Give the `key` yourself to act again later as the same act, for example after a crash."""
        return self._send("POST", path, body, key or str(uuid.uuid4()))

    def every(self, path: str, limit: int = 200) -> Iterator[dict[str, Any]]:
        """Every item of a list, page after page."""
        cursor: str | None = None
        while True:
            page = self.get(path, cursor=cursor, limit=limit)
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    def changes(self, cursor: str | None = None) -> tuple[list[dict[str, Any]], str]:
        """What changed since a cursor, and the cursor to keep for next time: keep it once the changes are dealt with."""
        found: list[dict[str, Any]] = []
        while True:
            page = self.get("/changes", cursor=cursor, limit=500)
            found += page["items"]
            cursor = page["next"]
            if not page["more"]:
                return found, str(cursor)

    def put_dwellings(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Add or correct dwellings, as many as you like; a result for each."""
        return self._rows("/dwellings", rows, 500)

    def put_vacancies(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Declare dwellings empty, with their offers; a result for each."""
        return self._rows("/vacancies", rows, 100)

    def put_statements(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Say what is available, let or withdrawn; a result for each."""
        return self._rows("/statements", rows, 100)

    def _rows(self, path: str, rows: list[dict[str, Any]], most: int) -> list[dict[str, Any]]:
        results: list[dict[str, Any]] = []
        for start in range(0, len(rows), most):
            answer = self.post(path, {"rows": rows[start : start + most]})
            results += [{**one, "row": one["row"] + start} for one in answer["results"]]
        return results

    def _send(self, method: str, path: str, body: Any, key: str) -> Any:
        headers = {"Authorization": "Bearer " + self._token, "Accept": "application/json"}
        data = None
        if method == "POST":
            headers.update({"Idempotency-Key": key, "Content-Type": "application/json"})
            data = json.dumps(body).encode() if body is not None else b""
        for attempt in range(TRIES):
            request = urllib.request.Request(self._base + path, data=data, headers=headers, method=method)
            try:
                with urllib.request.urlopen(request, timeout=self._timeout) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                with error:
                    text = error.read()
                if error.code < 500 or attempt == TRIES - 1:
                    raise Problem(error.code, _object(text)) from None
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                if attempt == TRIES - 1:
                    raise
            time.sleep(PAUSE * 2**attempt)
        raise AssertionError("unreachable")


def verify(secret: str, headers: Any, body: bytes, now: float | None = None) -> dict[str, Any]:
    """The message of a webhook, once sure that it comes from Palier and is not an old one played again.

    `headers`: anything with `get`. Raises ValueError. Answer 2xx quickly, and keep `id` so as to ignore a second copy.
    """
    parts = dict(part.partition("=")[::2] for part in str(headers.get("Palier-Signature", "")).split(","))
    stamp, given = parts.get("t", ""), parts.get("v1", "")
    if not stamp.isdigit() or abs((time.time() if now is None else now) - int(stamp)) > TOLERANCE:
        raise ValueError("no instant, or too old a one")
    wanted = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(wanted, given):
        raise ValueError("the signature is not ours")
    return dict(json.loads(body))


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"code": "unreadable", "detail": text[:200].decode("utf-8", "replace")}
