"""What was done to an assessment, and when: from its start to the status it stands in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from random import Random

from assessments.demo.dates import Calendar
from assessments.demo.facts import Circumstances
from assessments.models import Status

MOST_RECORDED = 4
"""Times that factors are recorded before they are submitted."""
DAYS_BETWEEN_RECORDS = 6
LONGEST_CANCELLED = 10
"""Working days within which it is noticed that an assessment was started in error."""
LONGEST_RETURNED = 6
"""Working days since a manager returned what stands returned."""
LONGEST_REOPENED = 60
"""Working days since the authorisation of what stands reopened."""


class Act(Enum):
    START = auto()
    RECORD = auto()
    SUBMIT = auto()
    RETURN = auto()
    CORRECT = auto()
    AUTHORISE = auto()
    REOPEN = auto()
    CANCEL = auto()


@dataclass(frozen=True, slots=True)
class Course:
    """The acts in order, each with its moment, and the working days they hang on, by number."""

    status: str
    referral: int
    start: int
    end: int
    """Of the authorisation or the cancellation; the last day there is, where there was none."""
    acts: tuple[tuple[Act, datetime], ...]


def referral_for(
    status: str, *, before: int | None, known: Circumstances, calendar: Calendar, random: Random
) -> tuple[int, int] | None:
    """The referral's day and how many days the assessment takes, for a status it is to reach.

    Completed ones end `before` a day; None where there is no room before it.
    """
    last = calendar.last if before is None else before - 1
    if status in known.days_open:
        low, high = known.days_open[status].draw(random)
        return max(0, calendar.last - random.randint(low, high)), 0
    if status == Status.CANCELLED:
        taken = random.randint(1, LONGEST_CANCELLED)
        latest = last - taken
    else:
        taken = known.days_taken(random)
        latest = last - taken
        if status == Status.REOPENED:
            latest -= 2
            return max(0, random.randint(latest - LONGEST_REOPENED, latest)), taken
    return (random.randint(0, latest), taken) if latest >= 0 else None


class _Days:
    """The acts so far, each with the number of its working day; none before the last."""

    def __init__(self, start: int, random: Random) -> None:
        self.acts = [(Act.START, start)]
        self._random = random

    def add(self, act: Act, day: int) -> None:
        self.acts.append((act, day))

    def record(self, to: int, times: int) -> None:
        """Record factors some times between the last act and a day."""
        since = self.acts[-1][1]
        drawn = sorted(self._random.randint(since, to) for _ in range(times))
        self.acts.extend((Act.RECORD, day) for day in drawn)


def course(
    status: str,
    referral: int,
    taken: int,
    *,
    known: Circumstances,
    calendar: Calendar,
    random: Random,
) -> Course:
    """The acts that bring an assessment into `status`.

    `taken` counts working days from the referral to the authorisation or the cancellation, and
    is 0 for what is not completed.
    """
    last = calendar.last
    end = min(referral + taken, last) if taken else last
    days = _Days(min(referral + known.delays["start"].draw(random), end), random)
    start = days.acts[0][1]
    if status == Status.CANCELLED:
        days.record(end, random.randint(0, 1))
        days.add(Act.CANCEL, end)
    elif status == Status.DRAFT:
        days.record(end, min(MOST_RECORDED, (end - start) // DAYS_BETWEEN_RECORDS))
    elif status == Status.RETURNED:
        returned = max(start, end - random.randint(0, LONGEST_RETURNED))
        _submit_and_return(days, returned, known, random)
    else:
        submitted = max(start, end - known.delays["decision"].draw(random))
        if random.random() < known.chances["returned_once"]:
            returned = max(start, submitted - known.delays["rework"].draw(random))
            _submit_and_return(days, returned, known, random)
            days.record(submitted, 1)
        else:
            days.record(submitted, random.randint(1, MOST_RECORDED))
        days.add(Act.SUBMIT, submitted)
        if status != Status.SUBMITTED:
            if random.random() < known.chances["corrected"]:
                days.add(Act.CORRECT, end)
            days.add(Act.AUTHORISE, end)
    if status == Status.REOPENED:
        days.add(Act.REOPEN, random.randint(min(end + 1, last), last))
    moments = calendar.moments([day for _, day in days.acts], random)
    return Course(
        status=status,
        referral=referral,
        start=start,
        end=end,
        acts=tuple(zip([act for act, _ in days.acts], moments, strict=True)),
    )


def _submit_and_return(days: _Days, returned: int, known: Circumstances, random: Random) -> None:
    start = days.acts[0][1]
    submitted = max(start, returned - known.delays["decision"].draw(random))
    days.record(submitted, random.randint(1, 3))
    days.add(Act.SUBMIT, submitted)
    days.add(Act.RETURN, returned)
