"""The history of a record in words: who added which code, who decided what, and when.

`words` says what a submission and a decision is called. Two pages draw from it: the History page
from every change of a row (`changes`, in the words of `rows`), the review page from versions and
decisions (`timeline`).
"""

from assessments.presenters.history.changes import (
    Day,
    Event,
    days,
    people_and_teams_in,
)
from assessments.presenters.history.timeline import TimelineEntry, timeline
from assessments.presenters.history.versions import VersionComparison, compare_versions
from assessments.presenters.history.words import Names

__all__ = [
    "Day",
    "Event",
    "Names",
    "TimelineEntry",
    "VersionComparison",
    "compare_versions",
    "days",
    "people_and_teams_in",
    "timeline",
]
