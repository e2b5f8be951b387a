"""The forms of sign-in and of a new password, rendered as the design system asks."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import LoginForm
from django.core.exceptions import ValidationError

from cinfactors.accounts.forms import (
    TOO_MANY_ATTEMPTS,
    minimum_password_length,
    too_many_attempts,
)
from cinfactors.web.form_layout import Field, whole_form


class SignInForm(LoginForm):
    """User name and password, with one message for whichever is wrong."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
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
        self.helper = whole_form(
            Field("login", width="two-thirds"),
            Field("password"),
            button="Sign in",
        )

    def clean(self) -> dict[str, Any]:
        cleaned_data: dict[str, Any]
        try:
            cleaned_data = super().clean()
        except ValidationError as error:
            has_too_many = error.code == TOO_MANY_ATTEMPTS
            self.add_error("login", too_many_attempts() if has_too_many else error)
            cleaned_data = self.cleaned_data
        return cleaned_data

    @property
    def has_too_many_attempts(self) -> bool:
        return bool(self.has_error("login", TOO_MANY_ATTEMPTS))


class ChangePasswordForm(AllauthChangePasswordForm):
    """The current password once, the new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hint = (
            f"At least {minimum_password_length()} characters, such as four words that have "
            "nothing to do with each other"
        )
        for name, label, missing, help_text in (
            ("oldpassword", "Current password", "Enter your current password", ""),
            ("password1", "New password", "Enter a new password", hint),
            ("password2", "New password again", "Enter the new password again", ""),
        ):
            field = self.fields[name]
            field.label, field.help_text = label, help_text
            field.error_messages["required"] = missing
        self.helper = whole_form(
            *(Field(name) for name in self.fields),
            button="Change password",
        )

    def add_error(self, field: str | None, error: Any) -> None:
        # allauth passes a text for two passwords that differ; other errors are ValidationErrors.
        if field == "password2" and not isinstance(error, ValidationError):
            error = "The two new passwords differ. Enter the same one twice"
        super().add_error(field, error)
