"""The forms of the administrator's pages."""

from __future__ import annotations

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db.models import Q

from cinfactors.accounts import services
from cinfactors.accounts.models import Role, Team, User


class PasswordField(forms.CharField):
    """A password typed for somebody else, or left empty to have one made."""

    def __init__(self):
        super().__init__(
            label="Password",
            required=False,
            strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
            help_text="Leave it empty to have one made, which is then shown once.",
        )


class PersonForm(forms.ModelForm):
    by: User
    """The administrator whose form it is."""

    in_teams = forms.ModelMultipleChoiceField(
        Team.objects.none(),
        required=False,
        label="Teams",
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = User
        fields = ["name", "username", "role", "is_active"]
        labels = {"username": "User name", "is_active": "May sign in"}
        help_texts = {
            "username": "Letters, digits and @ . + - _",
            "is_active": "Untick it when the person leaves. Their records stay as they are.",
        }
        error_messages = {"username": {"unique": "Somebody has this user name already"}}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        choices = Q(active=True)
        if self.instance.pk:
            choices |= Q(people=self.instance)
            self.fields["in_teams"].initial = self.instance.teams.all()
        self.fields["in_teams"].queryset = Team.objects.filter(choices).distinct()

    def clean(self):
        cleaned = super().clean()
        if self.instance == self.by:
            if not cleaned.get("is_active"):
                self.add_error("is_active", "You cannot close your own account")
            if cleaned.get("role") != Role.ADMINISTRATOR:
                self.add_error("role", "You cannot give up your own role")
        return cleaned


class NewPersonForm(PersonForm):
    new_password = PasswordField()
    made = False
    """Whether the password was made here, and so has to be shown."""

    class Meta(PersonForm.Meta):
        fields = ["name", "username", "role"]

    def _post_clean(self):
        super()._post_clean()  # after which the person has the name to compare with
        _choose_password(self, self.instance)


class NewPasswordForm(forms.Form):
    new_password = PasswordField()
    made = False

    def __init__(self, *args, person: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.person = person

    def clean(self):
        _choose_password(self, self.person)
        return self.cleaned_data


def _choose_password(form: NewPersonForm | NewPasswordForm, person: User) -> None:
    typed = form.cleaned_data.get("new_password")
    if not typed:
        form.made = True
        form.cleaned_data["new_password"] = services.random_password()
        return
    try:
        password_validation.validate_password(typed, person)
    except ValidationError as refusal:
        form.add_error("new_password", refusal)
