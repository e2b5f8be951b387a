"""A manager's cover by another, for some days."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from assessments import queries
from assessments.services.refusals import FactsRefused, NotPermitted
from assessments.services.writing import is_first_time
from cinfactors.accounts.locks import lock_people_and_teams
from cinfactors.accounts.models import Cover, Role, User

LONGEST = timedelta(days=366)
"""Whoever is away longer is replaced by another manager of the team."""


def arrange_cover(
    *,
    manager: User,
    covered_by: User,
    first_day: date,
    last_day: date,
    by: User,
    key: uuid.UUID,
) -> None:
    """Let another manager see and decide on what this one does, from one day to another.

    By the manager themselves or an administrator. Restricted records are not among it: for these
    people are named. Raises NotPermitted, and FactsRefused by "covered_by", "first_day" and
    "last_day". Sent twice, it is arranged once.
    """
    content = (by.pk, "cover", manager.pk, covered_by.pk, first_day, last_day)
    with transaction.atomic():
        lock_people_and_teams()
        _check(manager, by)
        if not is_first_time(uuid.uuid5(key, repr(content)), by=by, act="cover"):
            return
        refused = {}
        if covered_by not in queries.people_who_can_cover(manager):
            refused["covered_by"] = "Select another manager"
        elif queries.is_covered(manager, covered_by, first_day, last_day):
            refused["covered_by"] = f"{covered_by.name} covers some of these days already"
        if first_day < timezone.localdate():
            refused["first_day"] = "The first day must be today or later"
        if last_day < first_day:
            refused["last_day"] = "The last day must be the first day or later"
        elif last_day - first_day > LONGEST:
            refused["last_day"] = "The last day must be within a year of the first"
        if refused:
            raise FactsRefused(refused)
        Cover.objects.create(
            manager=manager,
            covered_by=covered_by,
            first_day=first_day,
            last_day=last_day,
            arranged_by=by,
            arranged_at=timezone.now(),
        )


def end_cover(*, cover: Cover, by: User) -> None:
    """End the cover at once, by either manager or an administrator. Repeating it changes nothing.

    Raises NotPermitted.
    """
    with transaction.atomic():
        lock_people_and_teams()
        current = Cover.objects.select_for_update().get(pk=cover.pk)
        person = User.objects.filter(pk=by.pk, is_active=True).first()
        if person is None or not queries.may_end_cover(person, current):
            raise NotPermitted
        if current.ended_at is None:
            current.ended_at, current.ended_by = timezone.now(), person
            current.save(update_fields=["ended_at", "ended_by"])


def _check(manager: User, by: User) -> None:
    """Raise NotPermitted unless it is a manager's own, or an administrator's doing."""
    now = User.objects.filter(is_active=True)
    if by.pk != manager.pk and not now.filter(pk=by.pk, role=Role.ADMINISTRATOR).exists():
        raise NotPermitted
    if not now.filter(pk=manager.pk, role=Role.TEAM_MANAGER).exists():
        raise NotPermitted
