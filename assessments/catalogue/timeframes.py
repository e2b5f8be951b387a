"""How many working days an assessment may take, by the day of its referral.

Read from `timeframes.toml`: statutory figures that are not the guide's, each with its source.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

from assessments.catalogue.tables import Table, read

TIMEFRAMES_FILE = Path(__file__).parent / "timeframes.toml"

MOST_WORKING_DAYS = 200
"""More is a slip: it is most of a year."""


@dataclass(frozen=True, slots=True)
class TimeframeSource:
    """Where a figure comes from, and its words there."""

    title: str
    publisher: str
    published: str
    url: str
    """Empty where no address is known."""
    words: str


@dataclass(frozen=True, slots=True)
class Timeframe:
    """A maximum number of working days, for referrals of some days."""

    first_referral: date
    """`date.min` for the earliest, which is also that of referrals before it."""
    last_referral: date
    """Included; `date.max` where no other follows."""
    working_days: int
    source: TimeframeSource


def timeframes(file: Path | None = None) -> tuple[Timeframe, ...]:
    """Return every timeframe, the earliest first; each file is read once.

    `file` is TIMEFRAMES_FILE unless given. Raise CatalogueError.
    """
    return _timeframes(TIMEFRAMES_FILE if file is None else file)


def timeframe_for(referral_date: date) -> Timeframe:
    """Return the timeframe of an assessment referred on that day."""
    return next(each for each in timeframes() if referral_date <= each.last_referral)


@cache
def _timeframes(file: Path) -> tuple[Timeframe, ...]:
    with read(file) as table:
        found = [_timeframe(each) for each in table.tables("timeframe")]
        if not found:
            table.refuse("holds no timeframe")
        for place, (earlier, later) in enumerate(pairwise(found)):
            if later.first_referral <= earlier.first_referral:
                table.refuse(f"{later.first_referral} stands after {earlier.first_referral}")
            last = later.first_referral - timedelta(days=1)
            found[place] = replace(earlier, last_referral=last)
        found[0] = replace(found[0], first_referral=date.min)
        return tuple(found)


def _timeframe(table: Table) -> Timeframe:
    with table:
        first_referral = table.day("first_referral")
        table.named(f"timeframe from {first_referral}")
        working_days = table.integer("working_days")
        if not 1 <= working_days <= MOST_WORKING_DAYS:
            table.refuse(f"working_days must be from 1 to {MOST_WORKING_DAYS}")
        source = _source(table.table("source"))
        if f"{working_days} working days" not in source.words:
            table.refuse(f"the words of its source do not say {working_days} working days")
        return Timeframe(first_referral, date.max, working_days, source)


def _source(table: Table) -> TimeframeSource:
    with table:
        return TimeframeSource(
            title=table.filled("title"),
            publisher=table.filled("publisher"),
            published=table.filled("published"),
            url=table.text("url", ""),
            words=table.filled("words"),
        )
