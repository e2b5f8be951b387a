"""Who needs a second factor, and whether a session has shown one.

Managers, data officers and administrators need one, unless the installation is set up otherwise
(`SECOND_FACTOR_REQUIRED`). Anybody may have one, and whoever has one always has to show it. What
a session has shown is written in the session at that moment, so that checking costs no query.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from allauth.account import app_settings as account_settings
from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from cinfactors.accounts.models import Role, User
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.accounts.services import REFUSED_AT

ROLES_THAT_NEED_ONE = {Role.TEAM_MANAGER, Role.DATA_OFFICER, Role.ADMINISTRATOR}
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
"""What is a second factor; recovery codes only stand in for one."""
PASSWORD_METHOD = "password"  # noqa: S105  # allauth's name, in a session's record
OWN_METHOD, PROVIDER_METHOD = "mfa", "second factor of the provider"
"""How a session records that it has seen one: allauth's name for ours, and a name for one that
the provider of single sign-on has asked for. Both stand in sessions."""

View = TypeVar("View", bound=Callable[..., Any])


def allowed_before_second_factor(view: View) -> View:
    """Let a signed-in person who has still to show a second factor reach the view."""
    view.allowed_before_second_factor = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def is_allowed_before_second_factor(view: Callable[..., Any]) -> bool:
    return getattr(view, "allowed_before_second_factor", False)


def is_needed(person: User) -> bool:
    return settings.SECOND_FACTOR_REQUIRED and (
        settings.SECOND_FACTOR_FOR_EVERYBODY or person.role in ROLES_THAT_NEED_ONE
    )


def is_missing(request: HttpRequest) -> bool:
    """Whether the request's person needs a second factor that their session has not shown."""
    if not request.user.is_authenticated or not is_needed(request.user):
        return False
    return not any(map(_shows_second_factor, get_authentication_records(request, request.user)))


def _shows_second_factor(record: dict[str, Any]) -> bool:
    """Whether the record of an authentication is of a second factor.

    One of the provider counts only as long as the setting under which it was accepted stands.
    """
    is_own = record.get("method") == OWN_METHOD
    is_providers = record.get("method") == PROVIDER_METHOD
    return is_own or (is_providers and record.get("as") == settings.OIDC_BRINGS_SECOND_FACTOR)


def recent_methods(request: HttpRequest) -> set[str]:
    """Return by what the person has authenticated here within the last five minutes."""
    recent = time.time() - account_settings.REAUTHENTICATION_TIMEOUT
    records = get_authentication_records(request, request.user)
    return {record["method"] for record in records if record["at"] > recent}


def where_to_show_all(request: SignedInRequest, next_page: str) -> str:
    """Return where to go on to `next_page`, with password and own second factor shown just now.

    Empty if both were shown within the last five minutes; a second factor counts as soon as the
    person needs or has one.
    """
    recent, person = recent_methods(request), request.user
    if PASSWORD_METHOD not in recent:
        return with_next_page(reverse("account_reauthenticate"), next_page)
    if OWN_METHOD in recent or not (is_needed(person) or has_one(person)):
        return ""
    return where_to_show_own(person, next_page)


def where_to_show_own(person: User, next_page: str) -> str:
    """Return where the person shows their own second factor, to go on to `next_page`."""
    if not has_one(person):
        return with_next_page(reverse("mfa_index"), next_page)
    has_app = has_one(person, [Authenticator.Type.TOTP])
    view = "mfa_reauthenticate" if has_app else "mfa_reauthenticate_webauthn"
    return with_next_page(reverse(view), next_page)


def with_next_page(address: str, next_page: str) -> str:
    return f"{address}?{urlencode({REDIRECT_FIELD_NAME: next_page})}"


def can_enter_code(person: User) -> bool:
    """Whether the person has an app, or a recovery code that is not used."""
    rows = Authenticator.objects.filter(user=person).exclude(type=Authenticator.Type.WEBAUTHN)
    return any(row.type == Authenticator.Type.TOTP or unused_codes(row) for row in rows)


def unused_codes(codes: Authenticator) -> int:
    """Return how many recovery codes can still be used."""
    try:
        return len(codes.wrap().get_unused_codes())
    except InvalidToken:  # SECRET_KEY has changed meanwhile
        return 0


def refused_passkeys(person: User) -> list[Authenticator]:
    """Return the person's passkeys that were refused, since they may have been copied."""
    rows = Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN)
    return list(rows.filter(data__has_key=REFUSED_AT).order_by("pk"))


def has_one(person: User, types: Sequence[Authenticator.Type] = FACTORS) -> bool:
    """Whether the person has set up a second factor, of these types."""
    return bool(is_mfa_enabled(person, types))
