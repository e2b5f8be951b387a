"""The list of assessments: its tabs, their order and counts, and its search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import Case, Count, QuerySet, When
from django.utils import timezone

from assessments.models import (
    NOT_COMPLETED,
    WITH_THE_WORKER,
    Assessment,
    Episode,
    Review,
    Status,
)
from assessments.queries.deadlines import REFERRAL_DATE, due_order
from assessments.queries.finding import children_found_by


def not_completed_in(episode: Episode) -> QuerySet[Assessment]:
    """Return the episode's assessments that are not completed (census rule 8896)."""
    return Assessment.objects.filter(NOT_COMPLETED, episode=episode)


GROUPS: Mapping[str, tuple[str, ...]] = {
    "to-do": tuple(sorted(WITH_THE_WORKER)),
    "returned": (Status.RETURNED,),
    "with-manager": (Status.SUBMITTED,),
    "authorised": (Status.AUTHORISED,),
}
"""The tabs of the list of assessments, each with the statuses that it shows."""


def last_reviews(assessments: Iterable[Assessment]) -> dict[int, Review]:
    """Return a manager's last decision on each, by the assessment's key, in one query.

    Corrections are left out, since they ask nothing of the worker.
    """
    reviews = Review.objects.filter(assessment__in=[each.pk for each in assessments]).exclude(
        decision=Review.Decision.CORRECTED
    )
    return {review.assessment_id: review for review in reviews.select_related("decided_by")}


def in_group(assessments: QuerySet[Assessment], group: str) -> QuerySet[Assessment]:
    """Return the assessments of one tab, in the order in which they need attention.

    What is due first is the most urgent; among those with the worker, what a manager returned
    comes first. Authorised ones stand newest first. Raise KeyError for an unknown tab.
    """
    in_tab = assessments.filter(status__in=GROUPS[group])
    if group == "authorised":
        return in_tab.order_by("-end_date", "-pk")
    most_urgent_first = (due_order(timezone.localdate()), REFERRAL_DATE, "pk")
    if group == "to-do":
        returned_first = Case(When(status=Status.RETURNED, then=0), default=1)
        return in_tab.order_by(returned_first, *most_urgent_first)
    return in_tab.order_by(*most_urgent_first)


def group_counts(assessments: QuerySet[Assessment]) -> dict[str, int]:
    """Return how many assessments each tab has, in one query."""
    by_status = dict(assessments.order_by().values_list("status").annotate(number=Count("pk")))
    return {
        group: sum(by_status.get(status, 0) for status in statuses)
        for group, statuses in GROUPS.items()
    }


def search_by_child(assessments: QuerySet[Assessment], words: str) -> QuerySet[Assessment]:
    """Return the assessments of the children whom `children_found_by` finds."""
    return assessments.filter(episode__child__in=children_found_by(words))
