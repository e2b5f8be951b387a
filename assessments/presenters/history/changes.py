"""The History page: what happened to a record, in words, from every change of its rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.db.models import Model
from django.utils.dateparse import parse_datetime
from django.utils.timezone import localtime

from assessments.models import (
    Assessment,
    Child,
    Episode,
    FactsCorrection,
    NamedPerson,
    PinnedComment,
    Reply,
    Review,
    RuleAnswer,
    Version,
)
from assessments.presenters.history.fact_rows import corrections_of
from assessments.presenters.history.rows import changed, created, deleted
from assessments.presenters.history.words import Names, Part, Row, parts_of
from cinfactors.audit.models import Change


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: "Asha Karim", "added", "3A Domestic abuse, the child".

    `detail` has the parts of its sentence, which follow one another without a space; `program`
    names the program that wrote it, where no person's request did.
    """

    at: datetime
    who: str
    action: str
    detail: tuple[Part, ...] = ()
    program: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    events: tuple[Event, ...]


AUTHOR_COLUMNS: Mapping[type[Model], tuple[str, str]] = {
    Assessment: ("worker_id", "started_at"),
    Version: ("submitted_by_id", "submitted_at"),
    RuleAnswer: ("answered_by_id", "answered_at"),
    Review: ("decided_by_id", "decided_at"),
    Reply: ("replied_by_id", "replied_at"),
    NamedPerson: ("named_by_id", "named_at"),
    FactsCorrection: ("corrected_by_id", "corrected_at"),
}
"""The columns in which a new row itself says who and when. They are believed where a program
wrote the row for somebody, which the page then says. What a correction corrected is theirs who
corrected it, a comment beside a code theirs who decided; a child and a referral are theirs who
started the assessment with which they were recorded."""

MODELS: Mapping[str, type[Model]] = {
    model._meta.db_table: model
    for model in (
        Assessment,
        Version,
        RuleAnswer,
        Review,
        PinnedComment,
        Reply,
        Episode,
        Child,
        NamedPerson,
        FactsCorrection,
    )
}

_RECORDED_FIRST = {Episode._meta.db_table: 1, Child._meta.db_table: 2}

PERSON_COLUMNS = (
    "worker_id",
    "person_id",
    "named_by_id",
    *(person for person, _ in AUTHOR_COLUMNS.values()),
)


def people_and_teams_in(changes: Iterable[Change]) -> tuple[set[int], set[int]]:
    """Return the keys of the people and of the teams whose names the history needs."""
    people: set[int] = set()
    teams: set[int] = set()
    for change in changes:
        people.add(change.actor_id or 0)
        for row in (change.old or {}, change.new or {}):
            people |= {row[column] for column in PERSON_COLUMNS if row.get(column)}
            teams |= {row["team_id"]} if "team_id" in row else set()
    return people - {0}, teams


def days(
    changes: Sequence[Change],
    names: Names,
    *,
    around: Sequence[Change],
    starts: Mapping[int, Change],
    version_numbers: Mapping[int, int],
    redated: Collection[int],
) -> list[Day]:
    """The latest day first, and in it the latest event.

    `around` has these changes and all others of the same transactions, which say what they were;
    `starts` is what `RecordHistory.started_with` finds for them;
    `version_numbers` those of the versions, by key; `redated` the keys of the versions that a
    manager made by correcting dates.
    """
    # Of what was recorded at one moment the assessment is the latest, and the child the first.
    in_order = sorted(changes, key=lambda change: _RECORDED_FIRST.get(change.table_name, 0))
    found = _events(in_order, names, around, starts, version_numbers, redated)
    events = sorted(found, key=lambda event: event.at, reverse=True)
    return [
        Day(day, tuple(of_day))
        for day, of_day in groupby(events, key=lambda event: localtime(event.at).date())
    ]


def _events(
    changes: Sequence[Change],
    names: Names,
    around: Sequence[Change],
    starts: Mapping[int, Change],
    version_numbers: Mapping[int, int],
    redated: Collection[int],
) -> Iterator[Event]:
    decided = {
        change.transaction_id for change in around if MODELS[change.table_name] in (Version, Review)
    }
    reviewed = {change.transaction_id for change in around if MODELS[change.table_name] is Review}
    corrections = corrections_of(around)
    decisions = {
        change.row_key: change.new for change in around if MODELS[change.table_name] is Review
    }
    for change in changes:
        model = MODELS[change.table_name]
        if model is Version and change.row_key in redated:
            continue  # The decision says so, and the assessment which dates.
        correction = corrections.get(change.pk)
        at, who, program = _author(change, names, _signed(change, correction, starts, decisions))
        if change.new is None:
            phrases = deleted(model, change.old or {}, names)
        elif change.old is None:
            phrases = created(model, change.new, names, version_numbers)
        else:
            phrases = changed(
                model,
                change.old,
                change.new,
                names,
                decided=change.transaction_id in decided,
                reviewed=change.transaction_id in reviewed,
                correction=correction,
            )
        for action, detail in phrases:
            yield Event(at, who, action, parts_of(detail), program)


def _signed(
    change: Change,
    correction: Row | None,
    starts: Mapping[int, Change],
    decisions: Mapping[int, Row | None],
) -> tuple[type[Model], Row | None]:
    """Return the row that says who and when, of one of `AUTHOR_COLUMNS`, and its model."""
    model = MODELS[change.table_name]
    if correction:
        return FactsCorrection, correction
    if change.operation != "insert":
        return model, None
    if change.pk in starts:
        return Assessment, starts[change.pk].new
    if model is PinnedComment:
        return Review, decisions.get(change.parent_key or 0)
    return model, change.new


def _author(
    change: Change, names: Names, signed: tuple[type[Model], Row | None]
) -> tuple[datetime, str, str]:
    """Return when it was done, by whom, and the program that wrote it where no request did."""
    if change.actor_id is not None:
        return change.at, names.person(change.actor_id), ""
    program = change.program or change.database_user
    model, row = signed
    if row is None or model not in AUTHOR_COLUMNS:
        return change.at, "", program
    person, moment = AUTHOR_COLUMNS[model]
    return parse_datetime(row[moment]) or change.at, names.person(row[person]), program
