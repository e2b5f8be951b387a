"""What the page to decide on shows of an assessment."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from assessments import queries
from assessments.catalogue.types import Edition
from assessments.catalogue.working_days import due_date, working_days_allowed
from assessments.evaluation import evaluate
from assessments.models import NEVER_COUNTED, Assessment, Review, Status, Version
from assessments.presenters.comments import comments_of
from assessments.presenters.comparison import Comparison, compare_with_version
from assessments.presenters.corrected_dates import corrected_from
from assessments.presenters.deadlines import deadline_of
from assessments.presenters.history import timeline
from assessments.review.codes import answered_questions
from assessments.review.messages import days_ago
from cinfactors.accounts.models import User

MOST_ENTRIES = 100
"""How many entries of the timeline the page shows; the record's own history has them all."""


@dataclass(frozen=True, slots=True)
class ChangeSince:
    """What became of an earlier version's codes, and what else changed."""

    codes: Comparison
    since: str
    """Since when, or since what."""
    others: tuple[str, ...] = ()
    """What changed besides the codes."""

    @property
    def is_change(self) -> bool:
        return self.codes.is_change or bool(self.others)


def since_last_submission(
    assessment: Assessment, edition: Edition, versions: Sequence[Version], asked: Review | None
) -> ChangeSince | None:
    """Against what was returned or reopened, where the answer to that is read.

    Else against the submission before the last, or the last while the worker changes it; None
    where there is none before it.
    """
    is_submitted = assessment.status in (Status.SUBMITTED, Status.AUTHORISED)
    before = versions[1:] if is_submitted else versions
    if not before:
        return None
    earlier = asked.version if asked else before[0]
    others = []
    if earlier.outcome != assessment.outcome:
        now = assessment.get_outcome_display() or "not recorded"
        others.append(f"Outcome: {earlier.get_outcome_display()}, now {now}")
    if earlier.other_description != assessment.other_description:
        others.append("The description of the other factor was changed")
    when = date_format(timezone.localtime(earlier.submitted_at), "j F Y, H:i")
    return ChangeSince(
        compare_with_version(earlier, edition, assessment.codes),
        f"version {earlier.number} was submitted on {when}",
        tuple(others),
    )


def without_corrected_dates(
    versions: Sequence[Version], reviews: Sequence[Review]
) -> list[Version]:
    """Return the versions but for those that a manager made of other dates: no submissions."""
    redated = {
        review.version_id
        for review in reviews
        if review.decision == Review.Decision.DATES_CORRECTED
    }
    return [version for version in versions if version.pk not in redated]


def since_previous_assessment(
    previous: Version | None, edition: Edition, codes: Collection[str]
) -> ChangeSince | None:
    """Against what was last counted of the child's assessment before this; None without one."""
    if previous is None or previous.assessment.end_date is None:
        return None
    ended = date_format(previous.assessment.end_date, "j F Y")
    return ChangeSince(
        compare_with_version(previous, edition, codes),
        f"the assessment that ended on {ended}",
    )


def page_context(person: User, assessment: Assessment) -> dict[str, Any]:
    """Return what the page shows besides its forms, in a fixed number of queries."""
    evaluation = evaluate(assessment)
    edition = evaluation.edition
    versions = list(queries.versions_of(assessment))
    reviews = list(queries.reviews_of(assessment))
    previous = queries.previous_authorised_version(person, assessment)
    asked = last_request(assessment, reviews)
    comments = comments_of(asked, edition, assessment.codes) if asked else ()
    questions = answered_questions(evaluation, since=asked.decided_at if asked else None)
    entries = timeline(assessment, versions, reviews)
    submitted = assessment.submitted_at
    today = timezone.localdate()
    return {
        "assessment": assessment,
        "edition": edition,
        "source": edition.source,
        "deadline": deadline_of(assessment),
        "working_days_allowed": working_days_allowed(assessment.episode.referral_date),
        "due": due_date(assessment.episode.referral_date),
        "submitted_ago": days_ago(timezone.localdate(submitted), today) if submitted else "",
        "latest": versions[0] if versions else None,
        "counted": None
        if assessment.status in NEVER_COUNTED
        else next((each for each in versions if each.authorised_at), None),
        "since_last": since_last_submission(
            assessment, edition, without_corrected_dates(versions, reviews), asked
        ),
        "since_previous": since_previous_assessment(previous, edition, assessment.codes),
        "previous": previous,
        "questions": questions,
        "corrected_from": corrected_from(reviews, versions),
        "timeline": entries[:MOST_ENTRIES],
        "earlier_entries": len(entries[MOST_ENTRIES:]),
        "may_reassign": assessment.status in queries.OPEN,
        "may_void": queries.may_void(person, assessment),
        "asked": asked,
        "comments": comments,
        "census": queries.census_of_record(person, assessment),
        "newly_answered": [each.code for each in comments if each.reply and each.is_selected]
        + [each.subject for each in questions if each.is_new],
    }


def last_request(assessment: Assessment, reviews: Sequence[Review]) -> Review | None:
    """The last return or reopening, while the worker answers it or the manager reads the answer."""
    if assessment.status not in (Status.SUBMITTED, Status.RETURNED, Status.REOPENED):
        return None
    decided = [each for each in reviews if each.decision != Review.Decision.CORRECTED]
    last = decided[0] if decided else None
    asks = (Review.Decision.RETURNED, Review.Decision.REOPENED)
    return last if last and last.decision in asks else None
