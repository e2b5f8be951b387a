"""What a person writes about themselves: their settings, their sessions, how they sign in."""

from __future__ import annotations

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from cinfactors.accounts.models import Density, SignInChange, SignInChangeKind, User


def choose_density(*, by: User, density: str) -> None:
    """Remember how much of the guide the person wants to see. ValueError if unknown."""
    by.density = Density(density)
    by.save(update_fields=["density"])


def choose_shortcuts(*, by: User, shortcuts: bool) -> None:
    """Remember whether single keys do things on the person's factor page."""
    by.shortcuts = shortcuts
    by.save(update_fields=["shortcuts"])


def end_own_sessions(*, by: User, keep: str | None = None) -> None:
    """Sign the person out everywhere, except in the session of the key `keep`."""
    with transaction.atomic():
        delete_sessions(by, keep)
        record_sign_in_change(by, by, SignInChangeKind.SESSIONS_ENDED)


def end_sessions_after_password_change(*, by: User, keep: str | None) -> None:
    """End the sessions that were begun with the earlier password, except the one of `keep`."""
    delete_sessions(by, keep)


def record_second_factor_added(*, by: User, keep: str | None) -> None:
    """Record it, and end the sessions that were begun without it, except the one of `keep`."""
    with transaction.atomic():
        delete_sessions(by, keep)
        record_sign_in_change(by, by, SignInChangeKind.FACTOR_ADDED)


def record_second_factor_removed(*, by: User, keep: str | None) -> None:
    """Record it, and end the sessions that were begun with it, except the one of `keep`."""
    with transaction.atomic():
        delete_sessions(by, keep)
        record_sign_in_change(by, by, SignInChangeKind.FACTOR_REMOVED)


def record_recovery_codes_made(*, by: User) -> None:
    record_sign_in_change(by, by, SignInChangeKind.CODES_MADE)


def link_single_sign_on(*, person: User, issuer: str, subject: str) -> SocialAccount:
    """Link the provider's subject to the person, whatever user name it may have there later.

    ValueError if the person is linked to another subject of the issuer already.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=person.pk)
        if SocialAccount.objects.filter(user=person, provider=issuer).exists():
            raise ValueError("This person is linked to another account of the provider")
        account = SocialAccount.objects.create(user=person, provider=issuer, uid=subject)
        record_sign_in_change(person, person, SignInChangeKind.LINKED)
    return account


def delete_sessions(person: User, keep: str | None = None) -> None:
    """End every session of the person, except the one of the key `keep`."""
    person.sessions.exclude(session_key=keep or "").delete()


def record_sign_in_change(by: User, person: User, what: SignInChangeKind) -> None:
    """Record that how `person` signs in has changed, who changed it, and how."""
    SignInChange.objects.create(by=by, person=person, what=what)
