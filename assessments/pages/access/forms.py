"""The forms with which a manager says who works on a record and who sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from crispy_forms_gds.layout import Field, Fluid, Size
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from assessments.components.forms import Form
from cinfactors.accounts.models import User


def described(person: User) -> str:
    """A person as a choice: who they are and where; needs `teams` prefetched."""
    teams = ", ".join(team.name for team in person.teams.all())
    return ", ".join(filter(None, (person.name, person.get_role_display().lower(), teams)))


class PersonChoice(forms.ModelChoiceField):
    def label_from_instance(self, person: User) -> str:
        return f"{person.name}, {', '.join(team.name for team in person.teams.all())}"


class PeopleChoice(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, person: User) -> str:
        return described(person)


class ReassignForm(Form):
    to = PersonChoice(
        label="Who takes it over?",
        queryset=User.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Select the social worker who takes it over",
            "invalid_choice": "Select a social worker of your teams",
        },
    )

    def __init__(self, *args: Any, workers: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = workers

    def drawn(self) -> Iterable[Any]:
        return [Field.radios("to", legend_size=Size.MEDIUM, legend_tag="h2", small=True)]


class RestrictForm(Form):
    """Who is named, those of one's own teams by ticking, one more by user name."""

    people = PeopleChoice(
        label="Who may see it?",
        help_text="Select all who need it for their work. Everybody else is refused",
        queryset=User.objects.none(),
        required=False,
        error_messages={
            "invalid_choice": "Somebody you selected no longer works with children’s records"
        },
    )
    username = forms.CharField(
        label="Somebody of another team (optional)",
        help_text="Their user name. They see the record when it comes to them or to their team",
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    seen = forms.ModelMultipleChoiceField(
        User.objects.none(), required=False, widget=forms.MultipleHiddenInput
    )

    def __init__(
        self,
        *args: Any,
        choices: QuerySet[User],
        everybody: QuerySet[User],
        known_by: Callable[[str], User | None],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].queryset = choices
        self.fields["seen"].queryset = everybody
        self.known_by = known_by

    def drawn(self) -> Iterable[Any]:
        return [
            Field.checkboxes("people", legend_size=Size.MEDIUM, legend_tag="h2", small=True),
            Field.text("username", label_size=Size.SMALL, field_width=Fluid.ONE_HALF),
        ]

    def clean_username(self) -> User | None:
        sent = self.cleaned_data["username"]
        found = self.known_by(sent) if sent else None
        if sent and found is None:
            raise ValidationError(
                "There is nobody of this user name who works with children’s records"
            )
        return found

    def named(self) -> set[User]:
        """Everybody whom the form names."""
        also = self.cleaned_data["username"]
        return {*self.cleaned_data["people"], *([also] if also else [])}
