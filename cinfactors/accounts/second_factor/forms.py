"""The forms of the second factor, rendered as the design system asks."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Any

from allauth.account.forms import ReauthenticateForm as PasswordReauthenticationForm
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.forms import GenerateRecoveryCodesForm
from allauth.mfa.totp.forms import ActivateTOTPForm, DeactivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.fernet import InvalidToken
from django import forms
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ValidationError

from cinfactors.accounts import services
from cinfactors.accounts.allauth_internals import TOTP_SECRET_SESSION_KEY, spend_totp_code
from cinfactors.accounts.encryption import cipher
from cinfactors.accounts.forms import (
    TOO_MANY_ATTEMPTS,
    too_many_attempts,
)
from cinfactors.accounts.models import User
from cinfactors.accounts.second_factor import passkeys
from cinfactors.accounts.second_factor import policy as second_factor_policy
from cinfactors.web.clean_text import NameFormField
from cinfactors.web.form_layout import Field, whole_form

LIMIT_CODES = {TOO_MANY_ATTEMPTS, "rate_limited"}
"""allauth's codes for the error of an attempt too many."""
COPIED = "copied"
"""Our code for the error of a passkey whose counter went back."""
UNREADABLE = (
    "No code of yours can be checked any more, since the key of this service was changed. Use a "
    "passkey if you have one, or ask an administrator to take your second factor away, then set up "
    "a new one"
)
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
        self.helper = whole_form(Field("code", width=10), button=self.button)

    def clean_code(self) -> str:
        try:
            code: str = super().clean_code()  # type: ignore[misc]  # of allauth's form
        except InvalidToken as error:
            raise ValidationError(UNREADABLE) from error
        except ValidationError as error:
            if error.code in LIMIT_CODES:
                raise too_many_attempts() from error
            raise
        return code

    @property
    def heading(self) -> str:
        return f"Enter a {self.label.lower()}"

    @property
    def has_too_many_attempts(self) -> bool:
        return self.has_error("code", TOO_MANY_ATTEMPTS)


class OwnCodeForm(CodeForm):
    """A code of a second factor that the person has: who has no app is asked for none of its."""

    label = "Code"
    hint = "The 6 digits that your authenticator app shows now, or one of your recovery codes"

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.has_app = second_factor_policy.has_one(user, [Authenticator.Type.TOTP])
        if not self.has_app:
            self.label, self.hint = "Recovery code", "The 8 digits of one that you have not used"
        super().__init__(*args, user=user, **kwargs)


class EnterCodeForm(OwnCodeForm, AuthenticateForm):
    button = "Sign in"


class ReauthenticateWithCodeForm(OwnCodeForm, ReauthenticateForm):
    button = "Continue"


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

    def clean_code(self) -> str:
        code = super().clean_code()
        if not spend_totp_code(self.user, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class RemoveAppForm(DeactivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = whole_form(button="Remove the app")


class NewCodesForm(GenerateRecoveryCodesForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = whole_form(button="Make new codes")


class AddPasskeyForm(AddWebAuthnForm):
    """A name, and the credential that the browser's script fills in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = NameFormField(
            label="Name",
            help_text="To tell your passkeys apart, such as the device it is on",
            required=self.fields["name"].required,
            max_length=60,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )
        self.fields["credential"] = passkeys.AnswerField("clientDataJSON", "attestationObject")

    def clean(self) -> dict[str, Any]:
        answer = self.cleaned_data.get("credential")
        try:
            with passkeys.malformed_is_refused():
                credential = answer and passkeys.credential_of(answer)
                if credential and passkeys.is_set_up(self.user.pk, credential.credential_id):
                    raise ValidationError("This passkey is set up already")
                super().clean()
        except ValidationError as error:
            self.add_error("credential", _in_words(error))
        cleaned_data: dict[str, Any] = self.cleaned_data
        return cleaned_data


class PasskeyForm(forms.Form):
    """A passkey that is used. Each subclass also inherits from a form of allauth."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"] = passkeys.AnswerField(
            "clientDataJSON", "authenticatorData", "signature"
        )

    def clean_credential(self) -> Authenticator:
        answer = self.cleaned_data["credential"]
        try:
            with passkeys.malformed_is_refused():
                passkey: Authenticator = super().clean_credential()  # type: ignore[misc]
                counter = passkeys.counter_of(answer)
        except ValidationError as error:
            raise _in_words(error) from error
        if not services.record_passkey_used(passkey=passkey, counter=counter):
            raise ValidationError(passkeys.COPIED, code=COPIED)
        return passkey

    @property
    def has_too_many_attempts(self) -> bool:
        return self.has_error("credential", TOO_MANY_ATTEMPTS)

    @property
    def is_copied(self) -> bool:
        """Whether the passkey answered as a copy of it would."""
        return self.has_error("credential", COPIED)


class UsePasskeyForm(PasskeyForm, AuthenticateWebAuthnForm):
    """Signing in with a passkey, after the password."""


class ReauthenticateWithPasskeyForm(PasskeyForm, ReauthenticateWebAuthnForm):
    """Authenticating again with a passkey."""


def _in_words(error: ValidationError) -> ValidationError:
    """Return the error with our words for a passkey: allauth has only those for a code."""
    if error.code in LIMIT_CODES:
        return too_many_attempts()
    return ValidationError(passkeys.REFUSED) if error.code == "incorrect_code" else error


class ReauthenticateWithPasswordForm(PasswordReauthenticationForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["password"]
        field.label = "Password"
        field.error_messages["required"] = "Enter your password"
        field.widget.attrs["autocomplete"] = "current-password"
        self.helper = whole_form(Field("password"), button="Continue")
