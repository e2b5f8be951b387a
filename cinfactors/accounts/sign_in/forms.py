"""The forms of signing in, drawn as the design system asks."""

from __future__ import annotations

from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import LoginForm
from crispy_forms_gds.layout import Field, Fluid
from django.core.exceptions import ValidationError

from cinfactors.accounts.forms import (
    PASSWORD_TEMPLATE,
    TOO_MANY,
    helper,
    shortest_password,
    too_many_tries,
)


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
