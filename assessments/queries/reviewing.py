"""What managers may decide on, what was decided, and what the worker has still to read of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from assessments.models import Assessment, Review, Status, Version
from assessments.queries.visibility import assessments_visible_to, own_assessments
from cinfactors.accounts.models import User


def reviewable(person: User) -> QuerySet[Assessment]:
    """What a manager sees and has not worked on: neither as its worker nor by submitting it."""
    if not (person.is_active and person.is_team_manager):
        return Assessment.objects.none()
    submitted = Version.objects.filter(assessment=OuterRef("pk"), submitted_by=person)
    return assessments_visible_to(person).exclude(worker=person).exclude(Exists(submitted))


def awaiting_review(person: User) -> QuerySet[Assessment]:
    """What was submitted and is the manager's to decide on."""
    return reviewable(person).filter(status=Status.SUBMITTED)


def may_review(person: User, assessment: Assessment) -> bool:
    """Whether the person may authorise, return or correct it as it stands."""
    return (
        assessment.status == Status.SUBMITTED
        and reviewable(person).filter(pk=assessment.pk).exists()
    )


def may_reopen(person: User, assessment: Assessment) -> bool:
    return (
        assessment.status == Status.AUTHORISED
        and reviewable(person).filter(pk=assessment.pk).exists()
    )


def may_withdraw(person: User, assessment: Assessment) -> bool:
    """Whether it is theirs and waits for the manager."""
    return (
        person.is_active
        and person.is_social_worker
        and assessment.worker_id == person.pk
        and assessment.status == Status.SUBMITTED
    )


@dataclass(frozen=True, slots=True)
class ManagersWords:
    """What a manager asks of the worker: the decision, and the comments on single codes."""

    review: Review
    pinned: Mapping[str, str]
    """By code; a code need not be selected, where the manager misses it."""


def words_of_the_manager(assessment: Assessment) -> ManagersWords | None:
    """The return or reopening that the worker has still to answer; two queries, or none."""
    if assessment.status not in (Status.RETURNED, Status.REOPENED):
        return None
    decided = assessment.reviews.exclude(decision=Review.Decision.CORRECTED)
    review = decided.select_related("decided_by").order_by("pk").last()
    if review is None:
        return None
    pinned = {comment.code: comment.text for comment in review.pinned.order_by("pk")}
    return ManagersWords(review, pinned)


def reviews_of(assessment: Assessment) -> QuerySet[Review]:
    """Every decision, the latest first, with who took it, on what, and what was pinned."""
    return (
        assessment.reviews.select_related("decided_by", "version", "read")
        .prefetch_related("pinned")
        .order_by("-pk")
    )


def versions_of(assessment: Assessment) -> QuerySet[Version]:
    """Every submission and correction, the latest first, with the people of each."""
    return assessment.versions.select_related(
        "submitted_by", "corrected_by", "authorised_by"
    ).order_by("-number")


def latest_version(assessment: Assessment) -> Version | None:
    return versions_of(assessment).first()


def latest_authorised_version(assessment: Assessment) -> Version | None:
    """What is counted and exported; a reopened assessment keeps it until it is authorised anew."""
    return versions_of(assessment).filter(authorised_at__isnull=False).first()


def previous_authorised_version(person: User, assessment: Assessment) -> Version | None:
    """What was last counted of the child's earlier assessments, of those that the person may see.

    Earlier by the day of its start; among those of one day, by the order in which they came.
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
        .select_related("assessment", "submitted_by", "corrected_by", "authorised_by")
        .order_by("-assessment__start_date", "-assessment", "-number")
        .first()
    )


def unread_corrections(person: User) -> QuerySet[Review]:
    """Corrections of the person's records that they have not marked as read, the oldest first.

    Each has the codes of the submission that was corrected, as `codes_before`.
    """
    before = Version.objects.filter(
        assessment=OuterRef("assessment"), number=OuterRef("version__number") - 1
    )
    return (
        Review.objects.filter(
            decision=Review.Decision.CORRECTED,
            read__isnull=True,
            # Said of the review too, so that the planner begins with what is theirs: without it
            # it read every correction of the authority.
            assessment__worker=person,
            assessment__in=own_assessments(person).order_by(),
        )
        .annotate(codes_before=Subquery(before.values("codes")))
        .select_related("decided_by", "version", "assessment__episode__child")
        .order_by("pk")
    )


def why_to_read(assessment: Assessment) -> tuple[str, ...]:
    """Why a manager has to read what was submitted before authorising it; empty for no reason."""
    latest = latest_version(assessment)
    why = []
    if latest is not None and latest.answers:
        why.append("The worker explained or considered something")
    if latest is not None and latest.other_description:
        why.append("The worker described another factor")
    if assessment.reviews.exists():
        why.append("It was returned, corrected or reopened before")
    return tuple(why)
