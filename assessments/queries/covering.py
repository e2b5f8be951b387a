"""Cover: which managers' teams are another manager's too, and until when."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from assessments.queries.visibility import covers_on
from cinfactors.accounts.models import Cover, Role, User


def covers_of(manager: User) -> QuerySet[Cover]:
    """Return the cover of the manager by others and theirs of others, now or later, soonest first.

    Of what has ended nothing is left to do.
    """
    return (
        Cover.objects.filter(
            Q(manager=manager) | Q(covered_by=manager),
            ended_at__isnull=True,
            last_day__gte=timezone.localdate(),
        )
        .select_related("manager", "covered_by", "arranged_by")
        .order_by("first_day", "pk")
    )


def covers_by(manager: User) -> QuerySet[Cover]:
    """Return whom the manager covers today."""
    return covers_on(timezone.localdate()).filter(covered_by=manager).select_related("manager")


def people_who_can_cover(manager: User) -> QuerySet[User]:
    """Return the other active managers, of any team."""
    managers = User.objects.filter(role=Role.TEAM_MANAGER, is_active=True)
    return managers.exclude(pk=manager.pk).prefetch_related("teams").order_by("name", "pk")


def is_covered(manager: User, covered_by: User, first_day: date, last_day: date) -> bool:
    """Return whether the same cover is arranged already for one of these days."""
    return Cover.objects.filter(
        manager=manager,
        covered_by=covered_by,
        ended_at__isnull=True,
        first_day__lte=last_day,
        last_day__gte=first_day,
    ).exists()


def may_end_cover(person: User, cover: Cover) -> bool:
    """Return whether it is theirs, on either side, or they are an administrator."""
    return person.is_active and (
        person.is_administrator or person.pk in (cover.manager_id, cover.covered_by_id)
    )
