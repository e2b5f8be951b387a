"""What teams hold, in numbers, and what of it no manager looks after: for administrators.

Administrators see no child's record, so these are numbers of teams.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from assessments.models import Assessment, Child, NamedPerson, Status
from assessments.queries.assignment import OPEN
from cinfactors.accounts.models import Membership, Role, Team, User


@dataclass(frozen=True, slots=True)
class TeamRecords:
    """How many people work in a team, and how many assessments it has."""

    team: Team
    people: int = 0
    open: int = 0
    awaiting: int = 0
    """Of those that are open."""
    finished: int = 0
    restricted_unseen: int = 0
    """Children whose restricted record no manager sees, with an assessment in the team."""

    @property
    def total(self) -> int:
        return self.people + self.open + self.finished

    @property
    def is_any(self) -> bool:
        return self.total > 0 or self.restricted_unseen > 0


def records_of(teams: Iterable[Team]) -> list[TeamRecords]:
    """Return the numbers of each team, in their order, in three queries."""
    teams = list(teams)
    people = Membership.objects.filter(
        team__in=teams,
        user__is_active=True,
        user__role__in=(Role.SOCIAL_WORKER, Role.TEAM_MANAGER),
    )
    of_people = dict(people.order_by().values_list("team").annotate(Count("pk")))
    rows = Assessment.objects.filter(team__in=teams).order_by().values_list("team", "status")
    of_status = {
        (team, status): number for team, status, number in rows.annotate(number=Count("pk"))
    }
    unseen = dict(
        restricted_without_a_manager()
        .filter(episodes__assessments__team__in=teams)
        .order_by()
        .values_list("episodes__assessments__team")
        .annotate(Count("pk", distinct=True))
    )

    def number_in(team: Team, statuses: Collection[str]) -> int:
        return sum(of_status.get((team.pk, status), 0) for status in statuses)

    return [
        TeamRecords(
            team,
            of_people.get(team.pk, 0),
            number_in(team, OPEN),
            number_in(team, [Status.SUBMITTED]),
            number_in(team, set(Status.values) - OPEN - {Status.CANCELLED}),
            unseen.get(team.pk, 0),
        )
        for team in teams
    ]


def _manages_team(**team: OuterRef) -> QuerySet[Membership]:
    return Membership.objects.filter(
        user__is_active=True, user__role=Role.TEAM_MANAGER, team__active=True, **team
    )


def teams_without_a_manager() -> list[TeamRecords]:
    """Return the teams that nobody manages, by name: with people or records, closed ones too."""
    unmanaged = Team.objects.filter(~Exists(_manages_team(team=OuterRef("pk"))))
    return [each for each in records_of(unmanaged.order_by("name")) if each.is_any]


def restricted_without_a_manager() -> QuerySet[Child]:
    """Return the children whose restricted record no manager sees."""
    seen_by = NamedPerson.objects.filter(
        child=OuterRef("pk"),
        person__is_active=True,
        person__role=Role.TEAM_MANAGER,
        person__memberships__team__active=True,
        person__memberships__team__assessments__episode__child=OuterRef("pk"),
    )
    return Child.objects.filter(~Exists(seen_by), restricted=True, joined_to__isnull=True)


def teams_with_restricted_unseen() -> list[TeamRecords]:
    """Return the teams that are managed, with restricted records that no manager sees."""
    teams = Team.objects.filter(
        Exists(_manages_team(team=OuterRef("pk"))),
        pk__in=restricted_without_a_manager().values("episodes__assessments__team"),
    )
    return records_of(teams.order_by("name"))


def managers_of_team(team: Team) -> QuerySet[User]:
    """Return the active managers of the team."""
    return User.objects.filter(
        memberships__team=team, role=Role.TEAM_MANAGER, is_active=True
    ).order_by("name", "pk")


def left_without_a_manager(person: User, staying_in: Collection[Team] = ()) -> list[TeamRecords]:
    """Return the teams that nobody would manage any more if this manager left all but some.

    Those alone with people or records besides.
    """
    others = _manages_team(team=OuterRef("pk")).exclude(user=person)
    left = Team.objects.filter(~Exists(others), Q(memberships__user=person), active=True).exclude(
        pk__in=[team.pk for team in staying_in]
    )
    return [
        each
        for each in records_of(left.order_by("name"))
        if each.people > 1 or each.open or each.finished
    ]
