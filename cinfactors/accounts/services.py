"""Every write about a person."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction

from cinfactors.accounts.models import Density, Role, Team, User

ROLES_WITH_A_DESK = {Role.TEAM_MANAGER, Role.ADMINISTRATOR}
"""Whose work, or part of it, is in the admin."""

# Without those that are taken for each other when read aloud or from paper.
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


def choose_density(*, by: User, density: str) -> None:
    """Remember how much of the guide the person wants to see. ValueError if unknown."""
    by.density = Density(density)
    by.save(update_fields=["density"])


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
    person.save(update_fields=["password"])


def save_team(*, by: User, team: Team) -> None:
    _check_administrator(by)
    team.save()


def random_password() -> str:
    """Twenty letters and digits in groups of four: 100 bits, and fit to be read out."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(5))


def _check_administrator(by: User) -> None:
    if not (by.is_active and by.is_administrator):
        raise PermissionDenied("Only an administrator changes people and teams")
