"""The forms in which a manager chooses who works on an assessment and who sees a record."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from assessments.components.forms import Form
from cinfactors.accounts.models import User
from cinfactors.web.form_layout import Field

if TYPE_CHECKING:
    OneUser = forms.ModelChoiceField[User]
    SeveralUsers = forms.ModelMultipleChoiceField[User]
else:  # Django's own fields are not generic
    OneUser = forms.ModelChoiceField
    SeveralUsers = forms.ModelMultipleChoiceField


class WorkerField(OneUser):
    """One social worker, labelled with their teams, which have to be prefetched."""

    def label_from_instance(self, person: User) -> SafeString:
        return _in_words(person.name, _teams_of(person))


class PeopleField(SeveralUsers):
    """Several people, labelled with their role and teams, which have to be prefetched."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, person: User) -> SafeString:
        return _in_words(person.name, person.get_role_display().lower(), _teams_of(person))


def _teams_of(person: User) -> str:
    return ", ".join(team.name for team in person.teams.all())


def _in_words(*parts: str) -> SafeString:
    """Each apart from the others, in whichever direction it is written."""
    return render_to_string("pages/access/person.html", {"parts": [*filter(None, parts)]})


class ReassignForm(Form):
    """The social worker who takes the assessment over."""

    to = WorkerField(
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
        cast(OneUser, self.fields["to"]).queryset = workers

    def layout_fields(self) -> Iterable[Any]:
        return [Field("to", size="m", heading=True, small=True)]


class RestrictForm(Form):
    """Who is named: people of one's own teams by ticking, one more by user name."""

    people = PeopleField(
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
    """Who was named when the page was rendered: the service refuses what others changed since."""

    def __init__(
        self,
        *args: Any,
        choices: QuerySet[User],
        everybody: QuerySet[User],
        find_person: Callable[[str], User | None],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        cast(SeveralUsers, self.fields["people"]).queryset = choices
        cast(SeveralUsers, self.fields["seen"]).queryset = everybody
        self.find_person = find_person

    def layout_fields(self) -> Iterable[Any]:
        return [
            Field("people", size="m", heading=True, small=True),
            Field("username", size="s", width="one-half"),
        ]

    def clean_username(self) -> User | None:
        """Return the person of this user name, if one was entered."""
        username = self.cleaned_data["username"]
        person = self.find_person(username) if username else None
        if username and person is None:
            raise ValidationError(
                "There is nobody of this user name who works with children’s records"
            )
        return person

    def named(self) -> set[User]:
        """Return everybody whom the form names."""
        named = set(self.cleaned_data["people"])
        if by_username := self.cleaned_data["username"]:
            named.add(by_username)
        return named
