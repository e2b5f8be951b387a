"""The list of assessments: its tabs, their order and counts, and its search."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping

from django.db import connection
from django.db.models import Case, Count, QuerySet, Value, When
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
from assessments.queries.finding import MOST_FOUND, children_found_by, some_children_found_by
from assessments.queries.visibility import assessments_visible_to
from cinfactors.accounts.models import User


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

EVERY_STATUS = "all"
"""One more tab, of who sees everybody's: what was started last stands first."""


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
    if group == EVERY_STATUS:
        return assessments.order_by("-pk")
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


def keys_of_list(rows: QuerySet[Assessment]) -> array[int]:
    """Return the keys of every row of a list, in its order; within a transaction.

    The database plans a cursor for its first rows, as if most were never asked for, unless it is
    told that all of them are.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('cursor_tuple_fraction', '1', true)")
    return array("q", rows.values_list("pk", flat=True).iterator(chunk_size=10_000))


def listed_by_key(person: User, keys: Iterable[int]) -> list[Assessment]:
    """Return the assessments of these keys that the person may see, in this order.

    The teams and workers, few among many rows, are read and made once, not for each row.
    """
    keys = list(keys)
    rows = assessments_visible_to(person).select_related("episode__child")
    visible = rows.prefetch_related("team", "worker").in_bulk(keys)
    return [visible[key] for key in keys if key in visible]


COUNTED_TO = 1000
"""How far a list is counted, and how many of its rows are shown: nobody turns more pages.

What is beyond is found by narrowing the list. Counting every row takes as long as reading it.
"""


def group_counts(
    assessments: QuerySet[Assessment], *, of_everybody: bool = False
) -> dict[str, int]:
    """Return how many assessments each tab has, in one query; `COUNTED_TO` and 1 if more."""
    tabs = []
    groups = [EVERY_STATUS, *GROUPS] if of_everybody else [*GROUPS]
    for group in groups:
        # Of everybody's in the order of the list, so that an index leads to those of the tab.
        rows = in_group(assessments, group, of_everybody=of_everybody)
        if not of_everybody:
            rows = rows.order_by()
        tabs.append(rows.values_list(Value(group))[: COUNTED_TO + 1])
    counts = Counter(group for (group,) in tabs[0].union(*tabs[1:], all=True))
    return {group: counts[group] for group in groups}


def group_counts_of_few(assessments: QuerySet[Assessment]) -> dict[str, int]:
    """Return how many of a search each tab has, that of every status too, by reading them all."""
    statuses = assessments.order_by().values_list("status")
    numbers = Counter(dict(statuses.annotate(number=Count("pk"))))
    tabs = {group: sum(numbers[each] for each in GROUPS[group]) for group in GROUPS}
    return {EVERY_STATUS: numbers.total()} | tabs


def keys_of_few(rows: QuerySet[Assessment]) -> list[int]:
    """Return the keys of a list's rows in no order, `COUNTED_TO` and 1 at most.

    So far it is counted; and of fewer, whoever lists them by these keys spares the database to
    look for the first of them in the order of the list, through all that do not belong to it.
    """
    return list(rows.order_by().values_list("pk", flat=True)[: COUNTED_TO + 1])


def search_by_child(assessments: QuerySet[Assessment], words: str) -> QuerySet[Assessment]:
    """Return the assessments, of everybody's, of the children whom `children_found_by` finds."""
    return assessments.filter(episode__child__in=children_found_by(words))


def search_everybody(
    assessments: QuerySet[Assessment], words: str
) -> tuple[QuerySet[Assessment], bool]:
    """Return the assessments of the first `MOST_FOUND` children found, and whether more are.

    The children are looked for first: among everybody's assessments the database cannot tell
    how few a search leaves.
    """
    children, are_more = some_children_found_by(words, MOST_FOUND)
    return assessments.filter(episode__child__in=children), are_more
