"""What a submission, a correction and a decision is called, on every page that says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.dateparse import parse_date
from django.utils.formats import date_format

from assessments.catalogue import loader
from assessments.catalogue.code_names import listed
from assessments.models import Review, Version
from assessments.presenters.comparison import compare

Row = Mapping[str, Any]
"""The columns of a row, as the history keeps them."""


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a person or a team in a sentence, which the page sets apart from its words."""

    name: str


@dataclass(frozen=True, slots=True)
class Renamed:
    """A child's name in place of an earlier one, both on paper only where names are."""

    before: str
    now: str


Part = str | Name | Renamed
Detail = str | tuple[Part, ...]
Phrase = tuple[str, Detail]
"""What somebody did, and the rest of the sentence: "added", "3A Domestic abuse, the child"."""


def parts_of(detail: Detail) -> tuple[Part, ...]:
    """Return what a rest of a sentence consists of; nothing of an empty one."""
    return tuple(filter(None, (detail,))) if isinstance(detail, str) else detail


@dataclass(frozen=True, slots=True)
class Names:
    """The names of the people and teams in the history, by key."""

    people: Mapping[int, str]
    teams: Mapping[int, str]

    def person(self, key: int | None) -> str:
        return self.people.get(key or 0, "Somebody who is not known")

    def team(self, key: int) -> str:
        return self.teams.get(key, "a team that is not known")


def quoted(text: str) -> str:
    return f"“{text}”" if text else ""


def selection_in_words(edition: str, codes: Sequence[str]) -> str:
    """Return the codes with their names under the edition of this id."""
    return listed(loader.edition(edition), codes)


@dataclass(frozen=True, slots=True)
class SubmissionWords:
    """A version in words: a worker's submission, or a manager's correction of one."""

    number: int
    edition: str
    codes: Sequence[str]
    is_correction: bool

    @classmethod
    def of_version(cls, version: Version) -> SubmissionWords:
        return cls(
            version.number, version.edition, version.codes, version.corrected_by_id is not None
        )

    @classmethod
    def of_row(cls, row: Row) -> SubmissionWords:
        return cls(row["number"], row["edition"], row["codes"], row["corrected_by_id"] is not None)

    @property
    def action(self) -> str:
        if self.is_correction:
            return f"corrected it, as version {self.number}"
        return f"submitted version {self.number}"

    def title(self, earlier: SubmissionWords | None) -> str:
        """Return the title of a submission; a correction has that of the decision."""
        return "Submitted" if earlier is None else "Submitted again"

    @property
    def selection(self) -> str:
        return selection_in_words(self.edition, self.codes)

    def changes_since(self, earlier: SubmissionWords | None) -> tuple[str, ...]:
        """Return what it changed of the version before it; the whole selection without one."""
        if earlier is None:
            return (self.selection,)
        before, now = loader.edition(earlier.edition), loader.edition(self.edition)
        comparison = compare(before, earlier.codes, now, self.codes)
        if not comparison.is_change:
            return ("The same factors",)
        lines = {"Added": comparison.added, "Removed": comparison.removed}
        return tuple(
            f"{action} {'; '.join(map(str, codes))}" for action, codes in lines.items() if codes
        )


@dataclass(frozen=True, slots=True)
class DecisionWords:
    """A manager's decision in words: authorised, returned, corrected, reopened, dates corrected."""

    title: str
    reason: str
    """The reason chosen for a return; empty for every other decision."""
    comment: str
    verb: str
    """What a manager did to a version: "returned", "corrected the dates of"."""

    @classmethod
    def authorised(cls) -> DecisionWords:
        """An authorisation without a review, as in records loaded from elsewhere."""
        return cls._of(Review.Decision.AUTHORISED, "", "")

    @classmethod
    def of_review(cls, review: Review) -> DecisionWords:
        return cls._of(review.decision, review.reason, review.comment)

    @classmethod
    def of_row(cls, row: Row) -> DecisionWords:
        return cls._of(row["decision"], row["reason"], row["comment"])

    @classmethod
    def _of(cls, decision: str, reason: str, comment: str) -> DecisionWords:
        title = str(Review.Decision(decision).label)
        is_of_dates = decision == Review.Decision.DATES_CORRECTED
        return cls(
            title,
            str(Review.Reason(reason).label) if reason else "",
            comment,
            "corrected the dates of" if is_of_dates else title.lower(),
        )

    def action(self, what: str) -> str:
        """Return for example "returned version 1"."""
        return f"{self.verb} {what}"

    @property
    def explanation(self) -> str:
        """The reason and the manager's comment: "Another reason. “Which of them?”"."""
        return ". ".join(filter(None, [self.reason, quoted(self.comment)]))


def differing(old: Row, new: Row, *, but: set[str]) -> list[str]:
    """Return the columns that changed, without those in `but`."""
    return [column for column in new if column not in but and old.get(column) != new[column]]


def field_name(model: type[Model], column: str) -> str:
    names = {field.column: field.verbose_name for field in model._meta.concrete_fields}
    return str(names[column])


def day_in_words(value: str | None) -> str:
    day = parse_date(value) if value else None
    return date_format(day, "j F Y") if day else "no date"


def phrase(action: str, detail: str) -> Phrase:
    return (f"{action}:" if detail else action), detail
