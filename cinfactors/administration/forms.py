"""The forms of the administrator's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db.models import Q

from assessments import queries
from assessments.components.forms import DateField
from cinfactors.accounts.models import Role, Team, User
from cinfactors.accounts.sign_in.passwords import random_password
from cinfactors.accounts.user_names import ALLOWED
from cinfactors.administration import services

if TYPE_CHECKING:  # Django's class takes no parameter at run time
    PersonModelForm = forms.ModelForm[User]
    TeamModelForm = forms.ModelForm[Team]
else:
    PersonModelForm = TeamModelForm = forms.ModelForm


class PasswordField(forms.CharField):
    """A password typed for somebody else, or left empty to have a random one made."""

    def __init__(self) -> None:
        super().__init__(
            label="Password",
            required=False,
            strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
            help_text="Leave it empty to have one made, which is then shown once.",
        )


class PersonForm(PersonModelForm):
    by: User
    """The administrator who fills it in."""

    in_teams = forms.ModelMultipleChoiceField(
        Team.objects.none(),
        required=False,
        label="Teams",
        widget=forms.CheckboxSelectMultiple,
    )

    leave = forms.BooleanField(
        required=False, label="Leave it without a manager", widget=forms.HiddenInput
    )
    """Shown once the service has said what would have none."""

    class Meta:
        model = User
        fields = ["name", "username", "role", "exports_restricted"]
        labels = {"username": "User name"}
        help_texts = {
            "username": ALLOWED,
            "exports_restricted": (
                "For a data officer who makes the census return, which holds restricted records "
                "too. Each time they make a file, it is recorded as a reading of those records."
            ),
        }
        error_messages = {
            "name": {"required": "Enter the full name"},
            "username": {"required": "Enter the user name"},
            "role": {"required": "Select a role"},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_teams = cast("forms.ModelMultipleChoiceField[Team]", self.fields["in_teams"])
        choices = Q(active=True)
        if self.instance.pk:
            choices |= Q(people=self.instance)
            in_teams.initial = self.instance.teams.all()
        in_teams.queryset = Team.objects.filter(choices).distinct()
        if settings.OIDC_ISSUER:
            self.fields["role"].help_text = (
                "Administrators link single sign-on from their own account page. Who becomes one "
                "is unlinked and signed out."
            )

    def clean_exports_restricted(self) -> bool:
        given: bool = self.cleaned_data["exports_restricted"]
        # Beside the box: the model's own constraint would say it of the whole form.
        if given and self.cleaned_data.get("role", Role.DATA_OFFICER) != Role.DATA_OFFICER:
            raise ValidationError(services.ONLY_DATA_OFFICERS_EXPORT)
        return given

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's, which the stubs leave out
        # From here on, `instance` is the person as they would be saved.
        if self.errors:
            return
        teams = self.cleaned_data["in_teams"]
        problems = services.problems_with_saving(
            by=self.by,
            person=self.instance,
            teams=teams,
            leave=self.cleaned_data.get("leave", False),
        )
        if "leave" in problems:
            self.fields["leave"].widget = forms.CheckboxInput()
        for field, message in problems.items():
            self.add_error(field, message)


class NewPersonForm(PersonForm):
    new_password = PasswordField()
    password_was_made = False
    """Whether the password is a random one, and so has to be shown."""

    def _post_clean(self) -> None:
        super()._post_clean()
        # From here on, `instance` has the name that the password is compared with.
        _make_or_validate_password(self, self.instance)


class NewPasswordForm(forms.Form):
    new_password = PasswordField()
    password_was_made = False
    """As in `NewPersonForm`."""

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean(self) -> dict[str, Any]:
        _make_or_validate_password(self, self.person)
        return self.cleaned_data


class DeactivateForm(forms.Form):
    """Who is named on restricted records in place of their only manager."""

    stand_in = forms.ModelChoiceField(
        User.objects.none(),
        required=False,
        label="Named in their place",
        empty_label="Select a manager",
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stand_in = cast("forms.ModelChoiceField[User]", self.fields["stand_in"])
        stand_in.queryset = queries.replacement_managers_for(person)


class CoverForm(forms.Form):
    """Who covers for a manager, and from when to when."""

    covered_by = forms.ModelChoiceField(
        User.objects.none(),
        label="Who covers for them",
        empty_label="Select a manager",
        error_messages={"required": "Select the manager who covers for them"},
    )
    first_day = DateField(label="First day", help_text="For example, 3 10 2026")
    last_day = DateField(label="Last day", help_text="That day included")

    def __init__(self, *args: Any, manager: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        covered_by = cast("forms.ModelChoiceField[User]", self.fields["covered_by"])
        covered_by.queryset = queries.people_who_can_cover(manager)


class EndCoverForm(forms.Form):
    """Which cover ends now."""

    end = forms.UUIDField()


class MergeForm(forms.Form):
    """The team that takes over what a team holds that is closed."""

    into = forms.ModelChoiceField(
        Team.objects.none(),
        label="Into which team",
        empty_label="Select a team",
        error_messages={"required": "Select the team that takes everything over"},
    )
    with_people = forms.BooleanField(
        required=False, initial=True, label="Its people work in that team from now on"
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    """The total that the page shows: the service refuses it where that has changed."""

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        into = cast("forms.ModelChoiceField[Team]", self.fields["into"])
        into.queryset = Team.objects.filter(active=True).exclude(pk=team.pk)


class NameManagerForm(forms.Form):
    """The manager who is named for a team's restricted records that no manager sees."""

    manager = forms.ModelChoiceField(
        User.objects.none(),
        label="Manager",
        empty_label="Select a manager",
        error_messages={"required": "Select the manager who is named"},
    )

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        manager = cast("forms.ModelChoiceField[User]", self.fields["manager"])
        manager.queryset = queries.managers_of_team(team)


class TeamForm(TeamModelForm):
    class Meta:
        model = Team
        fields = ["name", "active"]
        labels = {"active": "In use"}
        help_texts = {"active": "Untick it when nobody works in the team any more."}
        error_messages = {"name": {"required": "Enter the team’s name"}}

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's, which the stubs leave out
        if not self.errors:
            for field, message in services.problems_with_closing(team=self.instance).items():
                self.add_error(field, message)


def _make_or_validate_password(form: NewPersonForm | NewPasswordForm, person: User) -> None:
    typed = form.cleaned_data.get("new_password")
    if not typed:
        form.password_was_made = True
        form.cleaned_data["new_password"] = random_password()
        return
    try:
        password_validation.validate_password(typed, person)
    except ValidationError as error:
        form.add_error("new_password", error)
