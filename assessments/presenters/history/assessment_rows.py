"""What became of an assessment's row, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from django.utils.dateparse import parse_datetime
from django.utils.timezone import localtime

from assessments.catalogue import loader
from assessments.models import Assessment, Outcome, Status
from assessments.presenters.comparison import compare
from assessments.presenters.history.words import (
    Name,
    Names,
    Phrase,
    Row,
    day_in_words,
    differing,
    field_name,
    quoted,
)


def assessment_changed(old: Row, new: Row, names: Names, *, decided: bool) -> Iterator[Phrase]:
    """Say what changed of an assessment; `decided` as in `rows.changed`."""
    editions = loader.edition(old["edition"]), loader.edition(new["edition"])
    codes = compare(editions[0], old["codes"], editions[1], new["codes"])
    for each in codes.added:
        yield "added", str(each)
    for each in codes.removed:
        yield "removed", str(each)
    for column in differing(old, new, but={"codes", "edition", "end_date", "version", "saved_at"}):
        if column in _COLUMN_PHRASES:
            yield _COLUMN_PHRASES[column](old, new, names)
    if _end_is_said(old, new):
        yield _date_changed("end_date", old, new)
    if old["status"] != new["status"] and not decided:
        yield _status_changed(old, new)


def _end_is_said(old: Row, new: Row) -> bool:
    """Whether the end needs a line of its own.

    The day of the authorisation, which has a line, is the end unless another one was given; and
    reopening took the end away, as older records have it.
    """
    if old["end_date"] == new["end_date"] or new["end_date"] is None:
        return False
    saved_at = parse_datetime(new["saved_at"])
    on_the_day = saved_at is not None and str(localtime(saved_at).date()) == new["end_date"]
    return old["end_date"] is not None or not on_the_day


def _status_changed(old: Row, new: Row) -> Phrase:
    if new["status"] == Status.CANCELLED:
        return "cancelled the assessment:", quoted(new["cancellation_reason"])
    if old["status"] == Status.SUBMITTED and new["status"] != Status.AUTHORISED:
        return "withdrew the submission", ""
    return "changed the status", f"to {Status(new['status']).label.lower()}"


def _outcome(old: Row, new: Row, names: Names) -> Phrase:
    return "recorded the outcome:", Outcome(new["outcome"]).label if new["outcome"] else "none"


def _description(old: Row, new: Row, names: Names) -> Phrase:
    if not new["other_description"]:
        return "took away the description", quoted(old["other_description"])
    return "described it as", quoted(new["other_description"])


def _worker(old: Row, new: Row, names: Names) -> Phrase:
    before, now = Name(names.person(old["worker_id"])), Name(names.person(new["worker_id"]))
    return "passed the assessment", ("from ", before, " to ", now)


def _team(old: Row, new: Row, names: Names) -> Phrase:
    return "moved the assessment", ("to ", Name(names.team(new["team_id"])))


def _start_date(old: Row, new: Row, names: Names) -> Phrase:
    return _date_changed("start_date", old, new)


def _internal_review_date(old: Row, new: Row, names: Names) -> Phrase:
    return _date_changed("internal_review_date", old, new)


def _date_changed(column: str, old: Row, new: Row) -> Phrase:
    field = field_name(Assessment, column)
    return (
        f"changed the {field}",
        f"from {day_in_words(old[column])} to {day_in_words(new[column])}",
    )


_COLUMN_PHRASES: Mapping[str, Callable[[Row, Row, Names], Phrase]] = {
    "other_description": _description,
    "outcome": _outcome,
    "worker_id": _worker,
    "team_id": _team,
    "start_date": _start_date,
    "internal_review_date": _internal_review_date,
}
"""What the page says of a changed column. The columns left out change with a decision, which has
a line of its own."""
