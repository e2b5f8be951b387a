"""What a person writes about themselves: their settings, their sessions, how they sign in."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils import timezone

from cinfactors.accounts.models import Density, SignInChange, SignInChangeKind, User

COUNTER, REFUSED_AT = "counter", "refused_at"
"""In a passkey's data: how often it has signed, and when it was refused as a copy."""


class ChangedMeanwhile(Exception):
    """What a person's change relies on was changed by somebody else; the text says so to them."""


def choose_density(*, by: User, density: str) -> None:
    """Remember how much of the guide the person wants to see. ValueError if unknown."""
    by.density = Density(density)
    by.save(update_fields=["density"])


def choose_shortcuts(*, by: User, shortcuts: bool) -> None:
    """Remember whether single keys do things on the person's factor page."""
    by.shortcuts = shortcuts
    by.save(update_fields=["shortcuts"])


def show_shortcuts(*, by: User, shown: bool) -> None:
    """Remember whether the person's factor page lists its keyboard shortcuts."""
    by.shows_shortcuts = shown
    by.save(update_fields=["shows_shortcuts"])


def show_code_words(*, by: User, shown: bool) -> None:
    """Remember whether the person wants the guide's words below each selected code."""
    by.shows_code_words = shown
    by.save(update_fields=["shows_code_words"])


def show_review_guidance(*, by: User, shown: bool) -> None:
    """Remember whether a manager wants the guide's words open below each code under review."""
    by.shows_review_guidance = shown
    by.save(update_fields=["shows_review_guidance"])


def end_own_sessions(*, by: User, keep: str | None = None) -> None:
    """Sign the person out everywhere, except in the session of the key `keep`."""
    with transaction.atomic():
        delete_sessions(by, keep)
        record_sign_in_change(by, by, SignInChangeKind.SESSIONS_ENDED)


def change_own_password(*, by: User, password: str) -> None:
    """Write the person's new password; `by` is as they were when their current one was checked.

    Raises ChangedMeanwhile if the account was closed or has another password by then: what an
    administrator does wins.
    """
    checked, hashed = by.password, make_password(password)
    with transaction.atomic():
        person = lock_person(by)
        if not person.is_active or person.password != checked:
            raise ChangedMeanwhile(
                "Your password or your account was changed meanwhile, and not by this page. Sign "
                "in again, or ask an administrator"
            )
        by.password = hashed
        by.save(update_fields=["password"])


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


def lock_sign_in(*, person: User, session_key: str | None) -> bool:
    """Lock how the person signs in until the transaction ends; whether their session still stands.

    A second factor that was set up meanwhile, in another browser, has ended it.
    """
    lock_person(person)
    return person.sessions.filter(session_key=session_key).exists()


def record_passkey_used(*, passkey: Authenticator, counter: int) -> bool:
    """Write how often the passkey has signed; False, and recorded as such, if it may be a copy.

    Of a passkey and its copy, one counts on from where the other has been already. One that
    always says 0 does not count. Until it is removed, the passkey is marked as refused.
    """
    with transaction.atomic():
        rows = Authenticator.objects.select_for_update()
        row = rows.filter(pk=passkey.pk).first()
        if row is None:  # removed meanwhile
            return False
        last: int = row.data.get(COUNTER, row.wrap().authenticator_data.counter)
        accepted = counter > last or counter == last == 0
        if accepted:
            row.data[COUNTER] = counter
        else:
            row.data[REFUSED_AT] = timezone.now().isoformat()
            record_sign_in_change(row.user, row.user, SignInChangeKind.PASSKEY_REFUSED)
        row.save(update_fields=["data"])
    return accepted


def record_recovery_codes_made(*, by: User) -> None:
    record_sign_in_change(by, by, SignInChangeKind.CODES_MADE)


def link_by_user_name(*, person: User, issuer: str, subject: str) -> SocialAccount:
    """Link the provider's subject to the person, whatever user name it may have there later.

    Return the link, also if the same subject was linked to them meanwhile from another browser.
    ValueError for an administrator, for whom a user name that the provider has given to somebody
    is not enough, and if person or subject are linked otherwise.
    """
    with transaction.atomic():
        if lock_person(person).is_administrator:
            raise ValueError("An administrator links their own account, once signed in")
        return _link(person, issuer, subject)


def link_own_account(*, by: User, issuer: str, subject: str) -> SocialAccount:
    """Link the provider's subject to the administrator, who has signed in here and there.

    ValueError for other people, and if they or the subject are linked otherwise.
    """
    with transaction.atomic():
        person = lock_person(by)
        if not (person.is_active and person.is_administrator):
            raise ValueError("Only an administrator links their own account")
        return _link(person, issuer, subject)


def lock_person(person: User) -> User:
    """Return the person as they are now, unchanged by anybody until the transaction ends.

    Rows that refer to the person are not held up by it: whoever ends sessions and then records it
    would otherwise wait for who locks the person and then ends sessions, and these for them.
    """
    return User.objects.select_for_update(no_key=True).get(pk=person.pk)


def lock_linked_person(*, issuer: str, subject: str) -> None:
    """Let nobody unlink whoever is linked to the subject until the transaction ends.

    They would be signed out of every session but of the one that is just begun.
    """
    account = SocialAccount.objects.filter(provider=issuer, uid=subject).first()
    if account is not None:
        lock_person(account.user)


def _link(person: User, issuer: str, subject: str) -> SocialAccount:
    existing = SocialAccount.objects.filter(user=person, provider=issuer).first()
    if existing is not None:
        if existing.uid != subject:
            raise ValueError("You are linked to another work account")
        return existing
    try:
        with transaction.atomic():
            account = SocialAccount.objects.create(user=person, provider=issuer, uid=subject)
    except IntegrityError as error:
        raise ValueError("This work account is linked to another person") from error
    record_sign_in_change(person, person, SignInChangeKind.LINKED)
    return account


def delete_sessions(person: User, keep: str | None = None) -> None:
    """End every session of the person, except the one of the key `keep`."""
    person.sessions.exclude(session_key=keep or "").delete()


def record_sign_in_change(by: User, person: User, what: SignInChangeKind) -> None:
    """Record that how `person` signs in has changed, who changed it, and how."""
    SignInChange.objects.create(by=by, person=person, what=what)
