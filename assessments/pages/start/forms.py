"""The forms that start an assessment: the child, the referral, the start date."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import timezone

from assessments.components.child_form import LAYOUT, ChildForm, validated_child_id
from assessments.components.forms import DateField, Form, side_by_side
from assessments.models import Sex
from cinfactors.accounts.models import Team
from cinfactors.web.form_layout import Field, Fieldset, Group

if TYPE_CHECKING:
    OneTeam = forms.ModelChoiceField[Team]
else:  # Django's own field is not generic
    OneTeam = forms.ModelChoiceField


class FindChildForm(Form):
    """The id of a child, whether the product knows them or not, or a name."""

    la_child_id = forms.CharField(
        label="Child id or name",
        help_text="The id in your case system, for example DEMO000123. By name you find the "
        "children of your and your team’s assessments",
        max_length=100,
        error_messages={"required": "Enter the child’s id or name"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def layout_fields(self) -> Iterable[Any]:
        return [Field("la_child_id", size="m", width="one-half")]

    def clean_la_child_id(self) -> str:
        return self.cleaned_data["la_child_id"] if self.is_name() else validated_child_id(self)

    def is_name(self) -> bool:
        """Whether a name was typed: it has no digit."""
        return not any(letter.isdigit() for letter in self.data["la_child_id"])

    def add_nobody_found(self) -> None:
        self.add_error(
            "la_child_id",
            "No child of your or your team’s assessments has this name. Enter the child’s whole id",
        )


class StartDateForm(Form):
    """When the assessment started, and with which team."""

    start_date = DateField(label="Start date of the assessment", help_text="For example, 3 10 2025")
    team = forms.ModelChoiceField(
        label="Team",
        queryset=Team.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": "Select the team that carries out the assessment"},
    )

    def __init__(self, *args: Any, teams: QuerySet[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(OneTeam, self.fields["team"]).queryset = teams
        self.only_team = teams[0] if len(teams) == 1 else None
        if self.only_team:
            del self.fields["team"]
        self.lay_out()

    def layout_fields(self) -> Iterable[Any]:
        fields = [Field("start_date", size="s")]
        if "team" in self.fields:
            fields.append(Field("team", size="s", small=True))
        yield side_by_side(*fields)

    def chosen_team(self) -> Team:
        """Return the chosen team, or the only one, which is not asked for."""
        team: Team = self.only_team or self.cleaned_data["team"]
        return team


TYPED = ("la_child_id", "given_name", "family_name")

BORN, UNBORN = "born", "unborn"


class NewChildForm(ChildForm):
    """A child whom the product does not know yet: born or unborn, and one date for either.

    An unborn child has no sex that is recorded; whether they are recorded as disabled is not
    known, unless something else is selected.
    """

    # A field of the base that this form leaves out.
    expected_birth_date = None  # type: ignore[assignment]
    born = forms.ChoiceField(
        label="Is the child born?",
        choices=[(BORN, "Born"), (UNBORN, "Not born yet")],
        widget=forms.RadioSelect,
        error_messages={"required": "Select whether the child is born"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The messages name the date that was asked for.
        label = "Expected date of birth" if self.is_unborn() else "Date of birth"
        date = DateField(label=label)
        # The legend says what the answer before it asks for; both where there is none yet.
        date.label = render_to_string("pages/start/birth_or_expected.html")
        examples = {
            "born": self.fields["birth_date"].help_text,
            "unborn": f"For example, 27 3 {timezone.localdate().year + 1}",
        }
        date.help_text = render_to_string("pages/start/birth_or_expected_example.html", examples)
        self.fields["birth_date"] = date
        if self["born"].data not in {BORN, UNBORN}:
            date.error_messages["required"] = "Enter the date of birth, or the expected date"
        self.fields["sex"].required = self["born"].data == BORN
        self.order_fields(["la_child_id", "given_name", "family_name", "born"])

    def is_unborn(self) -> bool:
        return bool(self["born"].data == UNBORN)

    def needs_disabled(self) -> bool:
        return bool(self["born"].data == BORN)

    def layout_fields(self) -> Iterable[Any]:
        return [
            Fieldset(
                side_by_side(*(Field(each, size="s") for each in TYPED)),
                side_by_side(
                    Field("born", size="s", small=True),
                    LAYOUT["birth_date"],
                    Group(LAYOUT["sex"], css_class="app-if-born"),
                    LAYOUT["disabled"],
                ),
                legend="The child",
            )
        ]

    def clean(self) -> dict[str, Any]:
        entered = super().clean()
        entered.pop("born", None)
        if self.is_unborn():
            entered["expected_birth_date"] = entered.pop("birth_date", None)
            entered["sex"] = Sex.UNKNOWN
        return entered
