"""The history of a record in words: who added which code, who decided what, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime

from assessments.catalogue import loader
from assessments.catalogue.code_names import listed
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
from assessments.presenters.comparison import Comparison, compare
from cinfactors.audit.models import Change

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: "Asha Karim", "added", "3A Domestic abuse, the child".

    `through` names the program that wrote it, where no person's request did.
    """

    at: datetime
    who: str
    did: str
    words: str = ""
    through: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """Of the people and teams whom the history speaks of, by key."""

    people: Mapping[int, str]
    teams: Mapping[int, str]

    def person(self, key: int | None) -> str:
        return self.people.get(key or 0, "Somebody who is not known")

    def team(self, key: int) -> str:
        return self.teams.get(key, "a team that is not known")


OWN_WORD = {
    Assessment: ("worker_id", "started_at"),
    Version: ("submitted_by_id", "submitted_at"),
    RuleAnswer: ("answered_by_id", "answered_at"),
    Review: ("decided_by_id", "decided_at"),
    NamedPerson: ("named_by_id", "named_at"),
}
"""The columns in which a new row itself says who and when. It is believed where a program
wrote it for somebody, which the page then says."""

MODELS = {
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

TABLE = Assessment._meta.db_table
"""Of the assessments themselves."""

PEOPLE = ("worker_id", "person_id", "named_by_id", *(who for who, _ in OWN_WORD.values()))


def spoken_of(changes: Iterable[Change]) -> tuple[set[int], set[int]]:
    """The keys of the people and of the teams whose names the history needs."""
    people: set[int] = set()
    teams: set[int] = set()
    for change in changes:
        people.add(change.actor_id or 0)
        for row in (change.old or {}, change.new or {}):
            people |= {row[column] for column in PEOPLE if row.get(column)}
            teams |= {row["team_id"]} if "team_id" in row else set()
    return people - {0}, teams


def days(changes: Sequence[Change], names: Names) -> list[Day]:
    """The latest day first, and in it the latest event."""
    told = sorted(_events(changes, names), key=lambda event: event.at, reverse=True)
    return [
        Day(day, tuple(events))
        for day, events in groupby(told, key=lambda event: localtime(event.at).date())
    ]


def _events(changes: Sequence[Change], names: Names) -> Iterator[Event]:
    written = {(one.transaction_id, MODELS[one.table_name]) for one in changes}
    versions = {
        one.row_key: one.new["number"]
        for one in changes
        if one.new and "submitted_by_id" in one.new
    }
    for change in changes:
        model = MODELS[change.table_name]
        at, who, through = change.at, names.person(change.actor_id), ""
        if change.actor_id is None:
            through = change.program or change.database_user
            who = ""
            if change.operation == "insert" and model in OWN_WORD:
                person, moment = OWN_WORD[model]
                who, at = names.person(change.new[person]), parse_datetime(change.new[moment])
        if change.old is None:
            said = _new(model, change.new, names, versions)
        elif change.new is None:
            said = _gone(model, change.old, names)
        else:
            decided = {
                kind for kind in (Version, Review) if (change.transaction_id, kind) in written
            }
            said = _changed(model, change.old, change.new, names, decided)
        for did, words in said:
            yield Event(at, who, did, words, through)


Said = Iterator[tuple[str, str]]


def _new(model: type, row: Row, names: Names, versions: Mapping[int, int]) -> Said:
    if model is Assessment:
        yield "started the assessment", f"in the team {names.team(row['team_id'])}"
        if row["codes"]:
            yield "recorded:", listed(loader.edition(row["edition"]), row["codes"])
    elif model is Version and row["corrected_by_id"] is None:
        yield (
            f"submitted version {row['number']}:",
            listed(loader.edition(row["edition"]), row["codes"]),
        )
    elif model is Version:
        yield (
            f"corrected it, as version {row['number']}:",
            listed(loader.edition(row["edition"]), row["codes"]),
        )
    elif model is RuleAnswer:
        yield _with(_ANSWERED[RuleAnswer.Kind(row["kind"])], _quoted(row["text"]))
    elif model is Review:
        number = versions.get(row["version_id"])
        version = f"version {number}" if number else "the submission"
        reason = Review.Reason(row["reason"]).label if row["reason"] else ""
        words = ". ".join(filter(None, [reason, _quoted(row["comment"])]))
        yield _with(f"{Review.Decision(row['decision']).label.lower()} {version}", words)
    elif model is PinnedComment:
        yield f"wrote beside {row['code']}:", _quoted(row["text"])
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


def _gone(model: type, row: Row, names: Names) -> Said:
    if model is NamedPerson:
        yield "took off", f"{names.person(row['person_id'])}, who might see the restricted record"
    else:
        yield "deleted", f"the {model._meta.verbose_name}"


def _changed(model: type, old: Row, new: Row, names: Names, decided: set[type]) -> Said:
    if model is Assessment:
        yield from _assessment_changed(old, new, names, decided)
    elif model is Version:
        if new["authorised_at"] and not old["authorised_at"] and Review not in decided:
            yield f"authorised version {new['number']}", ""
    elif model is Child and old["restricted"] != new["restricted"]:
        yield ("restricted" if new["restricted"] else "opened"), "the record"
    if model in (Child, Episode):
        for column in _differing(old, new, but={"restricted"}):
            yield "changed", f"the {_label(model, column)}"


def _assessment_changed(old: Row, new: Row, names: Names, decided: set[type]) -> Said:
    editions = loader.edition(old["edition"]), loader.edition(new["edition"])
    codes = compare(editions[0], old["codes"], editions[1], new["codes"])
    for each in codes.added:
        yield "added", str(each)
    for each in codes.removed:
        yield "removed", str(each)
    differing = _differing(old, new, but={"codes", "edition", "version", "saved_at"})
    for column in differing:
        if column in _TOLD:
            yield _TOLD[column](old, new, names)
    if old["status"] != new["status"] and not decided:
        yield _status_changed(old, new)


def _status_changed(old: Row, new: Row) -> tuple[str, str]:
    if new["status"] == Status.CANCELLED:
        return "cancelled the assessment:", _quoted(new["cancellation_reason"])
    if old["status"] == Status.SUBMITTED and new["status"] != Status.AUTHORISED:
        return "withdrew the submission", ""
    return "changed the status", f"to {Status(new['status']).label.lower()}"


def _outcome(old: Row, new: Row, names: Names) -> tuple[str, str]:
    return "recorded the outcome:", Outcome(new["outcome"]).label if new["outcome"] else "none"


def _description(old: Row, new: Row, names: Names) -> tuple[str, str]:
    if not new["other_description"]:
        return "took away the description", _quoted(old["other_description"])
    return "described it as", _quoted(new["other_description"])


def _worker(old: Row, new: Row, names: Names) -> tuple[str, str]:
    passed = f"from {names.person(old['worker_id'])} to {names.person(new['worker_id'])}"
    return "passed the assessment", passed


def _team(old: Row, new: Row, names: Names) -> tuple[str, str]:
    return "moved the assessment", f"to the team {names.team(new['team_id'])}"


def _date_changed(column: str) -> Callable[[Row, Row, Names], tuple[str, str]]:
    def told(old: Row, new: Row, names: Names) -> tuple[str, str]:
        what = _label(Assessment, column)
        return f"changed the {what}", f"from {_day(old[column])} to {_day(new[column])}"

    return told


_TOLD: Mapping[str, Callable[[Row, Row, Names], tuple[str, str]]] = {
    "other_description": _description,
    "outcome": _outcome,
    "worker_id": _worker,
    "team_id": _team,
    "start_date": _date_changed("start_date"),
    "internal_review_date": _date_changed("internal_review_date"),
}
"""What is said of a changed column, in this order. Those left out are told otherwise, by the
decision that changed them."""


def _differing(old: Row, new: Row, *, but: set[str]) -> list[str]:
    return [column for column in new if column not in but and old.get(column) != new[column]]


def _label(model: type, column: str) -> str:
    return str(model._meta.get_field(column).verbose_name)


def _day(written: str | None) -> str:
    day = parse_date(written) if written else None
    return date_format(day, "j F Y") if day else "no date"


def _quoted(text: str) -> str:
    return f"“{text}”" if text else ""


def _with(did: str, words: str) -> tuple[str, str]:
    return (f"{did}:" if words else did), words


@dataclass(frozen=True, slots=True)
class VersionComparison:
    """Two versions of a record beside each other."""

    earlier: Version
    later: Version
    codes: Comparison
    facts: tuple[tuple[str, str, str], ...]
    """What else a version says, in each of the two: name, earlier, later."""


def compare_versions(earlier: Version, later: Version) -> VersionComparison:
    """Compare the codes and the facts of two versions."""
    old, new = loader.edition(earlier.edition), loader.edition(later.edition)
    facts = (
        ("Outcome", earlier.get_outcome_display(), later.get_outcome_display()),
        ("Description", earlier.other_description, later.other_description),
        ("Started", *(date_format(one.start_date, "j F Y") for one in (earlier, later))),
        ("Guide", old.title, new.title),
    )
    return VersionComparison(
        earlier,
        later,
        codes=compare(old, earlier.codes, new, later.codes),
        facts=tuple(fact for fact in facts if fact[1] or fact[2]),
    )
