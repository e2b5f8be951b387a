"""Working days: the 45 of the statutory guidance run from the referral.

Census rule 8670 counts from the assessment's start instead; callers choose between them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays

WORKING_DAYS_ALLOWED = 45
"""Working Together to Safeguard Children: from the point of referral."""


@lru_cache(maxsize=8)
def _working_days(first_year: int, last_year: int) -> list[date]:
    bank_holidays = holidays.country_holidays(
        "GB", subdiv="ENG", years=range(first_year, last_year + 1)
    )
    day, last = date(first_year, 1, 1), date(last_year, 12, 31)
    days = []
    while day <= last:
        if day.weekday() < 5 and day not in bank_holidays:
            days.append(day)
        day += timedelta(days=1)
    return days


def _calendar(*days: date) -> list[date]:
    """Return the working days of whole decades around `days`, so that few calendars are made."""
    first = min(days).year // 10 * 10
    last = max(days).year // 10 * 10 + 10
    return _working_days(first, last)


def working_days_after(start: date, end: date) -> int:
    """Return how many working days follow `start`, up to and including `end`.

    Negative when `end` is earlier.
    """
    calendar = _calendar(start, end)
    return bisect_right(calendar, end) - bisect_right(calendar, start)


def due_date(referral_date: date) -> date:
    """Return the last day of the 45 working days from referral."""
    calendar = _calendar(referral_date)
    return calendar[bisect_right(calendar, referral_date) + WORKING_DAYS_ALLOWED - 1]


def last_referral_overdue_on(day: date) -> date:
    """Return the latest referral date whose 45 working days ended before `day`."""
    calendar = _calendar(day - timedelta(days=366), day)
    return calendar[bisect_left(calendar, day) - WORKING_DAYS_ALLOWED] - timedelta(days=1)


def is_working_day(day: date) -> bool:
    calendar = _calendar(day)
    place = bisect_left(calendar, day)
    return place < len(calendar) and calendar[place] == day


@dataclass(frozen=True, slots=True)
class Deadline:
    """An assessment's position in its 45 working days, which run from the referral."""

    day: int
    left: int
    overdue: bool

    @property
    def words(self) -> str:
        """The time left, for a person: "12 working days left", "Overdue by 1 working day"."""
        days = "working day" if abs(self.left) == 1 else "working days"
        if self.overdue:
            return f"Overdue by {-self.left} {days}" if self.left else "Overdue"
        if self.left == 0:
            return "Last day"
        return f"{self.left} {days} left"

    @property
    def place(self) -> str:
        """The working day it is at, for a person: "Day 12 of 45"."""
        return f"Day {self.day} of {WORKING_DAYS_ALLOWED}"


def deadline_on(day: date, referral_date: date) -> Deadline:
    """Return the deadline, on `day`, of an assessment that is still open."""
    place = working_days_after(referral_date, day)
    overdue = day > due_date(referral_date)
    return Deadline(day=place, left=WORKING_DAYS_ALLOWED - place, overdue=overdue)
