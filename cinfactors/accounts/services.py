"""What a person writes about themselves: their settings, their sessions, how they sign in."""

from __future__ import annotations

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from cinfactors.accounts.models import Density, SignInChange, User, WayInChange


def choose_density(*, by: User, density: str) -> None:
    """Remember how much of the guide the person wants to see. ValueError if unknown."""
    by.density = Density(density)
    by.save(update_fields=["density"])


def choose_shortcuts(*, by: User, shortcuts: bool) -> None:
    """Remember whether single keys do things on the person's factor page."""
    by.shortcuts = shortcuts
    by.save(update_fields=["shortcuts"])


def end_own_sessions(*, by: User, but: str | None = None) -> None:
    """Sign the person out everywhere, but for the session of the given key."""
    with transaction.atomic():
        delete_sessions(by, but)
        note_sign_in_change(by, by, WayInChange.SESSIONS_ENDED)


def changed_own_password(*, by: User, here: str) -> None:
    """End the sessions that an earlier password had opened; `here` is the one that goes on."""
    delete_sessions(by, here)


def added_second_factor(*, by: User, here: str) -> None:
    """The person has one more: end the sessions that were begun without it, but for `here`."""
    with transaction.atomic():
        delete_sessions(by, here)
        note_sign_in_change(by, by, WayInChange.FACTOR_ADDED)


def removed_own_second_factor(*, by: User, here: str) -> None:
    with transaction.atomic():
        delete_sessions(by, here)
        note_sign_in_change(by, by, WayInChange.FACTOR_REMOVED)


def made_recovery_codes(*, by: User) -> None:
    note_sign_in_change(by, by, WayInChange.CODES_MADE)


def link_single_sign_on(*, person: User, issuer: str, subject: str) -> SocialAccount:
    """The provider's subject is this person from now on, whatever name it may get later.

    ValueError if the person is linked to another subject of the issuer already.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=person.pk)
        if SocialAccount.objects.filter(user=person, provider=issuer).exists():
            raise ValueError("This person is linked to another account of the provider")
        account = SocialAccount.objects.create(user=person, provider=issuer, uid=subject)
        note_sign_in_change(person, person, WayInChange.LINKED)
    return account


def delete_sessions(person: User, but: str | None = None) -> None:
    """End every session of the person, but for the one of the given key."""
    person.sessions.exclude(session_key=but or "").delete()


def note_sign_in_change(by: User, person: User, what: WayInChange) -> None:
    """Keep that the way in which `person` signs in has changed, by whom, and how."""
    SignInChange.objects.create(by=by, person=person, what=what)
