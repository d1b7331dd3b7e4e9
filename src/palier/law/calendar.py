"""The days of a demand, an offer and a sitting: delays of the law, counted as the law counts them.

Months run from the same day to the same day; when the month is too short, to its last day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from palier.law.parameters import parameter_set

PARIS = ZoneInfo("Europe/Paris")
VALID, TO_RENEW, EXPIRED, REMOVED, LOST = "valid", "to_renew", "expired", "removed", "lost"
_WEEKDAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}


@dataclass(frozen=True, slots=True)
class Life:
    """Where a demand stands on a day, and the days to come.

    `state`: valid, to_renew (notice sent), expired (still renewable with nothing lost), removed
    (RADREN, may still be reactivated) or lost (a new demand starts from zero).
    """

    state: str
    seniority_months: int
    expires_on: date
    notice_on: date
    removal_on: date
    reactivation_until: date


@dataclass(frozen=True, slots=True)
class Window:
    """A sitting's voting window: open at `opens_at`, closed at `closes_at` (excluded). Aware, Europe/Paris."""

    opens_at: datetime
    closes_at: datetime

    def is_open(self, at: datetime) -> bool:
        return self.opens_at <= at < self.closes_at


def add_months(start: date, months: int) -> date:
    """The same day `months` later (or earlier), or the last day of that month when it is shorter."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = (date(year + month // 11, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(start.day, last))


def months_between(start: date, end: date) -> int:
    """Complete months from a day to another: the greatest n with `add_months(start, n) <= end`; never negative."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if add_months(start, months) > end:
        months -= 1
    return max(months, 0)


def life(registered_on: date, renewed_on: date | None, on: date) -> Life:
    """A demand's calendar: one year of validity, notice one month before, removal at 13 months, lost after 18.

    Seniority runs from the first registration, whatever the renewals.
    Source: CCH R441-2-7 and R441-2-8; order of 23 March 2015, annex.
    """
    # A demand may be older than the text: the delays are those of the day one asks.
    rule = parameter_set("calendar", on=on).values
    start = max(registered_on, renewed_on) if renewed_on else registered_on
    expires = add_months(start, rule["validity_months"])
    notice = add_months(expires, -rule["renewal_notice_months"])
    removal = add_months(start, rule["removal_months"])
    until = add_months(start, rule["reactivation_months"])
    if on < notice:
        state = VALID
    elif on <= expires:
        state = TO_RENEW
    elif on < removal:
        state = EXPIRED
    else:
        state = REMOVED if on <= until else LOST
    return Life(state, months_between(registered_on, on), expires, notice, removal, until)


def validity(on: date) -> int:
    """For how many months a demand registered or renewed on a day is valid (CCH R441-2-7)."""
    months: int = parameter_set("calendar", on=on).values["validity_months"]
    return months


def notice_months(on: date) -> int:
    """How long before the end of validity the renewal notice leaves, in months (CCH R441-2-7)."""
    months: int = parameter_set("calendar", on=on).values["renewal_notice_months"]
    return months


def erasure_months(on: date) -> int:
    """How long personal data of a removed demand are kept, in months (order of 23 March 2015, annex)."""
    months: int = parameter_set("calendar", on=on).values["erasure_months"]
    return months


def answer_due(sent_on: date, days: int) -> date:
    """The last day to answer an offer; silence after it counts as a refusal.

    The day of sending does not count, the last day does. Raises ValueError under the legal ten days.
    Source: CCH R441-10.
    """
    least: int = parameter_set("calendar", on=sent_on).values["answer_days"]
    if days < least:
        raise ValueError(f"le délai de réponse ne peut pas être inférieur à {least} jours")
    return sent_on + timedelta(days=days)


def conditional_due(decided_on: date, days: int) -> date:
    """The last day to bring the document of a conditional allocation; the commission fixes the delay (CCH R441-3)."""
    if days < 1:
        raise ValueError("la commission fixe un délai d'au moins un jour")
    return decided_on + timedelta(days=days)


