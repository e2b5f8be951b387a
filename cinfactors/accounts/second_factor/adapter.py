"""allauth's questions about second factors, answered."""

from __future__ import annotations

import functools

import qrcode
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from django.conf import settings
from django.utils.safestring import mark_safe
from qrcode.image.svg import SvgPathFillImage

from cinfactors.accounts.allauth_internals import record_authentication
from cinfactors.accounts.encryption import cipher
from cinfactors.accounts.models import User
from cinfactors.accounts.second_factor.policy import BROUGHT, FACTORS, is_needed


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
