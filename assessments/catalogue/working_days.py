"""Working days, and where an assessment stands in those that it may take from the referral.

Census rule 8670 counts from the assessment's start instead; callers choose between them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays

from assessments.catalogue.timeframes import timeframe_for, timeframes


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


def working_days_allowed(referral_date: date) -> int:
    """Return how many working days an assessment may take that was referred on that day."""
    return timeframe_for(referral_date).working_days


def due_date(referral_date: date) -> date:
    """Return the last of the working days that are allowed from the referral."""
    calendar = _calendar(referral_date)
    return calendar[bisect_right(calendar, referral_date) + working_days_allowed(referral_date) - 1]


def overdue_referrals(day: date) -> list[tuple[date, date]]:
    """Return the spans of referral dates, first and last, whose working days ended before `day`."""
    calendar = _calendar(day - timedelta(days=366), day)
    place = bisect_left(calendar, day)
    spans = []
    for timeframe in timeframes():
        overdue = calendar[place - timeframe.working_days] - timedelta(days=1)
        last = min(overdue, timeframe.last_referral)
        if timeframe.first_referral <= last:
            spans.append((timeframe.first_referral, last))
    return spans


def working_days_between(first: date, last: date) -> list[date]:
    """Return the working days from `first` up to and including `last`."""
    calendar = _calendar(first, last)
    return calendar[bisect_left(calendar, first) : bisect_right(calendar, last)]


def working_day_after(day: date, number: int) -> date:
    """Return the working day of this number after `day`, the next being number one."""
    calendar = _calendar(day)
    return calendar[bisect_right(calendar, day) + number - 1]


def is_working_day(day: date) -> bool:
    calendar = _calendar(day)
    place = bisect_left(calendar, day)
    return place < len(calendar) and calendar[place] == day


@dataclass(frozen=True, slots=True)
class Deadline:
    """An assessment's position in the working days that it may take from the referral."""

    day: int
    allowed: int
    overdue: bool

    @property
    def left(self) -> int:
        """How many working days are left; negative once they are over."""
        return self.allowed - self.day

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
        """The working day it is at, for a person: "Day 12 of 30"."""
        return f"Day {self.day} of {self.allowed}"


def deadline_on(day: date, referral_date: date) -> Deadline:
    """Return the deadline, on `day`, of an assessment that is still open."""
    place = working_days_after(referral_date, day)
    overdue = day > due_date(referral_date)
    return Deadline(day=place, allowed=working_days_allowed(referral_date), overdue=overdue)
