"""What the page to decide on says of an assessment: all of it read, nothing changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from assessments import evaluation, queries
from assessments.catalogue import loader
from assessments.catalogue.code_names import code_with_name, listed
from assessments.catalogue.types import Edition, code_order
from assessments.catalogue.working_days import due_date
from assessments.models import Assessment, PinnedComment, Review, RuleAnswer, Status, Version
from assessments.presenters.comparison import Comparison, compare_with_version
from assessments.presenters.deadlines import deadline_of
from assessments.presenters.questions import questions_of
from assessments.presenters.selection import SelectedCode, groups_of
from assessments.review.messages import days_ago
from cinfactors.accounts.models import User


@dataclass(frozen=True, slots=True)
class ChangeSince:
    """What became of an earlier version's codes, and what else changed."""

    codes: Comparison
    against: str
    """Which version it is compared with."""
    others: tuple[str, ...] = ()
    """What changed besides the codes."""


def since_last_submission(
    assessment: Assessment, edition: Edition, versions: Sequence[Version]
) -> ChangeSince | None:
    """Against the submission before the last, or the last while the worker changes it.

    None where there is none before it.
    """
    before = versions[1:] if assessment.status in READ_AS_SUBMITTED else versions
    if not before:
        return None
    earlier = before[0]
    others = []
    if earlier.outcome != assessment.outcome:
        now = assessment.get_outcome_display() or "not recorded"
        others.append(f"Outcome: {earlier.get_outcome_display()}, now {now}")
    if earlier.other_description != assessment.other_description:
        others.append("The description of the other factor was changed")
    when = date_format(timezone.localtime(earlier.submitted_at), "j F Y, H:i")
    return ChangeSince(
        compare_with_version(earlier, edition, assessment.codes),
        f"Against version {earlier.number}, submitted on {when}",
        tuple(others),
    )


def since_previous_assessment(
    previous: Version | None, edition: Edition, codes: Collection[str]
) -> ChangeSince | None:
    """Against what was last counted of the child's assessment before this; None without one."""
    if previous is None:
        return None
    ended = date_format(previous.end_date, "j F Y")
    return ChangeSince(
        compare_with_version(previous, edition, codes),
        f"Against the assessment that ended on {ended}",
    )


READ_AS_SUBMITTED = frozenset({Status.SUBMITTED, Status.AUTHORISED})


@dataclass(frozen=True, slots=True)
class Chosen:
    """A selected code with what a manager reads beside it."""

    selected: SelectedCode
    is_new: bool
    """Since the last submission."""
    asked: str
    """What the last return said of it."""
    box: Any = None
    """Where a comment on it is typed, if the person may return it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened to the record."""

    at: datetime
    title: str
    who: str
    lines: tuple[str, ...] = ()
    words: str = ""
    pinned: tuple[tuple[str, str], ...] = ()


def timeline(
    assessment: Assessment, versions: Sequence[Version], reviews: Sequence[Review]
) -> list[Entry]:
    """What was submitted and decided, the latest first."""
    before = dict(zip(versions, [*versions[1:], None], strict=False))
    entries = [_decided(review, before) for review in reviews]
    entries += [
        Entry(
            version.submitted_at,
            "Submitted" if before[version] is None else "Submitted again",
            version.submitted_by.name,
            tuple(_changes(version, before[version])),
        )
        for version in versions
        if version.corrected_by_id is None
    ]
    entries.append(Entry(assessment.started_at, "Started", ""))
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _decided(review: Review, before: Mapping[Version, Version | None]) -> Entry:
    lines = []
    if review.reason:
        lines.append(review.get_reason_display())
    if review.decision == Review.Decision.CORRECTED:
        lines += _changes(review.version, before.get(review.version))
    edition = loader.edition(review.version.edition)
    return Entry(
        review.decided_at,
        review.get_decision_display(),
        review.decided_by.name,
        tuple(lines),
        review.comment,
        tuple(
            (code_with_name(edition, comment.code), comment.text)
            for comment in by_code(review.pinned.all())
        ),
    )


def by_code(comments: Collection[PinnedComment]) -> list[PinnedComment]:
    return sorted(comments, key=lambda comment: code_order(comment.code))


def _changes(version: Version, earlier: Version | None) -> Iterator[str]:
    edition = loader.edition(version.edition)
    if earlier is None:
        yield listed(edition, version.codes)
        return
    codes = compare_with_version(earlier, edition, version.codes)
    if codes.added:
        yield f"Added {'; '.join(map(str, codes.added))}"
    if codes.removed:
        yield f"Removed {'; '.join(map(str, codes.removed))}"
    if not codes.is_change:
        yield "The same factors"


def said_of(person: User, assessment: Assessment) -> dict[str, Any]:
    """Everything on the page but its forms; as many queries whatever there is to tell."""
    edition = evaluation.edition_of(assessment)
    versions = list(queries.versions_of(assessment))
    reviews = list(queries.reviews_of(assessment))
    previous = queries.previous_authorised_version(person, assessment)
    submitted = assessment.submitted_at
    today = timezone.localdate()
    return {
        "assessment": assessment,
        "edition": edition,
        "source": edition.source,
        "deadline": deadline_of(assessment),
        "due": due_date(assessment.episode.referral_date),
        "submitted_ago": days_ago(timezone.localdate(submitted), today) if submitted else "",
        "latest": versions[0] if versions else None,
        "counted": next((each for each in versions if each.authorised_at), None),
        "since_last": since_last_submission(assessment, edition, versions),
        "since_previous": since_previous_assessment(previous, edition, assessment.codes),
        "questions": answered_questions(assessment),
        "timeline": timeline(assessment, versions, reviews),
        "asked": asked_of(assessment, reviews),
    }


def answered_questions(assessment: Assessment) -> list[dict[str, Any]]:
    """The rules that ask, each with the answer that holds and who gave it."""
    by = {
        (answer.rule, frozenset(answer.codes)): answer
        for answer in evaluation.answers_of(assessment)
        if answer.kind != RuleAnswer.Kind.COMPLIED
    }
    return [
        {
            "question": question,
            "answer": by.get((question.finding.rule.id, frozenset(question.finding.codes)))
            if question.answered
            else None,
        }
        for question in questions_of(assessment)
    ]


def asked_of(assessment: Assessment, reviews: Sequence[Review]) -> Review | None:
    """The last return, while what it asked is before worker or manager."""
    if assessment.status not in (Status.SUBMITTED, Status.RETURNED):
        return None
    decided = [each for each in reviews if each.decision != Review.Decision.CORRECTED]
    last = decided[0] if decided else None
    return last if last and last.decision == Review.Decision.RETURNED else None


def selection(assessment: Assessment, said: Mapping[str, Any], form: Any = None) -> list[Any]:
    """The selection by domain, with what stands beside each code."""
    new = {each.code for each in said["since_last"].codes.added} if said["since_last"] else set()
    asked = (
        {comment.code: comment.text for comment in said["asked"].pinned.all()}
        if said["asked"]
        else {}
    )
    return [
        {
            "name": group.name,
            "codes": [
                Chosen(
                    each,
                    each.code in new,
                    asked.get(each.code, ""),
                    form.box_of(each.code) if form else None,
                )
                for each in group.codes
            ],
        }
        for group in groups_of(assessment)
    ]
