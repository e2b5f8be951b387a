"""Who needs a second factor, and whether a session has shown one.

Managers, data officers and administrators need one, unless the installation says otherwise
(`SECOND_FACTOR_REQUIRED`); anybody may have one, and who has one is always asked for it. What a
session has shown is written in the session at that moment; it costs no query to ask.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest

from cinfactors.accounts.models import Role, User

NEEDED_BY = {Role.TEAM_MANAGER, Role.DATA_OFFICER, Role.ADMINISTRATOR}
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
"""What is a second factor; recovery codes only stand in for one."""
BY_FACTOR, BROUGHT = "mfa", "second factor of the provider"
"""How a session records that it has seen one: allauth's name for ours, and another."""


def before_second_factor(view: Callable) -> Callable:
    """Let a signed-in person who has still to show a second factor reach the view."""
    view.before_second_factor = True
    return view


def is_before(view: Callable) -> bool:
    return getattr(view, "before_second_factor", False)


def is_needed(person: User) -> bool:
    return settings.SECOND_FACTOR_REQUIRED and (
        settings.SECOND_FACTOR_FOR_EVERYBODY or person.role in NEEDED_BY
    )


def is_missing(request: HttpRequest) -> bool:
    """Whether the request's person needs a second factor that their session has not shown."""
    if not request.user.is_authenticated or not is_needed(request.user):
        return False
    return not any(map(_shows_one, get_authentication_records(request, request.user)))


def _shows_one(record: dict[str, Any]) -> bool:
    """One that the provider brought counts only while the installation goes by the same."""
    return record.get("method") == BY_FACTOR or (
        record.get("method") == BROUGHT and record.get("as") == settings.OIDC_BRINGS_SECOND_FACTOR
    )


def has_one(person: User) -> bool:
    return is_mfa_enabled(person, FACTORS)
