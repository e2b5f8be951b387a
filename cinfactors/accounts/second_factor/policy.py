"""Who needs a second factor, and whether a session has shown one.

Managers, data officers and administrators need one, unless the installation says otherwise
(`SECOND_FACTOR_REQUIRED`); anybody may have one, and who has one is always asked for it. What a
session has shown is written in the session at that moment; it costs no query to ask.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any

import qrcode
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest
from django.utils.safestring import mark_safe
from qrcode.image.svg import SvgPathFillImage

from cinfactors.accounts.encryption import cipher
from cinfactors.accounts.models import Role, User
from cinfactors.accounts.sessions import LONGEST
from cinfactors.accounts.single_sign_on.id_tokens import CLOCKS_DIFFER

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


def is_brought(claims: dict[str, Any]) -> bool:
    """Whether a single sign-on with this ID token has shown a second factor at the provider.

    `OIDC_BRINGS_SECOND_FACTOR` says by what: `on` believes the provider's own policy, a claim and
    value (`amr:mfa`, `acrs:c1`) only the token, in which the claim is that text or a list with it.
    Nothing that was shown there longer ago than a sign-in may last here (`auth_time`) counts.
    """
    wanted = settings.OIDC_BRINGS_SECOND_FACTOR
    if wanted == "off" or not _is_recent(claims):
        return False
    if wanted == "on":
        return True
    claim, _, value = wanted.partition(":")
    said = claims.get(claim)
    return said == value or (isinstance(said, list) and value in said)


def _is_recent(claims: dict[str, Any]) -> bool:
    """True without `auth_time`, which few providers send unasked."""
    at = claims.get("auth_time", time.time())
    return isinstance(at, (int, float)) and -CLOCKS_DIFFER <= time.time() - at <= LONGEST


def has_one(person: User) -> bool:
    return is_mfa_enabled(person, FACTORS)


class SecondFactorStage(AuthenticateStage):
    """The step of signing in that asks whoever has a second factor for it.

    Who came through single sign-on may have shown theirs there; see `is_brought`.
    """

    def handle(self):
        came_by = (self.login.signal_kwargs or {}).get("sociallogin")
        if getattr(came_by, "brought_second_factor", False):
            as_set = {"as": settings.OIDC_BRINGS_SECOND_FACTOR}
            record_authentication(self.request, self.login.user, BROUGHT, **as_set)
            return None, True
        return super().handle()


class MFAAdapter(DefaultMFAAdapter):
    """allauth's questions about second factors, answered."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "The code is wrong or has been used. Enter the one that is shown now",
        "cannot_delete_authenticator": (
            "Your role needs a second factor. Add another before you take this one away"
        ),
    }

    def get_totp_issuer(self) -> str:
        """What stands in the app, where a person may have codes for several places."""
        return f"cinfactors {settings.AUTHORITY_NAME}"

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises InvalidToken where neither SECRET_KEY nor a fallback has encrypted it."""
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last one of a person who needs one."""
        others = Authenticator.objects.filter(user=authenticator.user, type__in=FACTORS)
        return not is_needed(authenticator.user) or others.exclude(pk=authenticator.pk).exists()

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return "Passkey" if number == 1 else f"Passkey {number}"

    def build_totp_svg(self, url: str) -> str:
        """Finished markup: the library's shapes, in which no text of ours stands."""
        image = qrcode.make(url, image_factory=SvgPathFillImage)
        # Safe: an XML library writes the path of the squares, and the address is only drawn.
        return mark_safe(image.to_string(encoding="unicode"))  # noqa: S308

    def get_public_key_credential_user_entity(self, user: User) -> dict:
        """The person by a number that says nothing, since a passkey keeps it."""
        return {
            "id": user.reference.bytes,
            "name": user.username,
            "display_name": user.name,
        }

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": self.get_totp_issuer()}


_cipher = functools.partial(cipher, "second factor")
