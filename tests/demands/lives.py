"""Whole lives over random days, told as days and acts, and an independent model of what the law makes of them.

The model is written from the texts, not from the code: it counts months by hand and keeps only dates. It answers the
same questions as the real thing: state, ground, number, seniority, mails.
"""

from __future__ import annotations

import calendar as months
from dataclasses import dataclass, field
from datetime import date, timedelta

from hypothesis import strategies as st

START = date(2026, 1, 31)
ACTS = ("night", "renew", "warn", "answer", "reject", "contest", "waive", "reactivate", "register", "nothing")


def later(day: date, n: int) -> date:
    """The same day `n` months later, or the last of a shorter month."""
    total = day.month - 1 + n
    year, month = day.year + total // 12, total % 12 + 1
    return date(year, month, min(day.day, months.monthrange(year, month)[1]))


# Long gaps as well as days near the terms: most of what can go wrong is one day before or after.
gaps = st.one_of(st.integers(0, 5), st.integers(20, 70), st.sampled_from([1, 28, 29, 30, 31, 150, 330, 365]))
lives = st.lists(st.tuples(gaps, st.sampled_from(ACTS)), min_size=3, max_size=24)


@dataclass
class Model:
    """One household in one department. `first`: seniority; `base`: deposit or last renewal; `told`, `letter` and
    `rejected`: the running warnings; `former`: when earlier demands left; `mails`: kind and day."""

    today: date = START
    number: int = 1
    first: date = START
    base: date = START
    state: str = "active"
    ground: str = ""
    removed: date | None = None
    told: date | None = None
    letter: date | None = None
    rejected: date | None = None
    former: list[date] = field(default_factory=list)
    mails: list[tuple[str, date]] = field(default_factory=list)

    def act(self, name: str) -> bool:
        """Do one act today; whether the law lets it happen."""
        return bool(getattr(self, name)())

    def nothing(self) -> bool:
        return True

    def renew(self) -> bool:
        if self.state != "active":
            return False
        if self.base != self.today or self.today == self.first and ("renewed", self.today) not in self.mails:
            self.mails.append(("renewed", self.today))
        self.base, self.told, self.letter = self.today, None, None
        return True

    def warn(self) -> bool:
        if self.state != "active":
            return False
        if self.letter is None:
            self.letter = self.today
            self.mails.append(("warned", self.today))
        return True

    def answer(self) -> bool:
        if self.state != "active":
            return False
        self.letter = None
        return True

    def reject(self) -> bool:
        if self.state == "active" and self.rejected is None:
            self.rejected = self.today
            self.mails.append(("warned", self.today))
        return True

    def contest(self) -> bool:
        if self.state != "active":
            return False
        self.rejected = None
        return True

    def waive(self) -> bool:
        if self.state == "active":
            self._leave("RADABA")
        return True

    def _leave(self, ground: str) -> None:
        self.state, self.ground, self.removed = "removed", ground, self.today
        self.told = self.letter = self.rejected = None
        self.mails.append(("removed", self.today))

    def until(self) -> date | None:
        if self.ground == "RADREN":
            return later(self.base, 18)
        return later(self.removed, 5) if self.ground == "RADCON" else None

    def reactivate(self) -> bool:
        if self.state == "active":
            return True
        if self.state != "removed" or self.until() is None or self.today > self.until():
            return False
        self.state, self.ground, self.removed, self.base = "active", "", None, self.today
        self.mails.append(("reactivated", self.today))
        return True

    def register(self) -> bool:
        """A new demand starts at zero; an active one stays the only one."""
        if self.state != "active":
            self.number += 1
            if self.state == "removed":
                self.former.append(self.removed)
            self.first = self.base = self.today
            self.state, self.ground, self.removed = "active", "", None
            self.mails.append(("registered", self.today))
        return True

    def night(self) -> bool:
        if self.state == "active" and self.told is None and self.today >= later(later(self.base, 12), -1):
            self.told = self.today
            self.mails.append(("remind", self.today))
        if self.state == "active":
            # In the closed list's alphabetical order when two terms fall on one night.
            if self.letter and self.today >= later(self.letter, 2):
                self._leave("RADCON")
            elif self.rejected and self.today >= later(self.rejected, 1):
                self._leave("RADIRR")
            elif self.told and self.today >= max(later(self.base, 13), later(self.told, 1)):
                self._leave("RADREN")
        if self.state == "removed" and self.today >= later(self.removed, 12):
            self.state = "erased"
            self.mails.append(("erased", self.today))
        due = [day for day in self.former if self.today >= later(day, 12)]
        self.former = [day for day in self.former if day not in due]
        self.mails += [("erased", self.today)] * len(due)
        return True


def told(life: list[tuple[int, str]]) -> list[tuple[date, str]]:
    """The acts with their days."""
    day, story = START, []
    for gap, act in life:
        day += timedelta(days=gap)
        story.append((day, act))
    return story
