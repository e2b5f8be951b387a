"""The log of who read which child's record: what was unusual in each hour, for data officers."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Max, Min, Q, QuerySet
from django.db.models.functions import TruncHour
from django.utils import timezone

from assessments.models import Child
from cinfactors.accounts.models import Role, User
from cinfactors.audit.models import Reading

UNUSUAL_CHILDREN_PER_HOUR = 30
"""From how many children's records, read by one person in an hour of the clock, it is unusual.

Ours: a worker's whole caseload is fewer.
"""


def may_read_the_log(person: User) -> bool:
    return person.is_active and person.is_data_officer


def unusual_readings(
    reader: User, on: date, *, by: User | None = None
) -> QuerySet[Reading, dict[str, Any]]:
    """Return a row for each person and hour of a day in which something was unusual.

    Each has how often and what they read. Data officers belong to no team, so no record counts as
    out of theirs. Empty for a reader who may not read the log.
    """
    start = timezone.make_aware(datetime.combine(on, time.min))
    end = timezone.make_aware(datetime.combine(on + timedelta(days=1), time.min))
    readings = Reading.objects.filter(at__gte=start, at__lt=end, child_id__isnull=False)
    if not may_read_the_log(reader):
        readings = readings.none()
    if by is not None:
        readings = readings.filter(person_id=by.pk)
    whole_authority = User.objects.filter(role=Role.DATA_OFFICER).values("pk")
    shown, refused = Q(refused=False), Q(refused=True)
    counted = {
        "children": Count("child_id", distinct=True, filter=shown),
        "times_restricted": Count("pk", filter=refused & Q(restricted=True)),
        "times_refused": Count("pk", filter=refused & Q(restricted=False, out_of_team=True)),
        "times_out_of_team": Count(
            "pk", filter=shown & Q(out_of_team=True) & ~Q(person_id__in=whole_authority)
        ),
        "times_same_name": Count("pk", filter=Q(same_name=True)),
    }
    unusual = Q(children__gte=UNUSUAL_CHILDREN_PER_HOUR)
    for name in counted.keys() - {"children"}:
        unusual |= Q(**{f"{name}__gt": 0})
    rows = (
        readings.annotate(hour=TruncHour("at"))
        .values("person_id", "hour")
        .annotate(
            **counted,
            times=Count("pk"),
            first=Min("at"),
            last=Max("at"),
            which=ArrayAgg("child_id", distinct=True),
            addresses=ArrayAgg(
                "address", distinct=True, filter=Q(address__isnull=False), default=[]
            ),
        )
        .filter(unusual)
        .order_by("-hour", "person_id")
    )
    # The stubs cannot type the rows of annotations that are given by name.
    return cast("QuerySet[Reading, dict[str, Any]]", rows)


def people_by_name() -> QuerySet[User]:
    """Return everybody, for the log to be filtered by."""
    return User.objects.order_by("name", "pk")


def child_ids(children: set[int]) -> dict[int, str]:
    """Return the children's ids by key: of restricted records too, since the log is about them."""
    return dict(Child.objects.filter(pk__in=children).values_list("pk", "la_child_id"))
