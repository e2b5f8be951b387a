"""The timeline of an invented assessment: its events, from its start to its status."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from random import Random

from assessments.catalogue.working_days import working_days_allowed
from assessments.demo.dates import Calendar
from assessments.demo.parameters import Workflow
from assessments.models import Status

MOST_SAVES = 4
"""How often factors are recorded before they are submitted, at most."""
DAYS_BETWEEN_SAVES = 6
LONGEST_CANCELLED = 10
"""Working days until somebody notices that an assessment was started in error, at most."""
LONGEST_RETURNED = 6
"""Working days since a manager returned an assessment that is still returned, at most."""
LONGEST_REOPENED = 60
"""Working days since the authorisation of an assessment that is now reopened, at most."""


class Event(Enum):
    START = auto()
    RECORD = auto()
    SUBMIT = auto()
    RETURN = auto()
    REPLY = auto()
    CORRECT = auto()
    AUTHORISE = auto()
    REOPEN = auto()
    CANCEL = auto()


@dataclass(frozen=True, slots=True)
class Timeline:
    """The events in order, each with its moment; the days below are numbers of working days."""

    status: str
    referral: int
    start: int
    end: int
    """The day of the authorisation or the cancellation; the calendar's last day if there was none.
    """
    events: tuple[tuple[Event, datetime], ...]

    @property
    def saved_at(self) -> datetime:
        """The moment of the last change of the assessment's row, which a reply leaves as it is."""
        return [moment for event, moment in self.events if event is not Event.REPLY][-1]


def draw_referral(
    status: str, *, before: int | None, workflow: Workflow, calendar: Calendar, random: Random
) -> tuple[int, int] | None:
    """Return the referral's day and how many days the assessment takes to reach a status.

    Completed ones end before the day `before`; None where there is no time before it.
    """
    last = calendar.last if before is None else before - 1
    if status in workflow.days_past:
        low, high = workflow.days_past[status].draw(random)
        allowed = working_days_allowed(calendar.days[-1])
        return max(0, calendar.last - max(1, allowed + random.randint(low, high))), 0
    if status == Status.CANCELLED:
        taken = random.randint(1, LONGEST_CANCELLED)
        latest = last - taken
    else:
        taken = workflow.days_taken(random)
        latest = last - taken
        if status == Status.REOPENED:
            latest -= 2
            return max(0, random.randint(latest - LONGEST_REOPENED, latest)), taken
    return (random.randint(0, latest), taken) if latest >= 0 else None


class _Days:
    """The events so far in order, each with the number of its working day."""

    def __init__(self, start: int, random: Random) -> None:
        self.events = [(Event.START, start)]
        self._random = random

    def add(self, event: Event, day: int) -> None:
        self.events.append((event, day))

    def record(self, to: int, times: int) -> None:
        """Record factors some times between the last event and a day."""
        since = self.events[-1][1]
        days_drawn = sorted(self._random.randint(since, to) for _ in range(times))
        self.events.extend((Event.RECORD, day) for day in days_drawn)


def make_timeline(
    status: str,
    referral: int,
    taken: int,
    *,
    workflow: Workflow,
    calendar: Calendar,
    random: Random,
) -> Timeline:
    """Return the events that bring an assessment into `status`.

    `taken` counts working days from the referral to the authorisation or the cancellation, and
    is 0 for an assessment that is not completed.
    """
    last = calendar.last
    end = min(referral + taken, last) if taken else last
    days = _Days(min(referral + workflow.delays["start"].draw(random), end), random)
    start = days.events[0][1]
    if status == Status.CANCELLED:
        days.record(end, random.randint(0, 1))
        days.add(Event.CANCEL, end)
    elif status == Status.DRAFT:
        days.record(end, min(MOST_SAVES, (end - start) // DAYS_BETWEEN_SAVES))
    elif status == Status.RETURNED:
        returned = max(start, end - random.randint(0, LONGEST_RETURNED))
        _submit_and_return(days, returned, workflow, random)
        if random.random() < workflow.chances["replied"]:
            days.add(Event.REPLY, random.randint(returned, end))
    else:
        submitted = max(start, end - workflow.delays["decision"].draw(random))
        awaits = status == Status.SUBMITTED
        chance = "returned_and_submitted_again" if awaits else "returned_once"
        if random.random() < workflow.chances[chance]:
            returned = max(start, submitted - workflow.delays["rework"].draw(random))
            _submit_and_return(days, returned, workflow, random)
            days.record(submitted, 1)
            if random.random() < workflow.chances["replied"]:
                days.add(Event.REPLY, submitted)
        else:
            days.record(submitted, random.randint(1, MOST_SAVES))
        days.add(Event.SUBMIT, submitted)
        if status != Status.SUBMITTED:
            if random.random() < workflow.chances["corrected"]:
                days.add(Event.CORRECT, end)
            days.add(Event.AUTHORISE, end)
    if status == Status.REOPENED:
        days.add(Event.REOPEN, random.randint(min(end + 1, last), last))
    moments = calendar.moments([day for _, day in days.events], random)
    return Timeline(
        status=status,
        referral=referral,
        start=start,
        end=end,
        events=tuple(zip([event for event, _ in days.events], moments, strict=True)),
    )


def _submit_and_return(days: _Days, returned: int, workflow: Workflow, random: Random) -> None:
    start = days.events[0][1]
    submitted = max(start, returned - workflow.delays["decision"].draw(random))
    days.record(submitted, random.randint(1, 3))
    days.add(Event.SUBMIT, submitted)
    days.add(Event.RETURN, returned)
