"""The yearly balance of a landlord for a holder: its record, its seal, its paper (CCH R441-5-1)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from palier.accounts.actor import Actor
from palier.accounts.models import Organisation
from palier.accounts.roles import Role
from palier.common import clock, ledger, pdf, sealing
from palier.common.errors import NotYours, Refused
from palier.law import flow
from palier.reservations.models import Balance, Turn
from palier.reservations.queries import Year, balances_of, conventions_of, year_of
from palier.territories.models import Department


def record_of(held: Year, holder: Organisation) -> dict[str, Any]:
    """Everything that a balance says: the base and its exclusions, the holder's rows, its dwellings one by one."""
    rows = [(held.conventions[r.line.key], r) for r in held.rows if r.line.key in held.conventions]
    mine = [(c, r) for c, r in rows if c.holder_id == holder.pk]
    turns = Turn.objects.filter(
        landlord=held.landlord, holder=holder, on__year=held.number,
        vacancy__dwelling__commune__department=held.department,
    ).exclude(state="cancelled")  # fmt: skip
    return {
        "landlord": held.landlord.name,
        "holder": holder.name,
        "year": held.number,
        "department": Department.objects.get(pk=held.department).name,
        "base": len(held.base.counted),
        "first": len(held.base.first),
        "excluded": [[label, count] for label, count in held.excluded],
        "cancelled": held.base.cancelled,
        "rows": [
            {
                "name": c.get_contingent_display(), "percent": float(c.percent), "place": c.commune.name if c.commune else "",
                "objective": r.objective, "took": r.took, "offered": r.offered, "let": r.let, "returned": r.returned,
                "pending": r.pending, "late": r.late, "first": r.first,
            }
            for c, r in mine
        ],
        "dwellings": _dwellings(turns.select_related("vacancy__dwelling__commune").order_by("on", "pk")),
    }  # fmt: skip


def _dwellings(turns: Iterable[Turn]) -> list[dict[str, Any]]:
    """What was offered and allocated, by kind, financing, commune, priority district and age of the building."""
    return [
        {
            "on": turn.on.isoformat(), "reference": home.reference, "type": home.get_type_display(),
            "commune": home.commune.name, "financing": home.financing, "qpv": home.qpv, "built": home.built,
            "kind": turn.get_kind_display(), "outcome": _outcome(turn),
        }
        for turn in turns
        for home in (turn.vacancy.dwelling,)
    ]  # fmt: skip


def _outcome(turn: Turn) -> str:
    if turn.state == "returned":
        return "Rendu au bailleur"
    return "Attribué, bail signé" if turn.vacancy.end_reason == "let" else turn.get_state_display()


@transaction.atomic
def sign_balance(*, actor: Actor, holder_id: int, year: int, department: str) -> Balance:
    """Sign the balance of a past year for a holder; signed once, it comes back as it was.

    The year must be over: a balance tells what was offered and allocated, not what may be.
    """
    landlord = actor.organisation
    if actor.role != Role.LANDLORD or landlord is None or actor.person is None:
        raise NotYours("a landlord's act")
    done = balances_of(actor).filter(holder=holder_id, year=year, department=department).first()
    if done is not None:
        return done
    convention = conventions_of(actor).filter(holder=holder_id, department=department).first()
    if convention is None or year < convention.valid_from.year:
        raise NotYours("no convention with this holder that year")
    if year >= clock.today().year:
        raise Refused("balance.year", f"L’année {year} n’est pas finie : son bilan se signe en janvier {year + 1}.")
    now, held, holder = clock.now(), year_of(landlord, department, year), convention.holder
    if holder_id not in {c.holder_id for c in held.conventions.values()}:
        raise NotYours("their convention had ended before that year")
    record = {
        **record_of(held, holder), "signed_at": now.isoformat(), "dated_on": clock.today().isoformat(),
        "due": flow.balance_due(year).isoformat(),
        "signed_by": actor.person.full_name, "title": actor.membership.title if actor.membership else "",
    }  # fmt: skip
    sha256, seal = seals(record)
    try:
        with transaction.atomic():
            made = Balance.objects.create(
                landlord=landlord, holder=holder, year=year, department_id=department, record=record, sha256=sha256,
                seal=seal, document=draw(record, sha256=sha256, seal=seal), signed_at=now, signed_by=actor.person,
            )  # fmt: skip
    except IntegrityError:
        return balances_of(actor).get(holder=holder_id, year=year, department=department)
    ledger.record(verb="balances.sign", subject=made, actor=actor, data={"year": year, "sha256": sha256})
    return made


def seals(record: dict[str, Any]) -> tuple[str, str]:
    """SHA-256 of a record's canonical JSON, which anybody can redo, and this installation's own mark on it, which nobody else can."""
    text = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest(), sealing.fingerprint(text)


def sound(balance: Balance) -> bool:
    """Whether the record is still the one that was signed here."""
    return seals(balance.record) == (balance.sha256, balance.seal)


def draw(record: dict[str, Any], *, sha256: str, seal: str) -> bytes:
    """The PDF of a record, with its seals at the end."""
    return pdf.render(
        "flow_balance",
        {
            **record, "sha256": sha256, "seal": seal, "demo": settings.DEMO, "origin": settings.BASE_URL,
        },
    )  # fmt: skip
