"""The list of assessments: its tabs, their order and counts, and its search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import Case, Count, Q, QuerySet, When

from assessments.models import (
    NOT_COMPLETED,
    WITH_THE_WORKER,
    Assessment,
    Child,
    Episode,
    Review,
    Status,
)


def not_completed_in(episode: Episode) -> QuerySet[Assessment]:
    """Return the episode's assessments without any authorised version (census rule 8896)."""
    return Assessment.objects.filter(episode=episode, status__in=NOT_COMPLETED).exclude(
        versions__authorised_at__isnull=False
    )


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

    The 45 working days run from the referral, so the oldest referral is the most urgent;
    among those with the worker, what a manager returned comes first. Authorised ones stand
    newest first. Raise KeyError for an unknown tab.
    """
    in_tab = assessments.filter(status__in=GROUPS[group])
    if group == "authorised":
        return in_tab.order_by("-end_date", "-pk")
    if group == "to-do":
        returned_first = Case(When(status=Status.RETURNED, then=0), default=1)
        return in_tab.order_by(returned_first, "episode__referral_date", "pk")
    return in_tab.order_by("episode__referral_date", "pk")


def group_counts(assessments: QuerySet[Assessment]) -> dict[str, int]:
    """Return how many assessments each tab has, in one query."""
    by_status = dict(assessments.order_by().values_list("status").annotate(number=Count("pk")))
    return {
        group: sum(by_status.get(status, 0) for status in statuses)
        for group, statuses in GROUPS.items()
    }


def search_by_child(assessments: QuerySet[Assessment], words: str) -> QuerySet[Assessment]:
    """Return the assessments of children whose id or names begin with each of the words.

    A name of several words can be typed in full: "Mary Jane Van Dyke", "van dyke mary".
    """
    parts = words.split()
    if not parts:
        return assessments
    matches = Q()
    for part in parts:
        matches &= (
            Q(la_child_id__istartswith=part)
            | Q(given_name__istartswith=part)
            | Q(family_name__istartswith=part)
        )
    for place in range(len(parts) + 1) if len(parts) > 1 else ():
        first, last = " ".join(parts[:place]), " ".join(parts[place:])
        matches |= Q(given_name__istartswith=first, family_name__istartswith=last)
        matches |= Q(given_name__istartswith=last, family_name__istartswith=first)
    return assessments.filter(episode__child__in=Child.objects.filter(matches))
