"""The forms that start an assessment: the child, the referral, the start date."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from crispy_forms_gds.layout import Field, Fieldset, Fixed, Fluid, Layout, Size
from django import forms
from django.db.models import QuerySet

from assessments.components.forms import DateField, Form
from assessments.models import Child, Episode, PrimaryNeed, ReferralSource, Sex
from cinfactors.accounts.models import Team
from cinfactors.web.clean_text import validate_clean

if TYPE_CHECKING:
    OneTeam = forms.ModelChoiceField[Team]
else:  # Django's own field is not generic
    OneTeam = forms.ModelChoiceField


def _validated_child_id(form: forms.Form) -> str:
    """Return the child id that was entered; raises ValidationError if no child can have it."""
    la_child_id: str = form.cleaned_data["la_child_id"]
    Child._meta.get_field("la_child_id").run_validators(la_child_id)
    return la_child_id


class FindChildForm(Form):
    """The id of a child, whether the product knows them or not."""

    la_child_id = forms.CharField(
        label="Child id",
        help_text="The id in your case system, for example DEMO000123",
        max_length=40,
        error_messages={"required": "Enter the child’s id"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def layout_fields(self) -> Iterable[Any]:
        return [Field.text("la_child_id", label_size=Size.MEDIUM, field_width=Fluid.ONE_HALF)]

    def clean_la_child_id(self) -> str:
        return _validated_child_id(self)


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
        self.helper.layout = Layout(*self.layout_fields())

    def layout_fields(self) -> Iterable[Any]:
        yield Field("start_date", context={"legend_size": Size.for_legend("s")})
        if "team" in self.fields:
            yield Field.radios("team", legend_size=Size.SMALL, small=True)

    def chosen_team(self) -> Team:
        """Return the chosen team, or the only one, which is not asked for."""
        team: Team = self.only_team or self.cleaned_data["team"]
        return team


class ReferralForm(Form):
    """A new referral."""

    referral_date = DateField(label="Referral date", help_text="For example, 1 10 2025")
    referral_source = forms.ChoiceField(
        label="Source of the referral",
        choices=[("", "Select a source"), *ReferralSource.choices],
        error_messages={"required": "Select the source of the referral"},
    )
    primary_need = forms.ChoiceField(
        label="Primary need (if known)",
        choices=[("", "Not known yet"), *PrimaryNeed.choices],
        required=False,
    )
    family_reference = forms.CharField(
        label="Family reference (optional)",
        help_text="The same for brothers and sisters who were referred together",
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def layout_fields(self) -> Iterable[Any]:
        return [
            Fieldset(
                Field("referral_date", context={"legend_size": Size.for_legend("s")}),
                Field("referral_source", context={"label_size": Size.for_label("s")}),
                Field("primary_need", context={"label_size": Size.for_label("s")}),
                Field.text("family_reference", label_size=Size.SMALL, field_width=Fixed.TWENTY),
                legend="The referral",
                legend_size=Size.MEDIUM,
                legend_tag="h2",
            )
        ]

    def clean_family_reference(self) -> str:
        reference: str = self.cleaned_data["family_reference"]
        if reference:
            Episode._meta.get_field("family_reference").run_validators(reference)
        return reference


class NewChildForm(Form):
    """A child whom the product does not know yet."""

    la_child_id = forms.CharField(
        label="Child id",
        help_text="The id in your case system: up to 20 letters and digits",
        max_length=40,
        error_messages={"required": "Enter the child’s id"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    given_name = forms.CharField(
        label="Given name",
        help_text="Leave empty for an unborn child without a name",
        required=False,
        max_length=100,
        validators=[validate_clean],
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    family_name = forms.CharField(
        label="Family name",
        max_length=100,
        validators=[validate_clean],
        error_messages={"required": "Enter the child’s family name"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    birth_date = DateField(
        label="Date of birth", required=False, help_text="For example, 27 3 2014"
    )
    expected_birth_date = DateField(
        label="Expected date of birth",
        required=False,
        help_text="For an unborn child, instead of the date of birth",
    )
    sex = forms.ChoiceField(
        label="Sex",
        choices=Sex.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Select the child’s sex, or Not known"},
    )
    disabled = forms.TypedChoiceField(
        label="Is the child recorded as disabled?",
        choices=[("yes", "Yes"), ("no", "No")],
        coerce=lambda choice: choice == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": "Select whether the child is recorded as disabled"},
    )

    def layout_fields(self) -> Iterable[Any]:
        return [
            Fieldset(
                Field.text("la_child_id", label_size=Size.SMALL, field_width=Fixed.TWENTY),
                Field.text("given_name", label_size=Size.SMALL, field_width=Fluid.TWO_THIRDS),
                Field.text("family_name", label_size=Size.SMALL, field_width=Fluid.TWO_THIRDS),
                Field("birth_date", context={"legend_size": Size.for_legend("s")}),
                Field("expected_birth_date", context={"legend_size": Size.for_legend("s")}),
                Field.radios("sex", legend_size=Size.SMALL, small=True, inline=False),
                Field.radios("disabled", legend_size=Size.SMALL, small=True, inline=True),
                legend="The child",
                legend_size=Size.MEDIUM,
                legend_tag="h2",
            )
        ]

    def clean_la_child_id(self) -> str:
        return _validated_child_id(self)

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        if "birth_date" in entered and "expected_birth_date" in entered:
            missing = [entered["birth_date"], entered["expected_birth_date"]].count(None)
            if missing == 2:
                self.add_error(
                    "birth_date",
                    "Enter the date of birth, or for an unborn child the expected date",
                )
            elif missing == 0:
                self.add_error(
                    "expected_birth_date",
                    "Enter the date of birth or the expected date, not both",
                )
        return entered
