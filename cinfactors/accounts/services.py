"""Every write about a person."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import PermissionDenied
from django.db import transaction

from cinfactors.accounts.models import Density, Role, SignInChange, Team, User, WayInChange

ROLES_WITH_A_DESK = {Role.TEAM_MANAGER, Role.ADMINISTRATOR}
"""Whose work, or part of it, is in the admin."""

# Without those that are taken for each other when read aloud or from paper.
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


def choose_density(*, by: User, density: str) -> None:
    """Remember how much of the guide the person wants to see. ValueError if unknown."""
    by.density = Density(density)
    by.save(update_fields=["density"])


def choose_shortcuts(*, by: User, shortcuts: bool) -> None:
    """Remember whether single keys do things on the person's factor page."""
    by.shortcuts = shortcuts
    by.save(update_fields=["shortcuts"])


def save_person(*, by: User, person: User, teams: Iterable[Team], password: str = "") -> None:
    """Add a person or change one, and the teams they are in; an empty password leaves theirs."""
    _check_administrator(by)
    person.is_staff = person.role in ROLES_WITH_A_DESK
    if password:
        person.set_password(password)
    with transaction.atomic():
        person.save()
        person.teams.set(teams)


def set_password(*, by: User, person: User, password: str) -> None:
    """Give a person a new password, which ends their sessions."""
    _check_administrator(by)
    person.set_password(password)
    with transaction.atomic():
        person.save(update_fields=["password"])
        _delete_sessions(person)


def save_team(*, by: User, team: Team) -> None:
    _check_administrator(by)
    team.save()


def random_password() -> str:
    """Twenty letters and digits in groups of four: 100 bits, and fit to be read out."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(5))


def end_sessions(*, by: User, person: User, but: str | None = None) -> None:
    """Sign a person out everywhere, but for the session of the given key.

    One's own, or anybody's for an administrator; PermissionDenied otherwise.
    """
    if by != person:
        _check_administrator(by)
    with transaction.atomic():
        _delete_sessions(person, but)
        _note(by, person, WayInChange.SESSIONS_ENDED)


def changed_own_password(*, by: User, here: str) -> None:
    """End the sessions that an earlier password had opened; `here` is the one that goes on."""
    _delete_sessions(by, here)


def added_second_factor(*, by: User, here: str) -> None:
    """The person has one more: end the sessions that were begun without it, but for `here`."""
    with transaction.atomic():
        _delete_sessions(by, here)
        _note(by, by, WayInChange.FACTOR_ADDED)


def removed_own_second_factor(*, by: User, here: str) -> None:
    with transaction.atomic():
        _delete_sessions(by, here)
        _note(by, by, WayInChange.FACTOR_REMOVED)


def made_recovery_codes(*, by: User) -> None:
    _note(by, by, WayInChange.CODES_MADE)


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
        _delete_sessions(person)
        _note(by, person, WayInChange.FACTOR_REMOVED)


def link_single_sign_on(*, person: User, issuer: str, subject: str) -> SocialAccount:
    """The provider's subject is this person from now on, whatever name it may get later.

    ValueError if the person is linked to another subject of the issuer already.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=person.pk)
        if SocialAccount.objects.filter(user=person, provider=issuer).exists():
            raise ValueError("This person is linked to another account of the provider")
        account = SocialAccount.objects.create(user=person, provider=issuer, uid=subject)
        _note(person, person, WayInChange.LINKED)
    return account


def unlink_single_sign_on(*, by: User, person: User) -> None:
    """Forget which account of the provider is the person, and sign them out everywhere.

    Whoever next comes from the provider with their user name is linked anew.
    """
    _check_administrator(by)
    with transaction.atomic():
        SocialAccount.objects.filter(user=person).delete()
        _delete_sessions(person)
        _note(by, person, WayInChange.UNLINKED)


def _delete_sessions(person: User, but: str | None = None) -> None:
    person.sessions.exclude(session_key=but or "").delete()


def _note(by: User, person: User, what: WayInChange) -> None:
    SignInChange.objects.create(by=by, person=person, what=what)


def _check_administrator(by: User) -> None:
    if not (by.is_active and by.is_administrator):
        raise PermissionDenied("Only an administrator changes people and teams")
