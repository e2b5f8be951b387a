"""Census tasks of a data officer, and the records of the children whom a return names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Upper
from django.utils import timezone

from assessments.census.years import years
from assessments.models import CensusCheck, CensusTask, Child, NamedPerson
from assessments.queries.returns import restricted_children_in_return
from assessments.queries.visibility import (
    assessments_visible_to,
    may_export_restricted,
    may_make_census_files,
)
from cinfactors.accounts.models import User
from cinfactors.audit.models import Change

CENSUS_TASKS_ARE_KEPT = timedelta(hours=1)
"""How long what was uploaded or made is kept, and the task that says so."""


def census_tasks_of(person: User) -> QuerySet[CensusTask]:
    """Return what the person asked for within the hour, the latest first; nobody else's."""
    if not may_make_census_files(person):
        return CensusTask.objects.none()
    since = timezone.now() - CENSUS_TASKS_ARE_KEPT
    own = CensusTask.objects.filter(asked_by=person, asked_at__gte=since)
    return own.exclude(status=CensusTask.Status.SENDING).order_by("-asked_at", "-pk")


def census_task_of(person: User, reference: UUID) -> CensusTask | None:
    return census_tasks_of(person).filter(reference=reference).first()


def check_under_way(year: str) -> CensusTask | None:
    """Return the check of a year that waits or is being done, whoever asked for it."""
    under_way = [CensusTask.Status.WAITING, CensusTask.Status.RUNNING]
    checks = CensusTask.objects.filter(kind=CensusTask.Kind.CHECK, year=year, status__in=under_way)
    return checks.order_by("pk").first()


def failed_nightly_check(year: str) -> CensusTask | None:
    """Return the latest nightly check of a year that failed, if none was done since."""
    nightly = CensusTask.objects.filter(
        kind=CensusTask.Kind.CHECK, asked_by=None, status=CensusTask.Status.FAILED, year=year
    )
    latest = nightly.order_by("-pk").first()
    if latest is None:
        return None
    since = CensusCheck.objects.filter(year=year, checked_at__gte=latest.asked_at)
    return None if since.exists() else latest


def may_have_file(person: User, task: CensusTask) -> bool:
    """Return whether the person may take away what the task made, by what holds now.

    A record may have been restricted, and a permission taken away, since it was made.
    """
    if not task.has_file:
        return False
    if may_export_restricted(person):
        return True
    return not task.holds_restricted and not restricted_in_file(task)


def restricted_in_file(task: CensusTask) -> list[int]:
    """Return the keys of the children of the file's year whose records are restricted by now."""
    day = timezone.localdate(task.asked_at)
    return restricted_children_in_return(years()[task.year], day)


def is_restricted_since(person: User, task: CensusTask) -> bool:
    """Return whether what was found has records that were restricted to others since.

    How much was found in restricted records is told as one number, and theirs are in the others.
    """
    if not task.year or task.kind not in CensusTask.OF_OUR_RECORDS:
        return False
    hidden = {*restricted_in_file(task)}
    hidden -= {*NamedPerson.objects.filter(person=person).values_list("child_id", flat=True)}
    since = Change.objects.filter(
        table_name=Child._meta.db_table,
        row_key__in=hidden,
        pk__gt=task.counts.get("since", 0),
        new__restricted=True,
    )
    return bool(hidden) and since.exclude(old__restricted=True).exists()


@dataclass(slots=True)
class ChildOfReturn:
    """A child whom a return names, as recorded here."""

    key: int
    records: dict[date, UUID] = field(default_factory=dict)
    """The references of the assessments that the person may see, by the day each started."""
    is_hidden: bool = False
    """Whether the record is restricted to others."""


def children_of_return(person: User, ids: Iterable[str]) -> dict[str, ChildOfReturn]:
    """Return those of the children who are recorded here, by their ids in capitals."""
    wanted = {each.upper() for each in ids}
    children = Child.objects.annotate(capitals=Upper("la_child_id")).filter(capitals__in=wanted)
    found = {
        capitals: ChildOfReturn(key, is_hidden=restricted)
        for key, capitals, restricted in children.values_list("pk", "capitals", "restricted")
    }
    by_key = {child.key: child for child in found.values()}
    visible = assessments_visible_to(person).filter(episode__child__in=by_key)
    rows = visible.order_by("pk").values_list("episode__child", "start_date", "reference")
    for key, start, reference in rows:
        by_key[key].records[start] = reference
        by_key[key].is_hidden = False
    return found
