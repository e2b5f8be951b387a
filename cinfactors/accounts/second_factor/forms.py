"""The forms of the second factor, rendered as the design system asks."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Any

from allauth.account.forms import ReauthenticateForm as PasswordReauthenticationForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.recovery_codes.forms import GenerateRecoveryCodesForm
from allauth.mfa.totp.forms import ActivateTOTPForm, DeactivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from crispy_forms_gds.layout import Field, Fixed
from cryptography.fernet import InvalidToken
from django import forms
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ValidationError

from cinfactors.accounts.allauth_internals import TOTP_SECRET_SESSION_KEY
from cinfactors.accounts.encryption import cipher
from cinfactors.accounts.forms import (
    PASSWORD_TEMPLATE,
    TOO_MANY_ATTEMPTS,
    form_helper,
    too_many_attempts,
)

LIMIT_CODES = {TOO_MANY_ATTEMPTS, "rate_limited"}
"""allauth's codes for the error of an attempt too many."""
_cipher = partial(cipher, "second factor that is being set up")


class CodeForm(forms.Form):
    """One code, typed from an app or from paper; spaces and dashes in it do not matter.

    Each subclass also inherits from a form of allauth, which has the field.
    """

    button: str
    label: str
    hint: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label, field.help_text = self.label, self.hint
        field.error_messages["required"] = "Enter the code"
        field.widget.attrs = {
            "autocomplete": "one-time-code",
            "inputmode": "numeric",
            "spellcheck": "false",
        }
        self.helper = form_helper(Field.text("code", field_width=Fixed.TEN), button=self.button)

    def clean_code(self) -> str:
        try:
            code: str = super().clean_code()  # type: ignore[misc]  # of allauth's form
        except ValidationError as error:
            if error.code in LIMIT_CODES:
                raise too_many_attempts() from error
            raise
        return code

    @property
    def has_too_many_attempts(self) -> bool:
        return self.has_error("code", TOO_MANY_ATTEMPTS)


class EnterCodeForm(CodeForm, AuthenticateForm):
    button = "Sign in"
    label = "Code"
    hint = "The 6 digits that your authenticator app shows now, or one of your recovery codes"


class ReauthenticateWithCodeForm(CodeForm, ReauthenticateForm):
    button = "Continue"
    label = "Code"
    hint = "The 6 digits that your authenticator app shows now, or one of your recovery codes"


class AddAppForm(CodeForm, ActivateTOTPForm):
    """The first code of an app; until it is entered, the session keeps the secret encrypted."""

    button = "Turn on"
    label = "Code that the app shows"
    hint = "6 digits. The app shows others every 30 seconds"

    def __init__(self, *args: Any, session: SessionBase, **kwargs: Any) -> None:
        # allauth's form reads and writes the secret as plain text. The session is saved after the
        # view, so that only the encrypted one reaches the database.
        encrypted = session.pop(TOTP_SECRET_SESSION_KEY, "")
        with suppress(InvalidToken):  # SECRET_KEY has changed meanwhile: allauth makes a new secret
            session[TOTP_SECRET_SESSION_KEY] = _cipher().decrypt(encrypted).decode()
        super().__init__(*args, **kwargs)
        session[TOTP_SECRET_SESSION_KEY] = _cipher().encrypt(self.secret.encode()).decode()


class RemoveAppForm(DeactivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = form_helper(button="Remove the app")


class NewCodesForm(GenerateRecoveryCodesForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = form_helper(button="Make new codes")


class AddPasskeyForm(AddWebAuthnForm):
    """A name, and the credential that the browser's script fills in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["name"]
        name.label = "Name"
        name.help_text = "To tell your passkeys apart, such as the device it is on"
        name.max_length = 60
        name.widget.attrs = {"autocomplete": "off"}
        self.fields["credential"].error_messages["required"] = (
            "The browser gave no passkey. Try again, or use an authenticator app"
        )


class ReauthenticateWithPasswordForm(PasswordReauthenticationForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["password"]
        field.label = "Password"
        field.error_messages["required"] = "Enter your password"
        field.widget.attrs["autocomplete"] = "current-password"
        self.helper = form_helper(Field("password", template=PASSWORD_TEMPLATE), button="Continue")
