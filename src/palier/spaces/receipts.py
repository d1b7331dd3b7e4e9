"""Downloading the receipt of a list of candidates: the same document for whoever may read the list."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse

from palier.law.receipts import SCHEMA


def download(receipt: Mapping[str, Any] | None) -> HttpResponse:
    """The receipt as a file, kept by no cache. Lists made before receipts have none: 404."""
    if receipt is None or receipt.get("schema") != SCHEMA:
        raise Http404
    content = json.dumps(receipt, ensure_ascii=False, indent=1)
    response = HttpResponse(content + "\n", content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="recu-offre-{receipt["offer"]["number"]}.json"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
