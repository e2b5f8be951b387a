"""The forms of signing in, drawn as the design system asks."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account import app_settings
from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import LoginForm
from allauth.core.internal.ratelimit import parse_rates
from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Button, Field, Fluid, Layout
from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

PASSWORD_TEMPLATE = "account/parts/password.html"  # noqa: S105  a file's name
TOO_MANY = "too_many_login_attempts"


@dataclass(frozen=True, slots=True)
class Problem:
    """A line of the error summary and the id of the field that it leads to."""

    message: str
    target: str


def problems(form: forms.Form) -> list[Problem]:
    """Every error of the form: of the whole, which leads nowhere, then in the order of fields."""
    return [Problem(message, "") for message in form.non_field_errors()] + [
        Problem(message, form[name].id_for_label)
        for name in form.fields
        for message in form.errors.get(name, ())
    ]


def minutes_to_wait() -> int:
    """After how long another try is counted, whichever limit was reached."""
    longest = max(rate.duration for rate in parse_rates(app_settings.RATE_LIMITS["login_failed"]))
    return -(-int(longest) // 60)


def too_many_tries() -> ValidationError:
    return ValidationError(
        f"There were too many tries to sign in. Wait {minutes_to_wait()} minutes, then try again",
        code=TOO_MANY,
    )


def shortest_password() -> int:
    return next(
        validator.min_length
        for validator in password_validation.get_default_password_validators()
        if isinstance(validator, password_validation.MinimumLengthValidator)
    )


def helper(*fields: object, button: str) -> FormHelper:
    """How a form is drawn: its fields, one button, no validation by the browser."""
    helper = FormHelper()
    helper.attrs = {"novalidate": ""}
    helper.layout = Layout(*fields, Button.primary("act", button))
    return helper


class SignInForm(LoginForm):
    """User name and password, with one message for whichever is wrong."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        user_name = self.fields["login"]
        user_name.label = "User name"
        user_name.error_messages["required"] = "Enter your user name"
        user_name.widget.attrs = {
            "autocomplete": "username",
            "autocapitalize": "none",
            "spellcheck": "false",
        }
        password = self.fields["password"]
        password.label = "Password"
        password.help_text = ""
        password.error_messages["required"] = "Enter your password"
        self.helper = helper(
            Field.text("login", field_width=Fluid.TWO_THIRDS),
            Field("password", template=PASSWORD_TEMPLATE),
            button="Sign in",
        )

    def clean(self):
        try:
            return super().clean()
        except ValidationError as refusal:
            self.add_error("login", self._in_our_words(refusal))
            return self.cleaned_data

    def _in_our_words(self, refusal: ValidationError) -> ValidationError:
        return too_many_tries() if refusal.code == TOO_MANY else refusal

    @property
    def tried_too_often(self) -> bool:
        return self.has_error("login", TOO_MANY)


class ChangePasswordForm(AllauthChangePasswordForm):
    """The current password once, the new one twice."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        hint = (
            f"At least {shortest_password()} characters, such as four words that have nothing to "
            "do with each other"
        )
        for name, label, missing, help_text in (
            ("oldpassword", "Current password", "Enter your current password", ""),
            ("password1", "New password", "Enter a new password", hint),
            ("password2", "New password again", "Enter the new password again", ""),
        ):
            field = self.fields[name]
            field.label, field.help_text = label, help_text
            field.error_messages["required"] = missing
        self.helper = helper(
            *(Field(name, template=PASSWORD_TEMPLATE) for name in self.fields),
            button="Change password",
        )

    def add_error(self, field, error):
        # allauth hands its words for two passwords that differ; a field's own error is no text.
        if field == "password2" and not isinstance(error, ValidationError):
            error = "The two new passwords differ. Enter the same one twice"
        super().add_error(field, error)
