"""Who works on what: whom a record can be given to, and who is named for a restricted one."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from assessments.models import Assessment, Child, NamedPerson, Status
from assessments.queries.visibility import assessments_visible_to, teams_of
from cinfactors.accounts.models import Membership, Role, Team, User

OPEN = frozenset({Status.DRAFT, Status.SUBMITTED, Status.RETURNED, Status.REOPENED})
"""The statuses in which an assessment waits for somebody."""

WITH_RECORDS = frozenset({Role.SOCIAL_WORKER, Role.TEAM_MANAGER, Role.DATA_OFFICER})
"""The roles that see children's records."""


def workers_managed_by(manager: User) -> QuerySet[User]:
    """The active social workers of the manager's teams."""
    return User.objects.filter(
        pk__in=Membership.objects.filter(team__in=teams_of(manager)).values("user_id"),
        role=Role.SOCIAL_WORKER,
        is_active=True,
    ).order_by("name", "pk")


def team_under(manager: User, worker: User, assessment: Assessment) -> Team | None:
    """The team in which the worker would have the assessment: its own, if they are in it.

    Else the first of the manager's teams that the worker is in; None where there is none.
    """
    teams = teams_of(manager).filter(pk__in=teams_of(worker))
    stays = Case(When(pk=assessment.team_id, then=0), default=1)
    return teams.order_by(stays, "name", "pk").first()


def without_a_worker(manager: User) -> QuerySet[Assessment]:
    """What is open in the manager's teams, and its worker no social worker of its team any more.

    The most urgent first.
    """
    if not manager.is_team_manager:
        return Assessment.objects.none()
    working = Membership.objects.filter(
        user=OuterRef("worker_id"),
        team=OuterRef("team_id"),
        user__is_active=True,
        user__role=Role.SOCIAL_WORKER,
    )
    return (
        assessments_visible_to(manager)
        .filter(~Exists(working), status__in=OPEN)
        .order_by("episode__referral_date", "pk")
    )


def open_work_by_team(person: User) -> list[tuple[str, int]]:
    """How many open assessments the person has in each team: numbers, for administrators."""
    open_work = Assessment.objects.filter(worker=person, status__in=OPEN)
    return list(
        open_work.values_list("team__name").annotate(number=Count("pk")).order_by("team__name")
    )


def open_work_in(team: Team) -> int:
    """How many open assessments the team has: a number, for administrators."""
    return Assessment.objects.filter(team=team, status__in=OPEN).count()


def number_of_open_assessments() -> Coalesce:
    """Of teams: the same number for each, in one query for them all."""
    of_team = Assessment.objects.filter(team=OuterRef("pk"), status__in=OPEN).order_by()
    counted = of_team.values("team").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def kept_by_one_manager(person: User) -> QuerySet[Child]:
    """The restricted records that no manager could see any more if this one were gone.

    For administrators to count, and for services to put somebody in their place.
    """
    others = NamedPerson.objects.filter(
        child=OuterRef("pk"),
        person__is_active=True,
        person__role=Role.TEAM_MANAGER,
        person__memberships__team__assessments__episode__child=OuterRef("pk"),
    ).exclude(person=person)
    return Child.objects.filter(~Exists(others), restricted=True, named_people__person=person)


def can_stand_in_for(person: User) -> QuerySet[User]:
    """The other active managers of the person's teams."""
    return (
        User.objects.filter(
            role=Role.TEAM_MANAGER, is_active=True, memberships__team__in=teams_of(person)
        )
        .exclude(pk=person.pk)
        .distinct()
        .order_by("name", "pk")
    )


def can_be_named(manager: User, child: Child) -> QuerySet[User]:
    """Those of the manager's own teams and the data officers, and whoever is named already.

    Others can be named as well: see `known_by`.
    """
    near = Membership.objects.filter(team__in=teams_of(manager)).values("user_id")
    in_order = Case(*(When(role=role, then=place) for place, role in enumerate(Role.values)))
    return (
        readers()
        .filter(Q(pk__in=near) | Q(role=Role.DATA_OFFICER) | Q(named_for__child=child))
        .distinct()
        .prefetch_related("teams")
        .order_by(in_order, "name", "pk")
    )


def known_by(username: str) -> User | None:
    """The person of this user name, if their role sees records at all."""
    return readers().filter(username__iexact=username.strip()).first()


def readers() -> QuerySet[User]:
    """Everybody whose role sees children's records."""
    return User.objects.filter(role__in=WITH_RECORDS, is_active=True)


def named_for(child: Child) -> QuerySet[User]:
    """The people who are named for the child's record."""
    return User.objects.filter(named_for__child=child).order_by("name", "pk")


def teams_with(child: Child, manager: User) -> QuerySet[Team]:
    """The manager's teams that have, or had, an assessment of the child."""
    return teams_of(manager).filter(assessments__episode__child=child).distinct()


def open_assessments_of(child: Child) -> QuerySet[Assessment]:
    """Whoever's: what must go on being worked on when the record is restricted."""
    return Assessment.objects.filter(episode__child=child, status__in=OPEN).select_related(
        "team", "worker"
    )


def is_at_work(worker: User) -> bool:
    """Whether the person is there to go on with what is theirs."""
    return worker.is_active and worker.is_social_worker


def is_managed_by(people: Iterable[User], team: Team) -> bool:
    """Whether one of the people is an active manager of the team."""
    return User.objects.filter(
        pk__in=[person.pk for person in people],
        role=Role.TEAM_MANAGER,
        is_active=True,
        memberships__team=team,
    ).exists()
