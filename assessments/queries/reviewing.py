"""What managers may decide on, what they decided, and what the worker has yet to read of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery

from assessments.models import Assessment, Reply, Review, Status, Version
from assessments.queries.visibility import assessments_visible_to, own_assessments
from cinfactors.accounts.models import User


def reviewable(person: User) -> QuerySet[Assessment]:
    """Return what the manager may decide on: what they see, and neither worked on nor submitted."""
    if not (person.is_active and person.is_team_manager):
        return Assessment.objects.none()
    return _of_others(assessments_visible_to(person), person)


def _of_others(assessments: QuerySet[Assessment], person: User) -> QuerySet[Assessment]:
    """Return those that the person neither worked on nor submitted."""
    submitted = Version.objects.filter(assessment=OuterRef("pk"), submitted_by=person)
    return assessments.exclude(worker=person).exclude(Exists(submitted))


def awaiting_review(person: User) -> QuerySet[Assessment]:
    """Return the submitted assessments that the manager may decide on."""
    return reviewable(person).filter(status=Status.SUBMITTED)


def awaiting_review_among(assessments: QuerySet[Assessment], person: User) -> QuerySet[Assessment]:
    """Return those of the assessments that the manager sees and may decide on."""
    return _of_others(assessments, person).filter(status=Status.SUBMITTED)


def may_review(person: User, assessment: Assessment) -> bool:
    """Return whether the person may authorise, return or correct it in its present status."""
    return (
        assessment.status == Status.SUBMITTED
        and reviewable(person).filter(pk=assessment.pk).exists()
    )


def may_reopen(person: User, assessment: Assessment) -> bool:
    """Return whether the person may reopen it, or correct its dates, in its present status."""
    return (
        assessment.status == Status.AUTHORISED
        and reviewable(person).filter(pk=assessment.pk).exists()
    )


def may_void(person: User, assessment: Assessment) -> bool:
    """Return whether the person may void it: it was authorised, and is no work of theirs."""
    return (
        assessment.is_completed
        and assessment.status != Status.VOIDED
        and reviewable(person).filter(pk=assessment.pk).exists()
    )


def may_withdraw(person: User, assessment: Assessment) -> bool:
    """Return whether it is the person's own and waits for the manager."""
    return (
        person.is_active
        and person.is_social_worker
        and assessment.worker_id == person.pk
        and assessment.status == Status.SUBMITTED
    )


@dataclass(frozen=True, slots=True)
class ReviewFeedback:
    """What a manager asks of the worker: the decision, and its comments on single codes."""

    review: Review
    """With its pinned comments and the replies so far."""
    pinned: Mapping[str, str]
    """The comments by code. A code need not be selected: the manager may find it missing."""

    @property
    def comments(self) -> Mapping[str, str]:
        """The same, and by "" the decision's own comment, if it has one."""
        own = {"": self.review.comment} if self.review.comment else {}
        return {**own, **self.pinned}


def review_feedback(assessment: Assessment) -> ReviewFeedback | None:
    """Return the return or reopening that the worker has yet to answer; None if there is none.

    Three queries, or none where the status says that there is nothing to answer.
    """
    if assessment.status not in (Status.RETURNED, Status.REOPENED):
        return None
    decided = assessment.reviews.exclude(decision=Review.Decision.CORRECTED)
    review = _with_comments(decided.select_related("decided_by")).order_by("pk").last()
    if review is None:
        return None
    pinned = {comment.code: comment.text for comment in review.pinned.all()}
    return ReviewFeedback(review, pinned)


def reviews_of(assessment: Assessment) -> QuerySet[Review]:
    """Return every decision, the latest first, with its person, version, comments and replies."""
    reviews = assessment.reviews.select_related("decided_by", "version", "read")
    return _with_comments(reviews).order_by("-pk")


def _with_comments(reviews: QuerySet[Review]) -> QuerySet[Review]:
    replies = Prefetch("replies", Reply.objects.select_related("replied_by"))
    return reviews.prefetch_related("pinned", replies)


def versions_of(assessment: Assessment) -> QuerySet[Version]:
    """Return every submission and correction, the latest first, with the people of each."""
    return assessment.versions.select_related(
        "submitted_by", "corrected_by", "authorised_by"
    ).order_by("-number")


def latest_version(assessment: Assessment) -> Version | None:
    return versions_of(assessment).first()


def latest_authorised_version(assessment: Assessment) -> Version | None:
    """Return the version that is counted and exported, dated by the assessment's end.

    A reopened assessment keeps it until it is authorised again.
    """
    return versions_of(assessment).filter(authorised_at__isnull=False).first()


def previous_authorised_version(person: User, assessment: Assessment) -> Version | None:
    """Return the last authorised version of the child's earlier assessments.

    Of those assessments that the person may see. Earlier is by start date; among those of one
    day, by the order in which they were recorded.
    """
    earlier = Q(assessment__start_date__lt=assessment.start_date) | Q(
        assessment__start_date=assessment.start_date, assessment__lt=assessment.pk
    )
    return (
        Version.objects.filter(
            earlier,
            assessment__in=assessments_visible_to(person),
            assessment__episode__child=assessment.episode.child_id,
            authorised_at__isnull=False,
        )
        .exclude(assessment__status=Status.VOIDED)
        .select_related("assessment", "submitted_by", "corrected_by", "authorised_by")
        .order_by("-assessment__start_date", "-assessment", "-number")
        .first()
    )


def unread_corrections(person: User) -> QuerySet[Review]:
    """Return corrections of the person's records not yet marked as read, the oldest first.

    Each is annotated with the codes of the submission that was corrected, as `codes_before`.
    """
    corrected_version = Version.objects.filter(
        assessment=OuterRef("assessment"), number=OuterRef("version__number") - 1
    )
    return (
        Review.objects.filter(
            decision=Review.Decision.CORRECTED,
            read__isnull=True,
            # Redundant, but the planner starts from the person's own assessments: without it
            # the database read every correction of the authority.
            assessment__worker=person,
            assessment__in=own_assessments(person).order_by(),
        )
        .annotate(codes_before=Subquery(corrected_version.values("codes")))
        .select_related("decided_by", "version", "assessment__episode__child")
        .order_by("pk")
    )
