"""The log of who read which child's record, for data officers.

What was unusual in each hour, the children of one such hour, and everybody who read one record.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any, cast
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, TruncHour
from django.utils import timezone

from assessments.models import Assessment, Child
from assessments.queries.finding import KEPT_RECORD
from assessments.queries.visibility import children_visible_to
from cinfactors.accounts.models import Role, User
from cinfactors.audit.models import Page, Reading

UNUSUAL_CHILDREN_PER_HOUR = 30
"""From how many children's records, opened by one person in an hour of the clock, it is unusual.

Ours: a worker's whole caseload is fewer.
"""

UNUSUAL_OUTSIDE_PER_HOUR = 100
"""From how many children outside their own caseload, on lists too, it is unusual.

Ours: four pages of the list of assessments, each with nobody who was there before.
"""


def may_read_the_log(person: User) -> bool:
    return person.is_active and person.is_data_officer


def _readings_for(reader: User) -> QuerySet[Reading]:
    """Return what was shown or refused of children; empty for who may not read the log."""
    if not may_read_the_log(reader):
        return Reading.objects.none()
    return Reading.objects.filter(Q(child_id__isnull=False) | Q(children__isnull=False))


def unusual_readings(
    reader: User, on: date, *, by: User | None = None
) -> QuerySet[Reading, dict[str, Any]]:
    """Return a row for each person and hour of a day in which something was unusual.

    Each has how often and what they read. A page of a list is not unusual for a child of the
    reader's family name who stands in it, unless it was searched. Data officers belong to no
    team, so no record counts as out of theirs. Empty for a reader who may not read the log.
    """
    start = timezone.make_aware(datetime.combine(on, time.min))
    end = timezone.make_aware(datetime.combine(on + timedelta(days=1), time.min))
    readings = _readings_for(reader).filter(at__gte=start, at__lt=end)
    if by is not None:
        readings = readings.filter(person_id=by.pk)
    whole_authority = User.objects.filter(role=Role.DATA_OFFICER).values("pk")
    shown, id_in_use = Q(refused=False), Q(refused=True, page=Page.ADD)
    refused = Q(refused=True) & ~Q(page=Page.ADD)
    out_of_team = Q(out_of_team=True) | Q(out_of_team_children__isnull=False)
    searched_same_name = Q(page=Page.SEARCH, same_name_children__isnull=False)
    counted = {
        "opened": Count("child_id", distinct=True, filter=shown),
        "outside": Coalesce(Sum("counted__len"), 0),
        "times_restricted": Count("pk", filter=refused & Q(restricted=True)),
        "times_refused": Count("pk", filter=refused & Q(restricted=False, out_of_team=True)),
        "times_id_in_use": Count("pk", filter=id_in_use),
        "times_out_of_team": Count(
            "pk", filter=shown & out_of_team & ~Q(person_id__in=whole_authority)
        ),
        "times_downloaded": Count("request_id", distinct=True, filter=Q(page=Page.DOWNLOAD)),
        "times_same_name": Count("pk", filter=Q(same_name=True) | searched_same_name),
    }
    unusual = Q(opened__gte=UNUSUAL_CHILDREN_PER_HOUR) | Q(outside__gte=UNUSUAL_OUTSIDE_PER_HOUR)
    for name in counted:
        if name.startswith("times_"):
            unusual |= Q(**{f"{name}__gt": 0})
    rows = (
        readings.annotate(hour=TruncHour("at"))
        .values("person_id", "hour")
        .annotate(
            **counted,
            times=Count("pk"),
            downloaded=Coalesce(Sum("children__len", filter=Q(page=Page.DOWNLOAD)), 0),
            lists=Count("pk", filter=Q(children__isnull=False)),
            first=Min("at"),
            last=Max("at"),
            which=ArrayAgg("child_id", distinct=True, filter=Q(child_id__isnull=False), default=[]),
            which_refused=ArrayAgg(
                "child_id",
                distinct=True,
                filter=Q(child_id__isnull=False, refused=True, reason=""),
                default=[],
            ),
            addresses=ArrayAgg(
                "address", distinct=True, filter=Q(address__isnull=False), default=[]
            ),
        )
        .filter(unusual)
        .order_by("-hour", "person_id")
    )
    # The stubs cannot type the rows of annotations that are given by name.
    return cast("QuerySet[Reading, dict[str, Any]]", rows)


def readings_in_hour(reader: User, person: User, hour: datetime) -> QuerySet[Reading]:
    """Return what the person was shown or refused in an hour of the clock, the earliest first."""
    in_hour = Q(at__gte=hour, at__lt=hour + timedelta(hours=1))
    return _readings_for(reader).filter(in_hour, person_id=person.pk).order_by("pk")


def children_read_in_hour(
    reader: User, person: User, hour: datetime, most: int
) -> tuple[list[int], bool]:
    """Return the keys of the first children shown or refused in an hour, and whether more were.

    A large download shows every child of the authority: no more readings are read than it takes.
    """
    found: dict[int, None] = {}
    readings = readings_in_hour(reader, person, hour).values_list("child_id", "children")
    for child, children in readings.iterator(chunk_size=100):
        found |= dict.fromkeys(key for key in [child, *(children or ())] if key is not None)
        if len(found) > most:
            return [*found][:most], True
    return [*found], False


def of_children(readings: QuerySet[Reading], keys: Collection[int]) -> QuerySet[Reading]:
    """Return the readings that showed one of these children, or refused to."""
    return readings.filter(Q(child_id__in=keys) | Q(children__overlap=list(keys)))


def was_read_lately(person: User, assessment: Assessment) -> bool:
    """Return whether a page that showed the person this assessment was recorded in the last hour.

    What only changes on such a page is then no other reading of it.
    """
    since = timezone.now() - timedelta(hours=1)
    readings = Reading.objects.filter(person_id=person.pk, at__gte=since, refused=False)
    return readings.filter(assessment_id=assessment.pk).exists()


def person_in_log(reader: User, reference: UUID) -> User | None:
    """Return the person of this reference; None for a reader who may not read the log."""
    people = people_by_name() if may_read_the_log(reader) else User.objects.none()
    return people.filter(reference=reference).first()


def child_in_log(reader: User, la_child_id: str) -> Child | None:
    """Return the child with exactly this id, or to whose record one with it was joined.

    Of the children whom the reader may see: a restricted one only if they are named.
    """
    has_id = Child.objects.filter(la_child_id__iexact=la_child_id.strip())
    return _children_in_log(reader).filter(pk__in=has_id.values(kept=KEPT_RECORD)).first()


def child_in_log_by_reference(reader: User, reference: UUID) -> Child | None:
    """Return the child that `child_in_log` found, for the page that follows."""
    return _children_in_log(reader).filter(reference=reference).first()


def _children_in_log(reader: User) -> QuerySet[Child]:
    return children_visible_to(reader) if may_read_the_log(reader) else Child.objects.none()


def readings_of(reader: User, keys: list[int]) -> QuerySet[Reading]:
    """Return every page that showed one of the children, or refused to, the latest first.

    `keys` are those of the records of one child.
    """
    return of_children(_readings_for(reader), keys).order_by("-pk")


def readers_with_teams(people: set[int]) -> dict[int, User]:
    """Return the people by key, each with the teams of today."""
    return User.objects.prefetch_related("teams").in_bulk(people)


def people_by_name() -> QuerySet[User]:
    """Return everybody, for the log to be filtered by."""
    return User.objects.order_by("name", "pk")


def child_ids(reader: User, children: set[int], refused: set[int]) -> dict[int, str]:
    """Return the children's ids by key, of those whom the reader may see or somebody was refused.

    Who is named for a restricted record reads it without anybody else learning of it here. Who
    was `refused` one did not know whether there was one either, and is to be asked about it.
    """
    may_be_named = Q(pk__in=children_visible_to(reader).values("pk")) | Q(pk__in=refused)
    found = Child.objects.filter(may_be_named, pk__in=children)
    return dict(found.values_list("pk", "la_child_id"))
