"""Every write of an administrator about people and teams."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from assessments import queries
from assessments.models import Child, NamedPerson
from cinfactors.accounts.models import (
    ROLES_IN_THE_ADMIN,
    Role,
    SignInChangeKind,
    Team,
    User,
)
from cinfactors.accounts.services import delete_sessions, record_sign_in_change

ROLES_IN_TEAMS = {Role.SOCIAL_WORKER, Role.TEAM_MANAGER}
"""Who sees what they see by their teams."""


class Refused(Exception):
    """A change of people or teams that cannot be; `messages` has why, by the field it is about."""

    def __init__(self, messages: Mapping[str, str]) -> None:
        super().__init__(", ".join(messages))
        self.messages = dict(messages)


def save_person(*, by: User, person: User, teams: Iterable[Team], password: str = "") -> None:
    """Add a person or change one, and the teams they are in; an empty password leaves theirs.

    Refused as `against_saving` says. Whether they may sign in is changed by `deactivate` and
    `reactivate` alone.
    """
    teams = list(teams)
    with transaction.atomic():
        if messages := against_saving(by=by, person=person, teams=teams):
            raise Refused(messages)
        person.is_staff = person.role in ROLES_IN_THE_ADMIN
        if password:
            person.set_password(password)
        person.save()
        person.teams.set(teams)


def against_saving(*, by: User, person: User, teams: Collection[Team]) -> dict[str, str]:
    """What stands against saving the person so, by field; in a transaction, it stays so.

    Social workers and managers are in a team, an administrator stays one until another says
    otherwise, and a restricted record keeps a manager who may see it.
    """
    _lock_administrators(by)
    # A team that is being closed waits for this, or this for it.
    open_teams = [team for team in _locked(teams) if team.active]
    messages = {}
    if person.role in ROLES_IN_TEAMS and not open_teams:
        messages["in_teams"] = "Select at least one team that is in use"
    before = User.objects.filter(pk=person.pk).first()
    if before is None:
        return messages
    if before == by and person.role != before.role:
        messages["role"] = "You cannot give up your own role"
    left = set(queries.teams_of(before)) - set(teams)
    if before.is_active and before.is_team_manager and (left or not person.is_team_manager):
        number = queries.kept_by_one_manager(before).count()
        if number:
            field = "in_teams" if person.is_team_manager else "role"
            messages[field] = (
                f"{before.name} is the only manager who may see {_records(number)}. They have to "
                "name another manager first"
            )
    return messages


def deactivate(*, by: User, person: User, instead: User | None = None) -> None:
    """End a person's access from the next request; their records stay, and wait for others.

    Their password goes with it, so that no session comes to life again. Where they are the only
    manager who may see a restricted record, `instead` is named in their place, without the
    administrator seeing which. Refused for oneself, and without somebody who can stand in.
    """
    with transaction.atomic():
        _lock_administrators(by)
        if by == person:
            raise Refused({"person": "Another administrator deactivates you"})
        kept = list(queries.kept_by_one_manager(person)) if person.is_team_manager else []
        if kept:
            _stand_in(kept, person=person, instead=instead, by=by)
        person.is_active = False
        person.set_unusable_password()
        person.save(update_fields=["is_active", "password"])
        delete_sessions(person)


def _stand_in(kept: list[Child], *, person: User, instead: User | None, by: User) -> None:
    if instead is None or instead not in queries.can_stand_in_for(person):
        raise Refused({"instead": "Select the manager who is named in their place"})
    for child in kept:
        if not queries.teams_with(child, instead).exists():
            raise Refused(
                {"instead": f"{instead.name} does not manage the team of each of these records"}
            )
        NamedPerson.objects.get_or_create(
            child=child, person=instead, defaults={"named_by": by, "named_at": timezone.now()}
        )


def reactivate(*, by: User, person: User, password: str) -> None:
    """Let a person in again who had been deactivated, with a new password."""
    _check_administrator(by)
    person.is_active = True
    person.set_password(password)
    person.save(update_fields=["is_active", "password"])


def set_password(*, by: User, person: User, password: str) -> None:
    """Give a person a new password, which ends their sessions."""
    _check_administrator(by)
    person.set_password(password)
    with transaction.atomic():
        person.save(update_fields=["password"])
        delete_sessions(person)


def save_team(*, by: User, team: Team) -> None:
    """Add, rename, close or reopen a team. Refused as `against_closing` says."""
    with transaction.atomic():
        _check_administrator(by)
        if messages := against_closing(team=team):
            raise Refused(messages)
        team.save()


def against_closing(*, team: Team) -> dict[str, str]:
    """Why the team cannot be closed; in a transaction, no reason comes to be meanwhile.

    Nobody works in it, and nothing is open.
    """
    if team.active or team.pk is None:
        return {}
    _locked([team])
    people = team.people.filter(is_active=True, role__in=ROLES_IN_TEAMS).count()
    work = queries.open_work_in(team)
    if not people and not work:
        return {}
    return {
        "active": f"{team.name} has {_number(people, 'person', 'people')} at work and "
        f"{_number(work, 'open assessment', 'open assessments')}. Move the people first, and ask "
        "its managers to finish or reassign the work"
    }


def end_sessions(*, by: User, person: User) -> None:
    """Sign a person out everywhere."""
    _check_administrator(by)
    with transaction.atomic():
        delete_sessions(person)
        record_sign_in_change(by, person, SignInChangeKind.SESSIONS_ENDED)


def remove_second_factor(*, by: User, person: User) -> None:
    """Take away what a person has lost, recovery codes too, and sign them out everywhere.

    Where their role needs a second factor they set up another when they next sign in. An
    administrator does this for others alone: PermissionDenied for oneself, who would be past it.
    """
    _check_administrator(by)
    if by == person:
        raise PermissionDenied("Another administrator takes your second factor away")
    with transaction.atomic():
        Authenticator.objects.filter(user=person).delete()
        delete_sessions(person)
        record_sign_in_change(by, person, SignInChangeKind.FACTOR_REMOVED)


def unlink_single_sign_on(*, by: User, person: User) -> None:
    """Forget which account of the provider is the person, and sign them out everywhere.

    Whoever next comes from the provider with their user name is linked anew.
    """
    _check_administrator(by)
    with transaction.atomic():
        SocialAccount.objects.filter(user=person).delete()
        delete_sessions(person)
        record_sign_in_change(by, person, SignInChangeKind.UNLINKED)


def _locked(teams: Iterable[Team]) -> list[Team]:
    """The teams as they are, until the transaction ends, locked in one order."""
    keys = [team.pk for team in teams]
    return list(Team.objects.select_for_update().filter(pk__in=keys).order_by("pk"))


def _records(number: int) -> str:
    return _number(number, "restricted record", "restricted records")


def _number(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"


def _lock_administrators(by: User) -> None:
    """Let one administrator at a time change people: two might take each other's role.

    PermissionDenied for who is none, or has been none since a moment ago.
    """
    _check_administrator(by)
    administrators = User.objects.select_for_update().filter(
        role=Role.ADMINISTRATOR, is_active=True
    )
    if by not in list(administrators.order_by("pk")):
        raise PermissionDenied("You are no administrator any more")


def _check_administrator(by: User) -> None:
    if not (by.is_active and by.is_administrator):
        raise PermissionDenied("Only an administrator changes people and teams")
