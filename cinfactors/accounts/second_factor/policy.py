"""Who needs a second factor, and whether a session has shown one.

Managers, data officers and administrators need one, unless the installation is set up otherwise
(`SECOND_FACTOR_REQUIRED`). Anybody may have one, and whoever has one always has to show it. What
a session has shown is written in the session at that moment, so that checking costs no query.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest

from cinfactors.accounts.models import Role, User

ROLES_THAT_NEED_ONE = {Role.TEAM_MANAGER, Role.DATA_OFFICER, Role.ADMINISTRATOR}
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
"""What is a second factor; recovery codes only stand in for one."""
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


def has_one(person: User, types: Sequence[Authenticator.Type] = FACTORS) -> bool:
    """Whether the person has set up a second factor, of these types."""
    return bool(is_mfa_enabled(person, types))
