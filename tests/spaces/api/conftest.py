"""A landlord with a system of every scope, and a client that speaks for it."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.test import Client

from palier.accounts.roles import Role
from palier.exchanges.landlords import actions
from palier.exchanges.landlords.scopes import SCOPES

_keys = itertools.count(1)


class System:
    """`call` answers (status, JSON). Each POST draws a key unless it is given one."""

    def __init__(self, token: str) -> None:
        self._client = Client()
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **query: Any) -> tuple[int, Any]:
        answer = self._client.get(f"/api/v1{path}", query, headers=self._headers)
        return answer.status_code, answer.json()

    def post(self, path: str, body: Any = None, *, key: str | None = "") -> tuple[int, Any]:
        headers = dict(self._headers)
        if key is not None:
            headers["Idempotency-Key"] = key or f"essai-{next(_keys):06d}"
        answer = self._client.post(f"/api/v1{path}", body, content_type="application/json", headers=headers)
        return answer.status_code, answer.json()


class Landlord:
    """`agent`: its agent; `system`: the system's row; `api`: what speaks with its token."""

    def __init__(self, build, scopes=tuple(SCOPES), **fields: Any) -> None:
        self.agent = build.actor(Role.LANDLORD, build.organisation(**fields))
        self.body = self.agent.organisation
        self.row = actions.add_system(actor=self.agent, name="Gestion du parc", scopes=scopes)
        self.token = actions.renew_token(actor=self.agent, system_id=self.row.pk, chance="essai")
        self.api = System(self.token)


@pytest.fixture
def landlord(build) -> Landlord:
    return Landlord(build)


def row(reference: str, **fields: Any) -> dict[str, Any]:
    """A dwelling as a system sends it."""
    plain = {
        "reference": reference, "address": "4 rue des Essais", "postcode": "14000", "commune": "14118",
        "kind": "flat", "type": "T3", "surface": 62.5, "financing": "PLUS", "floor": 2,
    }  # fmt: skip
    return {**plain, **fields}


def empty(reference: str, **fields: Any) -> dict[str, Any]:
    """An empty dwelling as a system sends it."""
    return {"dwelling": reference, "available_on": "2027-01-04", "rent": 410.25, "charges": 60, **fields}
