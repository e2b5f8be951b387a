"""People who are named on the command line."""

from __future__ import annotations

from django.core.management.base import CommandError

from cinfactors.accounts.models import User


def person_named(username: str | None) -> User | None:
    """Return the person of a user name; None for no name. Raise CommandError for nobody's."""
    if username is None:
        return None
    person = User.objects.with_user_name(username)
    if person is None:
        raise CommandError(f"Nobody has the user name {username}.")
    return person
