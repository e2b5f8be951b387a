"""How the assessments that a person may see are parted, ordered, counted and searched."""

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
    """The episode's assessments without any authorised version (census rule 8896)."""
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
    """What a manager last decided about each, by the assessment's key; one query for them all.

    Corrections are told apart, since they ask nothing of the worker.
    """
    reviews = Review.objects.filter(assessment__in=[each.pk for each in assessments]).exclude(
        decision=Review.Decision.CORRECTED
    )
    return {review.assessment_id: review for review in reviews.select_related("decided_by")}


def in_group(assessments: QuerySet[Assessment], group: str) -> QuerySet[Assessment]:
    """The assessments of one tab, in the order in which they need attention.

    The 45 working days run from the referral, so the oldest referral is the most urgent;
    among those with the worker, what a manager returned comes first. Authorised ones stand
    newest first. KeyError for an unknown tab.
    """
    chosen = assessments.filter(status__in=GROUPS[group])
    if group == "authorised":
        return chosen.order_by("-end_date", "-pk")
    if group == "to-do":
        first = Case(When(status=Status.RETURNED, then=0), default=1)
        return chosen.order_by(first, "episode__referral_date", "pk")
    return chosen.order_by("episode__referral_date", "pk")


def group_counts(assessments: QuerySet[Assessment]) -> dict[str, int]:
    """How many assessments stand under each tab."""
    by_status = dict(assessments.order_by().values_list("status").annotate(number=Count("pk")))
    return {
        group: sum(by_status.get(status, 0) for status in statuses)
        for group, statuses in GROUPS.items()
    }


def matching(assessments: QuerySet[Assessment], words: str) -> QuerySet[Assessment]:
    """The assessments of children whose id, or each of whose names, begins so.

    A name may be of several words, typed in full: "Mary Jane Van Dyke", "van dyke mary".
    """
    parts = words.split()
    if not parts:
        return assessments
    wanted = Q()
    for part in parts:
        wanted &= (
            Q(la_child_id__istartswith=part)
            | Q(given_name__istartswith=part)
            | Q(family_name__istartswith=part)
        )
    for place in range(len(parts) + 1) if len(parts) > 1 else ():
        first, last = " ".join(parts[:place]), " ".join(parts[place:])
        wanted |= Q(given_name__istartswith=first, family_name__istartswith=last)
        wanted |= Q(given_name__istartswith=last, family_name__istartswith=first)
    return assessments.filter(episode__child__in=Child.objects.filter(wanted))
