"""Numbers, money and dates as French readers expect them.

A missing value is written "—": an empty cell leaves the reader in doubt, a dash does not.
Thousands are parted by a narrow no-break space, units by a no-break space.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django import template
from django.utils import timezone

from palier.common import clock

register = template.Library()

NONE = "—"
NARROW = "\u202f"
NBSP = "\u00a0"
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def _decimal(value: Any) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _written(number: Decimal, decimals: int) -> str:
    rounded = number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    sign = "−" if rounded < 0 else ""
    return sign + f"{abs(rounded):,.{decimals}f}".replace(",", NARROW).replace(".", ",")


def _local(value: date | datetime) -> date | datetime:
    """A datetime in French time; a naive datetime is taken as already French."""
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


@register.filter
def number(value: Any, decimals: int = 0) -> str:
    """42000 → « 42 000 »; `|number:1` keeps one decimal."""
    found = _decimal(value)
    return NONE if found is None else _written(found, int(decimals))


@register.filter
def euros(value: Any, decimals: int | None = None) -> str:
    """1234.5 → « 1 234,50 € »; whole amounts lose their cents unless `|euros:2`; `|euros:0` rounds."""
    found = _decimal(value)
    if found is None:
        return NONE
    if decimals is None:
        decimals = 0 if found == found.to_integral_value() else 2
    return f"{_written(found, int(decimals))}{NBSP}€"


@register.filter
def percent(ratio: Any, decimals: int = 0) -> str:
    """A ratio: 0.312 → « 31 % », `|percent:1` → « 31,2 % »."""
    found = _decimal(ratio)
    return NONE if found is None else f"{_written(found * 100, int(decimals))}{NBSP}%"


@register.filter
def percentage(value: Any, decimals: int = 0) -> str:
    """A number that already counts per hundred: 31.2 → « 31 % »."""
    found = _decimal(value)
    return NONE if found is None else f"{_written(found, int(decimals))}{NBSP}%"


@register.filter
def surface(value: Any) -> str:
    """Square metres: 64.5 → « 64,5 m² »."""
    found = _decimal(value)
    if found is None:
        return NONE
    return f"{_written(found, 0 if found == found.to_integral_value() else 1)}{NBSP}m²"


@register.filter
def file_size(value: Any) -> str:
    """The size of a file, in thousands as French readers count it: 482133 → « 482 ko », 1204133 → « 1,2 Mo »."""
    found = _decimal(value)
    if found is None:
        return NONE
    if found < 1_000_000:
        return f"{_written(max(found / 1000, Decimal(1)), 0)}{NBSP}ko"
    millions = found / 1_000_000
    return f"{_written(millions, 0 if millions >= 10 else 1)}{NBSP}Mo"


@register.filter
def counted(value: Any, words: str) -> str:
    """3 and "candidat" → « 3 candidats »; give both forms when "s" is not enough: "œil,yeux". Nought is singular."""
    found = _decimal(value)
    if found is None:
        return NONE
    one, _, many = words.partition(",")
    word = one if abs(found) < 2 else (many or f"{one}s")
    return f"{_written(found, 0)}{NBSP}{word}"


@register.filter
def ordinal(value: Any, feminine: str = "") -> str:
    """1 → « 1er » (« 1re » with `|ordinal:"f"`), 2 → « 2e »."""
    found = _decimal(value)
    if found is None:
        return NONE
    if found == 1:
        return "1re" if feminine else "1er"
    return f"{_written(found, 0)}e"


@register.filter
def day(value: date | datetime | None) -> str:
    """« 23 novembre 2026 », « 1er décembre 2026 »."""
    if not value:
        return NONE
    local = _local(value)
    first = "1er" if local.day == 1 else str(local.day)
    return f"{first}{NBSP}{MONTHS[local.month - 1]}{NBSP}{local.year}"


@register.filter
def weekday(value: date | datetime | None) -> str:
    """« lundi 23 novembre 2026 »."""
    if not value:
        return NONE
    return f"{WEEKDAYS[_local(value).weekday()]} {day(value)}"


@register.filter
def short_day(value: date | datetime | None) -> str:
    """« 23/11/2026 »."""
    return f"{_local(value):%d/%m/%Y}" if value else NONE


@register.filter
def clock_time(value: datetime | None) -> str:
    """« 14:02 »."""
    return f"{_local(value):%H:%M}" if value else NONE


@register.filter
def moment(value: datetime | None) -> str:
    """« 23 novembre 2026 à 14:02 »; a plain date is written without an hour."""
    if not value:
        return NONE
    if not isinstance(value, datetime):
        return day(value)
    return f"{day(value)} à {_local(value):%H:%M}"


def _span(delta: timedelta) -> str:
    seconds = int(delta.total_seconds())
    if seconds < 3600:
        return f"{seconds // 60}{NBSP}min"
    if seconds < 86400:
        return f"{seconds // 3600}{NBSP}h"
    days = seconds // 86400
    if days < 60:
        return f"{days}{NBSP}jour{'s' if days > 1 else ''}"
    if days < 730:
        return f"{days // 30}{NBSP}mois"
    return f"{days // 365}{NBSP}ans"


@register.filter
def since(value: date | datetime | None) -> str:
    """« à l’instant », « il y a 3 h », « hier », « il y a 12 jours »; a future instant gives « dans 3 jours »."""
    if not value:
        return NONE
    if not isinstance(value, datetime):
        return _since_day((clock.today() - value).days)
    instant = value if timezone.is_aware(value) else timezone.make_aware(value)
    delta = clock.now() - instant
    if abs(delta) < timedelta(minutes=1):
        return "à l’instant"
    return f"dans {_span(-delta)}" if delta < timedelta(0) else f"il y a {_span(delta)}"


def _since_day(days: int) -> str:
    named = {0: "aujourd’hui", 1: "hier", -1: "demain"}
    if days in named:
        return named[days]
    span = _span(timedelta(days=abs(days)))
    return f"il y a {span}" if days > 0 else f"dans {span}"


@register.filter
def days_long(value: Any) -> str:
    """A number of days as one waits it: 12 → « 12 jours », 400 → « 13 mois », 800 → « 2 ans et 2 mois »."""
    found = _decimal(value)
    if found is None:
        return NONE
    if found < 60:
        return counted(found, "jour")
    return months_long(int(found / Decimal("30.4375")))


@register.filter
def months_long(value: Any) -> str:
    """27 → « 2 ans et 3 mois »; under two years, months only."""
    found = _decimal(value)
    if found is None:
        return NONE
    months = int(found)
    if months < 24:
        return f"{months}{NBSP}mois"
    years, rest = divmod(months, 12)
    return f"{years}{NBSP}ans" + (f" et {rest}{NBSP}mois" if rest else "")


@register.filter
def yes_no(value: Any) -> str:
    """True → « Oui », False → « Non », None → « — »."""
    return NONE if value is None else ("Oui" if value else "Non")
