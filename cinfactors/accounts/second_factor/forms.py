"""The forms of the second factor, drawn as the design system asks."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from allauth.account.forms import ReauthenticateForm as AllauthPasswordAgainForm
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
from cinfactors.accounts.forms import PASSWORD_TEMPLATE, TOO_MANY, helper, too_many_tries

LIMITS_REACHED = {TOO_MANY, "rate_limited"}
_cipher = partial(cipher, "second factor that is being set up")


class CodeForm(forms.Form):
    """One code, typed from an app or from paper; spaces and dashes in it do not matter."""

    button: str
    label: str
    hint: str

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label, field.help_text = self.label, self.hint
        field.error_messages["required"] = "Enter the code"
        field.widget.attrs = {
            "autocomplete": "one-time-code",
            "inputmode": "numeric",
            "spellcheck": "false",
        }
        self.helper = helper(Field.text("code", field_width=Fixed.TEN), button=self.button)

    def clean_code(self):
        try:
            return super().clean_code()
        except ValidationError as refusal:
            if refusal.code in LIMITS_REACHED:
                raise too_many_tries() from refusal
            raise

    @property
    def tried_too_often(self) -> bool:
        return self.has_error("code", TOO_MANY)


class EnterCodeForm(CodeForm, AuthenticateForm):
    button = "Sign in"
    label = "Code"
    hint = "The 6 digits that your authenticator app shows now, or one of your recovery codes"


class CodeAgainForm(CodeForm, ReauthenticateForm):
    button = "Continue"
    label = "Code"
    hint = "The 6 digits that your authenticator app shows now, or one of your recovery codes"


class AddAppForm(CodeForm, ActivateTOTPForm):
    """The secret that the app is given waits for its first code in the session, encrypted."""

    button = "Turn on"
    label = "Code that the app shows"
    hint = "6 digits. The app shows others every 30 seconds"

    def __init__(self, *args, session: SessionBase, **kwargs):
        # allauth's form knows a plain one alone; the session is written when the view is done.
        closed = session.pop(TOTP_SECRET_SESSION_KEY, "")
        with suppress(InvalidToken):  # SECRET_KEY has changed meanwhile: there is another secret
            session[TOTP_SECRET_SESSION_KEY] = _cipher().decrypt(closed).decode()
        super().__init__(*args, **kwargs)
        session[TOTP_SECRET_SESSION_KEY] = _cipher().encrypt(self.secret.encode()).decode()


class RemoveAppForm(DeactivateTOTPForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = helper(button="Remove the app")


class NewCodesForm(GenerateRecoveryCodesForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = helper(button="Make new codes")


class AddPasskeyForm(AddWebAuthnForm):
    """A name, and what the browser's script puts in when the device has agreed."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        name = self.fields["name"]
        name.label = "Name"
        name.help_text = "To tell your passkeys apart, such as the device it is on"
        name.max_length = 60
        name.widget.attrs = {"autocomplete": "off"}
        self.fields["credential"].error_messages["required"] = (
            "The browser gave no passkey. Try again, or use an authenticator app"
        )


class PasswordAgainForm(AllauthPasswordAgainForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["password"]
        field.label = "Password"
        field.error_messages["required"] = "Enter your password"
        field.widget.attrs["autocomplete"] = "current-password"
        self.helper = helper(Field("password", template=PASSWORD_TEMPLATE), button="Continue")
