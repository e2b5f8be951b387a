"""Assignment and access: who can take over an assessment, and who can see a restricted record."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from assessments.models import Assessment, Child, NamedPerson, Status
from assessments.queries.deadlines import REFERRAL_DATE, due_order
from assessments.queries.visibility import assessments_visible_to, teams_of
from cinfactors.accounts.models import Membership, Role, Team, User

OPEN = frozenset({Status.DRAFT, Status.SUBMITTED, Status.RETURNED, Status.REOPENED})
"""The statuses in which somebody still has work to do on an assessment."""

WITH_RECORDS = frozenset({Role.SOCIAL_WORKER, Role.TEAM_MANAGER, Role.DATA_OFFICER})
"""The roles that see children's records."""


NEEDS_A_WORKER = Q(status__in=OPEN) & ~Exists(
    Membership.objects.filter(
        user=OuterRef("worker_id"),
        team=OuterRef("team_id"),
        user__is_active=True,
        user__role=Role.SOCIAL_WORKER,
    )
)
"""The condition on assessments that they are open and that their worker is no longer an active
social worker of their team."""


def workers_managed_by(manager: User) -> QuerySet[User]:
    """Return the active social workers of the manager's teams."""
    return User.objects.filter(
        pk__in=Membership.objects.filter(team__in=teams_of(manager)).values("user_id"),
        role=Role.SOCIAL_WORKER,
        is_active=True,
    ).order_by("name", "pk")


def team_after_reassignment(manager: User, worker: User, assessment: Assessment) -> Team | None:
    """Return the team that the assessment belongs to once the manager gives it to the worker.

    Its present team if the worker is in it, else the first of the manager's teams that the worker
    is in; None if they share no team.
    """
    teams = teams_of(manager).filter(pk__in=teams_of(worker))
    present_team_first = Case(When(pk=assessment.team_id, then=0), default=1)
    return teams.order_by(present_team_first, "name", "pk").first()


def assessments_without_a_worker(manager: User) -> QuerySet[Assessment]:
    """Return the open assessments of the manager's teams that need another worker.

    Their worker is no longer an active social worker of the assessment's team. The most urgent
    first.
    """
    if not manager.is_team_manager:
        return Assessment.objects.none()
    return (
        assessments_visible_to(manager)
        .filter(NEEDS_A_WORKER)
        .order_by(due_order(timezone.localdate()), REFERRAL_DATE, "pk")
    )


def open_work_by_team(person: User) -> list[tuple[str, int]]:
    """Return how many open assessments the person has, by the team's name.

    Numbers alone, for administrators, who see no child's record.
    """
    open_work = Assessment.objects.filter(worker=person, status__in=OPEN)
    return list(
        open_work.values_list("team__name").annotate(number=Count("pk")).order_by("team__name")
    )


def open_work_in(team: Team) -> int:
    """Return how many open assessments the team has: a number alone, for administrators."""
    return Assessment.objects.filter(team=team, status__in=OPEN).count()


def number_of_open_assessments() -> Coalesce:
    """Return the annotation of teams with that number, for a list of them in one query."""
    in_team = Assessment.objects.filter(team=OuterRef("pk"), status__in=OPEN).order_by()
    number = in_team.values("team").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(number), 0)


def restricted_children_managed_only_by(person: User) -> QuerySet[Child]:
    """Return the children whose restricted record no other manager can see.

    Administrators are shown their number; a service names another manager when this one leaves.
    """
    other_managers = NamedPerson.objects.filter(
        child=OuterRef("pk"),
        person__is_active=True,
        person__role=Role.TEAM_MANAGER,
        person__memberships__team__assessments__episode__child=OuterRef("pk"),
    ).exclude(person=person)
    return Child.objects.filter(
        ~Exists(other_managers),
        restricted=True,
        joined_to__isnull=True,
        named_people__person=person,
    )


def replacement_managers_for(person: User) -> QuerySet[User]:
    """Return the other active managers of the person's teams."""
    return (
        User.objects.filter(
            role=Role.TEAM_MANAGER, is_active=True, memberships__team__in=teams_of(person)
        )
        .exclude(pk=person.pk)
        .distinct()
        .order_by("name", "pk")
    )


def people_who_can_be_named(manager: User, child: Child) -> QuerySet[User]:
    """Return the people whom the manager's form offers to name for the child's record.

    Those of the manager's own teams, the data officers, and whoever is named already, by role.
    Others can be named by their user name: see `reader_by_username`.
    """
    in_own_teams = Membership.objects.filter(team__in=teams_of(manager)).values("user_id")
    role_order = Case(*(When(role=role, then=place) for place, role in enumerate(Role.values)))
    return (
        readers()
        .filter(Q(pk__in=in_own_teams) | Q(role=Role.DATA_OFFICER) | Q(named_for__child=child))
        .distinct()
        .prefetch_related("teams")
        .order_by(role_order, "name", "pk")
    )


def reader_by_username(username: str) -> User | None:
    """Return the person with this user name; None if there is none whose role sees records.

    Never somebody whose name only looks alike: they would be named for a restricted record.
    """
    person = User.objects.with_user_name(username.strip())
    return readers().filter(pk=person.pk).first() if person else None


def readers() -> QuerySet[User]:
    """Return every active person whose role sees children's records."""
    return User.objects.filter(role__in=WITH_RECORDS, is_active=True)


def people_named_for(child: Child) -> QuerySet[User]:
    """Return the people who are named for the child's record."""
    return User.objects.filter(named_for__child=child).order_by("name", "pk")


def teams_that_assessed(child: Child, manager: User) -> QuerySet[Team]:
    """Return the manager's teams that have, or had, an assessment of the child."""
    return teams_of(manager).filter(assessments__episode__child=child).distinct()


def open_assessments_of(child: Child) -> QuerySet[Assessment]:
    """Return the child's open assessments, whoever's: work goes on when a record is restricted."""
    return Assessment.objects.filter(episode__child=child, status__in=OPEN).select_related(
        "team", "worker"
    )


def is_active_social_worker(person: User) -> bool:
    """Return whether the person can go on working on the assessments assigned to them."""
    return person.is_active and person.is_social_worker


def includes_manager_of(people: Iterable[User], team: Team) -> bool:
    """Return whether one of the people is an active manager of the team."""
    return User.objects.filter(
        pk__in=[person.pk for person in people],
        role=Role.TEAM_MANAGER,
        is_active=True,
        memberships__team=team,
    ).exists()
