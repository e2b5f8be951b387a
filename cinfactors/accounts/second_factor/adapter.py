"""How allauth's second factor works here: when it is required, what is encrypted, the names."""

from __future__ import annotations

import functools
from typing import Any

import qrcode
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import mark_safe
from qrcode.image.svg import SvgPathFillImage

from cinfactors.accounts.allauth_internals import record_authentication
from cinfactors.accounts.encryption import cipher
from cinfactors.accounts.models import User
from cinfactors.accounts.second_factor.policy import FACTORS, PROVIDER_METHOD, has_one, is_needed


class SecondFactorStage(AuthenticateStage):
    """The step of sign-in in which whoever has a second factor has to show it.

    A person who came through single sign-on may have shown theirs there; see
    `second_factor_claim.shows_second_factor`.
    """

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """Return the page to show, if any, and whether sign-in goes on."""
        social_login = (self.login.signal_kwargs or {}).get("sociallogin")
        if getattr(social_login, "shows_second_factor", False):
            accepted_by = {"as": settings.OIDC_BRINGS_SECOND_FACTOR}
            record_authentication(self.request, self.login.user, PROVIDER_METHOD, **accepted_by)
            return None, True
        step: tuple[HttpResponse | None, bool] = super().handle()
        return step

    def is_resumable(self, request: HttpRequest) -> bool:
        """Whether there is a second factor to show: it may have been taken away meanwhile.

        The page that asks for it would then lead to the sign-in page, and that one back.
        """
        return has_one(self.login.user)


class MFAAdapter(DefaultMFAAdapter):
    """What allauth leaves to a project about second factors (`MFA_ADAPTER`)."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "The code is wrong or has been used. Enter the one that is shown now",
        "cannot_delete_authenticator": (
            "Your role needs a second factor. Add another before you take this one away"
        ),
    }

    def get_totp_issuer(self) -> str:
        """Return the name in the app, where a person may have codes for several services."""
        return f"cinfactors {settings.AUTHORITY_NAME}"

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises InvalidToken if neither SECRET_KEY nor a fallback has encrypted the text."""
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Refuse it for the last one of a person who needs one."""
        others = Authenticator.objects.filter(user=authenticator.user, type__in=FACTORS)
        return not is_needed(authenticator.user) or others.exclude(pk=authenticator.pk).exists()

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return "Passkey" if number == 1 else f"Passkey {number}"

    def build_totp_svg(self, url: str) -> str:
        """Return the QR code as SVG, made of the library's shapes without any text of ours."""
        image = qrcode.make(url, image_factory=SvgPathFillImage)
        # Safe: an XML library writes the path of the squares, and the address is in no text of it.
        svg: str = image.to_string(encoding="unicode")
        return mark_safe(svg)  # noqa: S308

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        """Name the person by their random reference, since a passkey keeps it."""
        return {
            "id": user.reference.bytes,
            "name": user.username,
            "display_name": user.name,
        }

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": self.get_totp_issuer()}


# The purpose keeps its words: with others, no authenticator app's secret could be decrypted.
_cipher = functools.partial(cipher, "second factor")