def renewal_removal(registered_on: date, renewed_on: date | None, noticed_on: date) -> date:
    """The day from which a demand that nobody renewed may be removed (RADREN): 13 months, and its notice told in time.

    A notice that left late pushes the removal back: one month at least always separates the two (CCH R441-2-7).
    """
    start = max(registered_on, renewed_on) if renewed_on else registered_on
    rule = parameter_set("calendar", on=noticed_on).values
    return max(add_months(start, rule["removal_months"]), add_months(noticed_on, rule["renewal_notice_months"]))


def no_answer_removal(warned_on: date) -> date:
    """The day from which a demand may be removed for no answer to a traceable letter (RADCON)."""
    return add_months(warned_on, parameter_set("calendar", on=warned_on).values["no_answer_months"])


def rejection_removal(warned_on: date) -> date:
    """The day from which a demand rejected by a commission may be removed (RADIRR, CCH R441-2-8)."""
    return add_months(warned_on, parameter_set("calendar", on=warned_on).values["rejection_warning_months"])


def warned_removal(ground: str, warned_on: date, registered_on: date, renewed_on: date | None) -> date:
    """The day from which a household warned on a day may be removed, on each ground that a warning must come before.

    Raises KeyError for a ground that knows no warning.
    """
    return {
        "RADREN": lambda: renewal_removal(registered_on, renewed_on, warned_on),
        "RADCON": lambda: no_answer_removal(warned_on),
        "RADIRR": lambda: rejection_removal(warned_on),
    }[ground]()


def reactivation_until(ground: str, removed_on: date, last_renewal: date) -> date | None:
    """The last day on which a removed demand may come back with its number and seniority; None when never."""
    rule = parameter_set("calendar", on=removed_on).values
    if ground == "RADREN":
        return add_months(last_renewal, rule["reactivation_months"])
    if ground == "RADCON":
        return add_months(removed_on, rule["no_answer_reactivation_months"])
    return None


def reactivation_bounds(on: date) -> tuple[date, date]:
    """For lists: the earliest end of validity (RADREN) and the earliest removal (RADCON) that may still come back."""
    rule = parameter_set("calendar", on=on).values
    beyond = rule["reactivation_months"] - rule["validity_months"]
    return add_months(on, -beyond), add_months(on, -rule["no_answer_reactivation_months"])


def erasure_on(removed_on: date) -> date:
    """The day on which personal data of a removed demand are erased (order of 23 March 2015, annex)."""
    return add_months(removed_on, parameter_set("calendar", on=removed_on).values["erasure_months"])


def moment(day_and_time: str) -> tuple[int, time]:
    """« wed 09:00 » → (2, 09:00). Raises ValueError with the expected form."""
    name, _, clock = day_and_time.strip().lower().partition(" ")
    try:
        return _WEEKDAYS[name], time.fromisoformat(clock.strip())
    except (KeyError, ValueError):
        raise ValueError(
            f"« {day_and_time} » : écrire un jour (mon à sun) et une heure, par exemple « wed 09:00 »"
        ) from None


def next_window(rule: Mapping[str, str], after: datetime) -> Window:
    """The first weekly window that opens at or after an instant. `rule`: {"opens": "wed 09:00", "closes": "thu 13:00"}.

    Hours are those of a Paris clock, summer time included. The window lasts less than a week. `after` must be aware.
    """
    (open_day, open_time), (close_day, close_time) = moment(rule["opens"]), moment(rule["closes"])
    if (open_day, open_time) == (close_day, close_time):
        raise ValueError("la séance doit se clore après son ouverture")
    if after.tzinfo is None:
        raise ValueError("un instant porte un fuseau horaire")
    local = after.astimezone(PARIS)
    first = local.date() + timedelta(days=(open_day - local.weekday()) % 7)
    if datetime.combine(first, open_time, PARIS) < local:
        first += timedelta(days=7)
    length = (close_day - open_day) % 7
    if length == 0 and close_time < open_time:
        length = 7
    return Window(
        datetime.combine(first, open_time, PARIS), datetime.combine(first + timedelta(days=length), close_time, PARIS)
    )
