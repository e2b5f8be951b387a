"""The working days on which invented events happen, and the office hours of a day."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from assessments.catalogue import loader, working_days

LONDON = ZoneInfo("Europe/London")
CENSUS_YEARS = 4
OPENS = 8 * 3600 + 45 * 60
"""Seconds from midnight. Rules are answered in the minutes before an event."""
CLOSES = 17 * 3600 + 45 * 60


def census_year_start(day: date) -> date:
    """Return the 1 April on or before `day`."""
    return date(day.year if (day.month, day.day) >= (4, 1) else day.year - 1, 4, 1)


def first_day(today: date) -> date:
    """Return the first day of the census years, as far back as factors could be recorded.

    Raise ValueError for a day on which nothing can be recorded.
    """
    recordable = [each.in_force_from for each in loader.editions().values() if each.recordable]
    if not recordable or today < min(recordable):
        raise ValueError(f"No edition of the guide that is in force on {today} can be recorded.")
    start = census_year_start(today)
    return max(start.replace(year=start.year - CENSUS_YEARS + 1), min(recordable))


class Calendar:
    """The working days from `first_day` up to the day before `today`, by number.

    Nothing happens today, so that no event is in the future at whatever hour this runs.
    """

    def __init__(self, today: date) -> None:
        day, days = first_day(today), []
        while day < today:
            if working_days.is_working_day(day):
                days.append(day)
            day += timedelta(days=1)
        self.days = days
        self.last = len(days) - 1
        self._midnights = [
            datetime.combine(day, time(), tzinfo=LONDON).astimezone(UTC) for day in days
        ]

    def number(self, day: date) -> int:
        """Return the number of the first working day on or after `day`."""
        return bisect_left(self.days, day)

    def moments(self, numbers: Iterable[int], random: Random) -> list[datetime]:
        """Return a moment in office hours on each of the days, the earliest first."""
        draw = random.random
        drawn = [(number, OPENS + int(draw() * (CLOSES - OPENS))) for number in numbers]
        drawn.sort()
        return [self._midnights[number] + timedelta(seconds=second) for number, second in drawn]
