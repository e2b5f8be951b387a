"""The work of a manager's teams, in numbers: by team, and by worker.

How much there is and how urgent, never how well it is done. Each number is that of a list which
a manager opens from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from assessments.models import Assessment, Status, Version
from assessments.queries.assignment import OPEN
from assessments.queries.deadlines import is_due_soon, is_overdue
from assessments.queries.visibility import assessments_visible_to, teams_of
from cinfactors.accounts.models import Membership, Role, Team, User


@dataclass(frozen=True, slots=True)
class Work:
    """How many assessments are open; the other numbers are of some of these."""

    open: int = 0
    due_soon: int = 0
    overdue: int = 0
    returned: int = 0
    awaiting: int = 0
    """Those that the manager may decide on."""
    oldest: datetime | None = None
    """When the first of these was submitted."""

    def __add__(self, other: Work) -> Work:
        waiting = [each.oldest for each in (self, other) if each.oldest is not None]
        return Work(
            self.open + other.open,
            self.due_soon + other.due_soon,
            self.overdue + other.overdue,
            self.returned + other.returned,
            self.awaiting + other.awaiting,
            min(waiting, default=None),
        )


@dataclass(frozen=True, slots=True)
class TeamWork:
    """The work of one team, of each social worker who is in it, and what has nobody of them."""

    team: Team
    workers: tuple[tuple[User, Work], ...]
    without_a_worker: Work

    @property
    def whole(self) -> Work:
        return sum((work for _, work in self.workers), self.without_a_worker)


def workload(manager: User) -> list[TeamWork]:
    """Return the work in each of the manager's teams, by name; of people too who have none."""
    teams = list(teams_of(manager)) if manager.is_team_manager else []
    members: dict[int, list[User]] = {team.pk: [] for team in teams}
    places = Membership.objects.filter(
        team__in=teams, user__is_active=True, user__role=Role.SOCIAL_WORKER
    )
    for place in places.select_related("user").order_by("user__name", "user"):
        members[place.team_id].append(place.user)
    work = _work_by_team_and_worker(manager, timezone.localdate())
    return [_team_work(team, members[team.pk], work.get(team.pk, {})) for team in teams]


def _team_work(team: Team, members: Iterable[User], work: Mapping[int, Work]) -> TeamWork:
    workers = tuple((worker, work.get(worker.pk, Work())) for worker in members)
    present = {worker.pk for worker, _ in workers}
    left = (each for worker, each in work.items() if worker not in present)
    return TeamWork(team, workers, sum(left, Work()))


def _work_by_team_and_worker(manager: User, today: date) -> dict[int, dict[int, Work]]:
    """Return the work by the keys of team and worker, in one query over what is open."""
    own = Version.objects.filter(assessment=OuterRef("pk"), submitted_by=manager)
    awaiting = Q(status=Status.SUBMITTED) & ~Q(worker=manager) & Q(~Exists(own))
    rows = (
        _open_of(manager)
        .values_list("team", "worker")
        .annotate(
            open=Count("pk"),
            due_soon=Count("pk", filter=is_due_soon(today)),
            overdue=Count("pk", filter=is_overdue(today)),
            returned=Count("pk", filter=Q(status=Status.RETURNED)),
            awaiting=Count("pk", filter=awaiting),
            oldest=Min("submitted_at", filter=awaiting),
        )
    )
    work: dict[int, dict[int, Work]] = {}
    for team, worker, *numbers in rows:
        work.setdefault(team, {})[worker] = Work(*numbers)
    return work


def _open_of(manager: User) -> QuerySet[Assessment]:
    return assessments_visible_to(manager).filter(status__in=OPEN).order_by()


def caseloads(workers: Iterable[User]) -> dict[int, int]:
    """Return how many open assessments each of them has, in any team, by their keys."""
    own = Assessment.objects.filter(worker__in=workers, status__in=OPEN).order_by()
    return dict(own.values_list("worker").annotate(Count("pk")))
