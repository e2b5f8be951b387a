"""What the page to decide on shows of an assessment."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import BoundField
from django.utils import timezone
from django.utils.formats import date_format

from assessments import queries
from assessments.catalogue.types import Edition
from assessments.catalogue.working_days import due_date, working_days_allowed
from assessments.evaluation import Evaluation, edition_of, evaluate
from assessments.models import NEVER_COUNTED, Assessment, Review, Status, Version
from assessments.presenters.comments import Comment, comments_of
from assessments.presenters.comparison import Comparison, compare_with_version
from assessments.presenters.corrected_dates import corrected_from
from assessments.presenters.deadlines import deadline_of
from assessments.presenters.history import timeline
from assessments.presenters.questions import questions_of
from assessments.presenters.selection import SelectedCode, codes_by_domain
from assessments.review.forms import ReturnForm
from assessments.review.messages import days_ago
from cinfactors.accounts.models import User

MOST_ENTRIES = 100
"""How many entries of the timeline the page shows; the record's own history has them all."""


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
    is_submitted = assessment.status in (Status.SUBMITTED, Status.AUTHORISED)
    before = versions[1:] if is_submitted else versions
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
        f"Against the assessment that ended on {ended}",
    )


def page_context(person: User, assessment: Assessment) -> dict[str, Any]:
    """Return what the page shows besides its forms, in a fixed number of queries."""
    evaluation = evaluate(assessment)
    edition = evaluation.edition
    versions = list(queries.versions_of(assessment))
    reviews = list(queries.reviews_of(assessment))
    previous = queries.previous_authorised_version(person, assessment)
    asked = last_request(assessment, reviews)
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
            assessment, edition, without_corrected_dates(versions, reviews)
        ),
        "since_previous": since_previous_assessment(previous, edition, assessment.codes),
        "questions": answered_questions(evaluation),
        "corrected_from": corrected_from(reviews, versions),
        "timeline": entries[:MOST_ENTRIES],
        "earlier_entries": len(entries[MOST_ENTRIES:]),
        "may_reassign": assessment.status in queries.OPEN,
        "may_void": queries.may_void(person, assessment),
        "asked": asked,
        "comments": comments_of(asked, edition, assessment.codes) if asked else (),
    }


def answered_questions(evaluation: Evaluation) -> list[dict[str, Any]]:
    """The rules that ask, each with the answer that holds and who gave it."""
    return [
        {"question": question, "answer": evaluation.answer_to(question.finding)}
        for question in questions_of(evaluation)
    ]


def last_request(assessment: Assessment, reviews: Sequence[Review]) -> Review | None:
    """The last return or reopening, while the worker answers it or the manager reads the answer."""
    if assessment.status not in (Status.SUBMITTED, Status.RETURNED, Status.REOPENED):
        return None
    decided = [each for each in reviews if each.decision != Review.Decision.CORRECTED]
    last = decided[0] if decided else None
    asks = (Review.Decision.RETURNED, Review.Decision.REOPENED)
    return last if last and last.decision in asks else None


@dataclass(frozen=True, slots=True)
class ReviewedCode:
    """A selected code with what a manager reads beside it."""

    selected: SelectedCode
    is_new: bool = False
    """Since the last submission."""
    comment: Comment | None = None
    """On it in the last return, with the reply."""
    comment_field: BoundField | None = None
    """Where a comment on it is typed, if the person may return it."""


@dataclass(frozen=True, slots=True)
class ReviewedGroup:
    """A domain, or the group after the domains, with its selected codes."""

    name: str
    codes: tuple[ReviewedCode, ...]


def selection_groups(
    assessment: Assessment,
    *,
    since_last: ChangeSince | None = None,
    comments: Sequence[Comment] = (),
    form: ReturnForm | None = None,
) -> list[ReviewedGroup]:
    """The selection by domain: what is new, what a return asked, where a comment is typed."""
    new = {each.code for each in since_last.codes.added} if since_last else set()
    by_code = {each.code: each for each in comments}
    return [
        ReviewedGroup(
            group.name,
            tuple(
                ReviewedCode(
                    each,
                    each.code in new,
                    by_code.get(each.code),
                    form.comment_field(each.code) if form else None,
                )
                for each in group.codes
            ),
        )
        for group in codes_by_domain(edition_of(assessment), assessment.codes)
    ]
