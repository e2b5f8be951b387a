"""The list of assessments: its tabs, their order and counts, and its search."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from django.db.models import Case, QuerySet, Value, When
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


def in_group(
    assessments: QuerySet[Assessment], group: str, *, of_everybody: bool = False
) -> QuerySet[Assessment]:
    """Return the assessments of one tab, in the order in which they need attention.

    What is due first is the most urgent; among those with the worker, what a manager returned
    comes first. Authorised ones stand newest first. Of everybody's, too many to be sorted, those
    with the worker stand in the order of their start, and those with the manager in that of their
    submission, as indexes have them. Raise KeyError for an unknown tab.
    """
    in_tab = assessments.filter(status__in=GROUPS[group])
    if group == "authorised":
        return in_tab.order_by("-end_date", "-pk")
    if of_everybody:
        return in_tab.order_by("submitted_at" if group == "with-manager" else "start_date", "pk")
    most_urgent_first = (due_order(timezone.localdate()), REFERRAL_DATE, "pk")
    if group == "to-do":
        returned_first = Case(When(status=Status.RETURNED, then=0), default=1)
        return in_tab.order_by(returned_first, *most_urgent_first)
    return in_tab.order_by(*most_urgent_first)


COUNTED_TO = 1000
"""How far a list is counted, and how many of its rows are shown: nobody turns more pages.

What is beyond is found by narrowing the list. Counting every row takes as long as reading it.
"""


def group_counts(
    assessments: QuerySet[Assessment], *, of_everybody: bool = False
) -> dict[str, int]:
    """Return how many assessments each tab has, in one query; `COUNTED_TO` and 1 if more."""
    tabs = []
    for group in GROUPS:
        # Of everybody's in the order of the list, so that an index leads to those of the tab.
        rows = in_group(assessments, group, of_everybody=of_everybody)
        if not of_everybody:
            rows = rows.order_by()
        tabs.append(rows.values_list(Value(group))[: COUNTED_TO + 1])
    counts = Counter(group for (group,) in tabs[0].union(*tabs[1:], all=True))
    return {group: counts[group] for group in GROUPS}


def search_by_child(assessments: QuerySet[Assessment], words: str) -> QuerySet[Assessment]:
    """Return the assessments of the children whom `children_found_by` finds."""
    return assessments.filter(episode__child__in=children_found_by(words))


def search_everybody(
    assessments: QuerySet[Assessment], words: str
) -> tuple[QuerySet[Assessment], bool]:
    """Return the assessments of the first `COUNTED_TO` children found, and whether more are.

    The children are looked for first: among everybody's assessments the database cannot tell
    how few a search leaves.
    """
    children = list(children_found_by(words).values_list("pk", flat=True)[: COUNTED_TO + 1])
    found = assessments.filter(episode__child__in=children[:COUNTED_TO])
    return found, len(children) > COUNTED_TO
