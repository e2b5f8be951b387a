"""Every write of an administrator: people, teams, and how people sign in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.hashers import make_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from assessments import queries
from assessments.models import Child, NamedPerson
from cinfactors.accounts.locks import lock_people_and_teams
from cinfactors.accounts.models import (
    ROLES_IN_THE_ADMIN,
    Role,
    SignInChangeKind,
    Team,
    User,
)
from cinfactors.accounts.services import delete_sessions, lock_person, record_sign_in_change
from cinfactors.accounts.user_names import UserNameValidator, folded

ROLES_IN_TEAMS = {Role.SOCIAL_WORKER, Role.TEAM_MANAGER}
"""Roles whose visibility follows from their teams."""

ONLY_DATA_OFFICERS_EXPORT = "Only a data officer may export restricted records"


class Refused(Exception):
    """A change of people or teams that is not allowed; `messages` has why, by field name."""

    def __init__(self, messages: Mapping[str, str]) -> None:
        super().__init__(", ".join(messages))
        self.messages = dict(messages)


def save_person(*, by: User, person: User, teams: Iterable[Team], password: str = "") -> None:
    """Add or change a person and their teams; an empty password leaves theirs as it is.

    Raises Refused with what `problems_with_saving` returns. Whether a person may sign in is
    changed by `deactivate` and `reactivate` alone. Who becomes an administrator loses the link to
    an account at the provider, since it was made by their user name alone.
    """
    teams = list(teams)
    with transaction.atomic():
        if messages := problems_with_saving(by=by, person=person, teams=teams):
            raise Refused(messages)
        becomes_administrator = (
            person.is_administrator
            and User.objects.filter(pk=person.pk).exclude(role=Role.ADMINISTRATOR).exists()
        )
        person.is_staff = person.role in ROLES_IN_THE_ADMIN
        fields = ["username", "name", "role", "is_staff", "exports_restricted"]
        if password:
            person.set_password(password)
            fields.append("password")
        # The others may have been changed since the form was filled in.
        person.save(update_fields=fields if person.pk else None)
        person.teams.set(teams)
        if becomes_administrator and SocialAccount.objects.filter(user=person).exists():
            _unlink(by, person)


def problems_with_saving(*, by: User, person: User, teams: Collection[Team]) -> dict[str, str]:
    """Return why the person cannot be saved like this, by field; empty if they can.

    A new user name can be taken for nobody else's, social workers and managers are in a team, an
    administrator loses the role only through another, and a restricted record keeps a manager who
    may see it. Takes a lock: until the end of the transaction, what it returns stays true.
    """
    _lock(by)
    open_teams = Team.objects.filter(pk__in=[team.pk for team in teams], active=True).exists()
    messages = {}
    if person.exports_restricted and not person.is_data_officer:
        messages["exports_restricted"] = ONLY_DATA_OFFICERS_EXPORT
    if person.role in ROLES_IN_TEAMS and not open_teams:
        messages["in_teams"] = "Select at least one team that is in use"
    before = User.objects.filter(pk=person.pk).first()
    if before is None or person.username != before.username:
        messages |= _problems_with_user_name(person)
    if before is None:
        return messages
    if before == by and person.role != before.role:
        messages["role"] = "You cannot give up your own role"
    teams_left = set(queries.teams_of(before)) - set(teams)
    if before.is_active and before.is_team_manager and (teams_left or not person.is_team_manager):
        number = queries.restricted_children_managed_only_by(before).count()
        if number:
            field = "in_teams" if person.is_team_manager else "role"
            messages[field] = (
                f"{before.name} is the only manager who may see {_records(number)}. They have to "
                "name another manager first"
            )
    return messages


def _problems_with_user_name(person: User) -> dict[str, str]:
    try:
        UserNameValidator()(person.username)
    except ValidationError as error:
        return {"username": error.messages[0]}
    # Earlier names may have other letters. Of the rest the database admits no two alike.
    others = User.objects.filter(username__regex="[^ -~]").exclude(pk=person.pk)
    name = folded(person.username)
    if any(folded(other) == name for other in others.values_list("username", flat=True)):
        return {"username": "Somebody has a user name that looks like this one"}
    return {}


def deactivate(*, by: User, person: User, stand_in: User | None = None) -> None:
    """End a person's access from the next request; their records stay, for others to take over.

    Their password is removed, so that none of their sessions is valid again later. Where they are
    the only manager who may see a restricted record, `stand_in` is named in their place, without
    the administrator seeing the record. Raises Refused for oneself, and where a stand-in is
    needed and none is given who can be one.
    """
    with transaction.atomic():
        _lock(by)
        if by == person:
            raise Refused({"person": "Another administrator deactivates you"})
        if person.is_team_manager:
            children = list(queries.restricted_children_managed_only_by(person))
            if children:
                _name_stand_in(children, person=person, stand_in=stand_in, by=by)
        person.is_active = False
        person.set_unusable_password()
        person.save(update_fields=["is_active", "password"])
        delete_sessions(person)


def _name_stand_in(children: list[Child], *, person: User, stand_in: User | None, by: User) -> None:
    if stand_in is None or stand_in not in queries.replacement_managers_for(person):
        raise Refused({"stand_in": "Select the manager who is named in their place"})
    for child in children:
        if not queries.teams_that_assessed(child, stand_in).exists():
            raise Refused(
                {"stand_in": f"{stand_in.name} does not manage the team of each of these records"}
            )
        NamedPerson.objects.get_or_create(
            child=child, person=stand_in, defaults={"named_by": by, "named_at": timezone.now()}
        )


def reactivate(*, by: User, person: User, password: str) -> None:
    """Let a deactivated person sign in again, with a new password.

    Raises Refused for who would work in no team that is in use, and for who is active by now.
    """
    _check_administrator(by)
    hashed = make_password(password)
    with transaction.atomic():
        _lock(by)
        if lock_person(person).is_active:
            message = f"{person.name} was reactivated meanwhile, with another password"
            raise Refused({"person": message})
        if person.role in ROLES_IN_TEAMS and not queries.teams_of(person).exists():
            message = f"Every team of {person.name} is closed. Choose one that is in use first"
            raise Refused({"person": message})
        person.is_active = True
        person.password = hashed
        person.save(update_fields=["is_active", "password"])


def set_password(*, by: User, person: User, password: str) -> None:
    """Set a new password for a person and end their sessions. Raises Refused if deactivated."""
    _check_administrator(by)
    hashed = make_password(password)
    with transaction.atomic():
        _lock(by)
        if not lock_person(person).is_active:
            raise Refused({"person": f"{person.name} is deactivated. Reactivate them instead"})
        person.password = hashed
        person.save(update_fields=["password"])
        delete_sessions(person)


def save_team(*, by: User, team: Team) -> None:
    """Add, rename, close or reopen a team. Raises Refused with `problems_with_closing`."""
    with transaction.atomic():
        _lock(by)
        if messages := problems_with_closing(team=team):
            raise Refused(messages)
        team.save(update_fields=["name", "active"] if team.pk else None)


def problems_with_closing(*, team: Team) -> dict[str, str]:
    """Return why the team cannot be closed, by field; empty if it can, or is not closed.

    Nobody works in a closed team, and no assessment of it is open. Takes a lock: until the end
    of the transaction, what it returns stays true.
    """
    if team.active or team.pk is None:
        return {}
    lock_people_and_teams()
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
    """Delete a person's second factor and recovery codes, and sign them out everywhere.

    For who has lost them. Where the role needs a second factor, they set up another when they
    next sign in. Raises PermissionDenied for oneself, who would go past the second factor so.
    """
    _check_administrator(by)
    if by == person:
        raise PermissionDenied("Another administrator takes your second factor away")
    with transaction.atomic():
        Authenticator.objects.filter(user=person).delete()
        delete_sessions(person)
        record_sign_in_change(by, person, SignInChangeKind.FACTOR_REMOVED)


def unlink_single_sign_on(*, by: User, person: User) -> None:
    """Delete the link to the person's account at the provider, and sign them out everywhere.

    Whoever next comes from the provider with their user name is linked again, unless they are an
    administrator.
    """
    _check_administrator(by)
    with transaction.atomic():
        _unlink(by, person)


def _unlink(by: User, person: User) -> None:
    lock_person(person)
    SocialAccount.objects.filter(user=person).delete()
    delete_sessions(person)
    record_sign_in_change(by, person, SignInChangeKind.UNLINKED)


def _records(number: int) -> str:
    return _number(number, "restricted record", "restricted records")


def _number(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"


def _lock(by: User) -> None:
    """Let one administrator at a time change people and teams, on whom nobody relies meanwhile.

    Raises PermissionDenied if `by` is no administrator, or was one until a moment ago.
    """
    _check_administrator(by)
    lock_people_and_teams()
    if not User.objects.filter(pk=by.pk, role=Role.ADMINISTRATOR, is_active=True).exists():
        raise PermissionDenied("You are no administrator any more")


def _check_administrator(by: User) -> None:
    if not (by.is_active and by.is_administrator):
        raise PermissionDenied("Only an administrator changes people and teams")
