"""The forms of the administrator's pages."""

from __future__ import annotations

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db.models import Q

from assessments import queries
from cinfactors.accounts.models import Team, User
from cinfactors.accounts.sign_in.passwords import random_password
from cinfactors.administration import services


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
        fields = ["name", "username", "role"]
        labels = {"username": "User name"}
        help_texts = {"username": "Letters, digits and @ . + - _"}
        error_messages = {"username": {"unique": "Somebody has this user name already"}}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        choices = Q(active=True)
        if self.instance.pk:
            choices |= Q(people=self.instance)
            self.fields["in_teams"].initial = self.instance.teams.all()
        self.fields["in_teams"].queryset = Team.objects.filter(choices).distinct()

    def _post_clean(self):
        super()._post_clean()  # after which the person is as they would be saved
        if self.errors:
            return
        teams = self.cleaned_data["in_teams"]
        for field, message in services.against_saving(
            by=self.by, person=self.instance, teams=teams
        ).items():
            self.add_error(field, message)


class NewPersonForm(PersonForm):
    new_password = PasswordField()
    made = False
    """Whether the password was made here, and so has to be shown."""

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


class DeactivateForm(forms.Form):
    """Who is named for restricted records in the place of their only manager."""

    instead = forms.ModelChoiceField(
        User.objects.none(),
        required=False,
        label="Named in their place",
        empty_label="Select a manager",
    )

    def __init__(self, *args, person: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["instead"].queryset = queries.can_stand_in_for(person)


class TeamForm(forms.ModelForm):
    class Meta:
        model = Team
        fields = ["name", "active"]
        labels = {"active": "In use"}
        help_texts = {"active": "Untick it when nobody works in the team any more."}

    def _post_clean(self):
        super()._post_clean()
        if not self.errors:
            for field, message in services.against_closing(team=self.instance).items():
                self.add_error(field, message)


def _choose_password(form: NewPersonForm | NewPasswordForm, person: User) -> None:
    typed = form.cleaned_data.get("new_password")
    if not typed:
        form.made = True
        form.cleaned_data["new_password"] = random_password()
        return
    try:
        password_validation.validate_password(typed, person)
    except ValidationError as refusal:
        form.add_error("new_password", refusal)
