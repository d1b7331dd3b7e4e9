"""A commission's rules of procedure, read from its dated versions."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from django.utils.timezone import localdate

from palier.commissions.models import Commission, RulesVersion, Session
from palier.common import clock
from palier.law.procedure import Member, Rules, notice
from palier.territories.queries import setting

__all__ = ["Rules", "frozen", "members_of", "notice_lacking", "rules_of", "rules_of_session", "version_of"]


def version_of(commission: Commission, on: date) -> RulesVersion | None:
    """The version in force on a day; None before the first one."""
    return RulesVersion.objects.filter(commission=commission, valid_from__lte=on).first()


def rules_of(commission: Commission, on: date) -> Rules:
    """The rules in force; those of the house, with the department's usual window, where the commission set none."""
    version = version_of(commission, on)
    if version is not None:
        return version.rules
    return Rules(**setting("commission_window", on=on, territory=commission.department_id))


def rules_of_session(session: Session) -> Rules:
    """Those frozen into a published session; those in force on the day of its opening before that."""
    if session.rules is None:
        return rules_of(session.commission, localdate(session.opens_at))
    kept = {key: value for key, value in session.rules.items() if key not in ("version", "valid_from")}
    return Rules(**{**kept, "reminder_hours": tuple(kept["reminder_hours"])})


def notice_lacking(session: Session) -> str:
    """What a summons sent today would lack of its days of notice, in words; empty when the rules are kept."""
    return notice(clock.today(), localdate(session.opens_at), rules_of_session(session).notice_days)


def frozen(session: Session) -> dict[str, Any]:
    """The rules of a session as its publication keeps them, with the version that they come from."""
    day = localdate(session.opens_at)
    version = version_of(session.commission, day)
    origin = {
        "version": version.version if version else None,
        "valid_from": version.valid_from.isoformat() if version else None,
    }
    return {**asdict(rules_of(session.commission, day)), **origin}


def members_of(commission: Commission) -> list[Member]:
    """The seats in office, as the law reads them."""
    seats = commission.seats.filter(until=None).order_by("-president", "pk")
    return [Member(s.capacity, s.president, s.commune_id or s.epci_id or "") for s in seats]
