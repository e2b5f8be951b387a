"""The History page: what happened to a record, in words, from every change of its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.db.models import Model
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime

from assessments.catalogue import loader
from assessments.models import (
    Assessment,
    Child,
    Episode,
    NamedPerson,
    Outcome,
    PinnedComment,
    Review,
    RuleAnswer,
    Status,
    Version,
)
from assessments.presenters.comparison import compare
from assessments.presenters.history.words import (
    DecisionWords,
    Row,
    SubmissionWords,
    quoted,
    selection_in_words,
)
from cinfactors.audit.models import Change

Phrase = tuple[str, str]
"""What somebody did, and the rest of the sentence: "added", "3A Domestic abuse, the child"."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: "Asha Karim", "added", "3A Domestic abuse, the child".

    `program` names the program that wrote it, where no person's request did.
    """

    at: datetime
    who: str
    action: str
    detail: str = ""
    program: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """The names of the people and teams in the history, by key."""

    people: Mapping[int, str]
    teams: Mapping[int, str]

    def person(self, key: int | None) -> str:
        return self.people.get(key or 0, "Somebody who is not known")

    def team(self, key: int) -> str:
        return self.teams.get(key, "a team that is not known")


AUTHOR_COLUMNS: Mapping[type[Model], Phrase] = {
    Assessment: ("worker_id", "started_at"),
    Version: ("submitted_by_id", "submitted_at"),
    RuleAnswer: ("answered_by_id", "answered_at"),
    Review: ("decided_by_id", "decided_at"),
    NamedPerson: ("named_by_id", "named_at"),
}
"""The columns in which a new row itself says who and when. They are believed where a program
wrote the row for somebody, which the page then says."""

MODELS: Mapping[str, type[Model]] = {
    model._meta.db_table: model
    for model in (
        Assessment,
        Version,
        RuleAnswer,
        Review,
        PinnedComment,
        Episode,
        Child,
        NamedPerson,
    )
}

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


def is_complete(changes: Iterable[Change]) -> bool:
    """Whether the history goes back to the start of the assessment."""
    return any(MODELS[change.table_name] is Assessment and not change.old for change in changes)


def days(changes: Sequence[Change], names: Names) -> list[Day]:
    """The latest day first, and in it the latest event."""
    events = sorted(_events(changes, names), key=lambda event: event.at, reverse=True)
    return [
        Day(day, tuple(of_day))
        for day, of_day in groupby(events, key=lambda event: localtime(event.at).date())
    ]


def _events(changes: Sequence[Change], names: Names) -> Iterator[Event]:
    decided = {
        change.transaction_id
        for change in changes
        if MODELS[change.table_name] in (Version, Review)
    }
    reviewed = {change.transaction_id for change in changes if MODELS[change.table_name] is Review}
    version_numbers = {
        change.row_key: change.new["number"]
        for change in changes
        if change.new and "submitted_by_id" in change.new
    }
    for change in changes:
        model = MODELS[change.table_name]
        at, who, program = _author(change, model, names)
        if change.new is None:
            phrases = _deleted(model, change.old or {}, names)
        elif change.old is None:
            phrases = _created(model, change.new, names, version_numbers)
        else:
            phrases = _changed(
                model,
                change.old,
                change.new,
                names,
                decided=change.transaction_id in decided,
                reviewed=change.transaction_id in reviewed,
            )
        for action, detail in phrases:
            yield Event(at, who, action, detail, program)


def _author(change: Change, model: type[Model], names: Names) -> tuple[datetime, str, str]:
    """Return when it was done, by whom, and the program that wrote it where no request did."""
    if change.actor_id is not None:
        return change.at, names.person(change.actor_id), ""
    program = change.program or change.database_user
    if change.operation != "insert" or change.new is None or model not in AUTHOR_COLUMNS:
        return change.at, "", program
    person, moment = AUTHOR_COLUMNS[model]
    return (
        parse_datetime(change.new[moment]) or change.at,
        names.person(change.new[person]),
        program,
    )


def _created(
    model: type[Model], row: Row, names: Names, version_numbers: Mapping[int, int]
) -> Iterator[Phrase]:
    if model is Assessment:
        yield "started the assessment", f"in the team {names.team(row['team_id'])}"
        if row["codes"]:
            yield "recorded:", selection_in_words(row["edition"], row["codes"])
    elif model is Version:
        submission = SubmissionWords.of_row(row)
        yield f"{submission.action}:", submission.selection
    elif model is RuleAnswer:
        yield _phrase(_ANSWERED[RuleAnswer.Kind(row["kind"])], quoted(row["text"]))
    elif model is Review:
        decision = DecisionWords.of_row(row)
        number = version_numbers.get(row["version_id"])
        version = f"version {number}" if number else "the submission"
        yield _phrase(decision.action(version), decision.explanation)
    elif model is PinnedComment:
        yield f"wrote beside {row['code']}:", quoted(row["text"])
    elif model is NamedPerson:
        yield "named", f"{names.person(row['person_id'])} as one who may see the restricted record"
    elif model is Episode:
        yield "recorded the referral", f"of {_day(row['referral_date'])}"
    elif model is Child:
        yield "recorded the child", ""


_ANSWERED = {
    RuleAnswer.Kind.COMPLIED: "changed the selection as the guide asks",
    RuleAnswer.Kind.REASON: "gave a reason",
    RuleAnswer.Kind.CONSIDERED: "considered what the guide asks, and left the selection",
}


def _deleted(model: type[Model], row: Row, names: Names) -> Iterator[Phrase]:
    if model is NamedPerson:
        yield "took off", f"{names.person(row['person_id'])}, who might see the restricted record"
    else:
        yield "deleted", f"the {model._meta.verbose_name}"


def _changed(
    model: type[Model], old: Row, new: Row, names: Names, *, decided: bool, reviewed: bool
) -> Iterator[Phrase]:
    """Say what became of a row.

    `decided`: the same transaction wrote a version or a review, which says what became of the
    status. `reviewed`: it wrote a review, which says that the version was authorised.
    """
    if model is Assessment:
        yield from _assessment_changed(old, new, names, decided)
    elif model is Version:
        if new["authorised_at"] and not old["authorised_at"] and not reviewed:
            yield DecisionWords.authorised().action(f"version {new['number']}"), ""
    elif model is Child and old["restricted"] != new["restricted"]:
        yield ("restricted" if new["restricted"] else "opened"), "the record"
    if model in (Child, Episode):
        for column in _differing(old, new, but={"restricted"}):
            yield "changed", f"the {_field_name(model, column)}"


def _assessment_changed(old: Row, new: Row, names: Names, decided: bool) -> Iterator[Phrase]:
    editions = loader.edition(old["edition"]), loader.edition(new["edition"])
    codes = compare(editions[0], old["codes"], editions[1], new["codes"])
    for each in codes.added:
        yield "added", str(each)
    for each in codes.removed:
        yield "removed", str(each)
    for column in _differing(old, new, but={"codes", "edition", "version", "saved_at"}):
        if column in _COLUMN_PHRASES:
            yield _COLUMN_PHRASES[column](old, new, names)
    if old["status"] != new["status"] and not decided:
        yield _status_changed(old, new)


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
    passed = f"from {names.person(old['worker_id'])} to {names.person(new['worker_id'])}"
    return "passed the assessment", passed


def _team(old: Row, new: Row, names: Names) -> Phrase:
    return "moved the assessment", f"to the team {names.team(new['team_id'])}"


def _start_date(old: Row, new: Row, names: Names) -> Phrase:
    return _date_changed("start_date", old, new)


def _internal_review_date(old: Row, new: Row, names: Names) -> Phrase:
    return _date_changed("internal_review_date", old, new)


def _date_changed(column: str, old: Row, new: Row) -> Phrase:
    field = _field_name(Assessment, column)
    return f"changed the {field}", f"from {_day(old[column])} to {_day(new[column])}"


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


def _differing(old: Row, new: Row, *, but: set[str]) -> list[str]:
    return [column for column in new if column not in but and old.get(column) != new[column]]


def _field_name(model: type[Model], column: str) -> str:
    names = {field.column: field.verbose_name for field in model._meta.concrete_fields}
    return str(names[column])


def _day(value: str | None) -> str:
    day = parse_date(value) if value else None
    return date_format(day, "j F Y") if day else "no date"


def _phrase(action: str, detail: str) -> Phrase:
    return (f"{action}:" if detail else action), detail
