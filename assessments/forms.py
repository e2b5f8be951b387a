"""What people send, made into values; whether it may be recorded is for the services to say."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from crispy_forms_gds.fields import DateInputField
from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Field, Fieldset, Fixed, Fluid, Layout, Size
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db.models import QuerySet
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from assessments.layout import Picker, PickerState
from assessments.models import Child, Episode, Outcome, PrimaryNeed, ReferralSource, Sex
from assessments.record import described_codes
from cinfactors.accounts.models import Density, Team, User
from cinfactors.text import TOO_LONG, one_newline, validate_clean

MOST_CODES = 200
"""More boxes than any edition has: beyond it the post was not made by the page."""


class DateField(DateInputField):
    """Day, month and year in three boxes, with one message for what is wrong with them."""

    def __init__(self, *, what: str, **kwargs: Any) -> None:
        super().__init__(label=what, require_all_fields=False, **kwargs)
        self.what = what
        self.error_messages["required"] = f"Enter the {what[0].lower()}{what[1:]}"
        self.error_messages["invalid"] = f"{what} must be a real date"
        for part, name in zip(self.fields, ("day", "month", "year"), strict=True):
            part.validators = []
            part.error_messages["incomplete"] = f"{what} must include a {name}"

    def clean(self, value: Any) -> date | None:
        sent = [str(part or "").strip() for part in value or []]
        return super().clean(sent)

    def compress(self, data_list: Any) -> date | None:
        parts = [str(part) for part in data_list or () if part]
        if len(parts) < 3:
            return None
        if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        day, month, year = (int(part) for part in parts)
        try:
            found = date(year, month, day)
        except ValueError as impossible:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from impossible
        if year < 1900:
            raise ValidationError(f"{self.what} must include a year of four digits")
        return found


class LinesField(forms.CharField):
    """Text of several lines; a line end counts as one character, though browsers send two."""

    def to_python(self, value: Any) -> str:
        return one_newline(super().to_python(value))


class Form(forms.Form):
    """A form drawn by the design system's templates inside the page's own form element."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages.setdefault("max_length", TOO_LONG)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(*self.drawn())

    def drawn(self) -> Iterable[Any]:
        return [name for name, field in self.fields.items() if not field.widget.is_hidden]


class HiddenInput(forms.HiddenInput):
    """Drawn without a template: each page has several, and nothing of them differs."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return format_html(
            '<input type="hidden" name="{}" value="{}">', name, self.format_value(value)
        )


class KeyForm(forms.Form):
    """What every button carries: the key of its press."""

    key = forms.UUIDField(widget=HiddenInput, initial=uuid.uuid4)


class PressForm(KeyForm):
    """What every button on an assessment carries besides: the version that the page shows."""

    version = forms.IntegerField(widget=HiddenInput, min_value=1, max_value=2**31 - 1)


def press_fields(version: int) -> SafeString:
    """The hidden fields of a `PressForm`, with a key of its own, without making the form."""
    key = HiddenInput().render("key", str(uuid.uuid4()))
    return format_html("{}{}", key, HiddenInput().render("version", version))


class VersionSeenForm(forms.Form):
    """The version that stands in the list of differences from which the person chose."""

    seen = forms.IntegerField(min_value=1, max_value=2**31 - 1)


class CodesField(forms.Field):
    """The codes as they were sent, doubled and unknown ones included: the rules judge them."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[str]:
        codes = list(value or [])
        if len(codes) > MOST_CODES:
            raise ValidationError(f"Select at most {MOST_CODES} factors")
        return codes


class FactorsForm(Form):
    """The factors page: codes, and the description that one of them takes."""

    codes = CodesField(required=False)
    other_description = LinesField(
        required=False, max_length=500, strip=True, validators=[validate_clean]
    )

    def __init__(self, *args: Any, picker: PickerState, **kwargs: Any) -> None:
        self.picker = picker
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """A description that nothing selected takes is dropped, and so is what is wrong with it."""
        if described_codes(self.picker.edition).isdisjoint(self.picker.ticked):
            self.errors.pop("other_description", None)
            self.cleaned_data["other_description"] = ""
        return self.cleaned_data

    def drawn(self) -> Iterable[Any]:
        return [Picker()]

    def picker_drawn(self) -> SafeString:
        """The layout without crispy's templates around it, of which this page needs nothing."""
        return self.helper.render_layout(self, Context())


class OutcomeForm(Form):
    outcome = forms.ChoiceField(
        label="What did the assessment lead to?",
        choices=Outcome.choices,
        widget=forms.RadioSelect,
        required=False,
    )

    def drawn(self) -> Iterable[Any]:
        return [Field.radios("outcome", legend_size=Size.MEDIUM, legend_tag="h2", small=True)]


class ReadForm(forms.Form):
    """Which decision the worker has read."""

    review = forms.IntegerField(min_value=1, max_value=2**63 - 1)


class ReasonForm(Form):
    """Why an assessment is cancelled."""

    reason = LinesField(
        label="Why was it started in error?",
        help_text="The record stays, with this reason, and is never counted or sent anywhere",
        max_length=500,
        required=False,
        validators=[validate_clean],
        widget=forms.Textarea,
    )

    def drawn(self) -> Iterable[Any]:
        return [Field.textarea("reason", label_size=Size.SMALL, rows=3)]


class FindChildForm(Form):
    la_child_id = forms.CharField(
        label="Child id",
        help_text="The id in your case system, for example DEMO000123",
        max_length=40,
        error_messages={"required": "Enter the child’s id"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def drawn(self) -> Iterable[Any]:
        return [Field.text("la_child_id", label_size=Size.MEDIUM, field_width=Fluid.ONE_HALF)]

    def clean_la_child_id(self) -> str:
        sent = self.cleaned_data["la_child_id"]
        Child._meta.get_field("la_child_id").run_validators(sent)
        return sent


class StartDateForm(Form):
    """When the assessment started, and with which team."""

    start_date = DateField(what="Start date of the assessment", help_text="For example, 3 10 2025")
    team = forms.ModelChoiceField(
        label="Team",
        queryset=Team.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": "Select the team that carries out the assessment"},
    )

    def __init__(self, *args: Any, teams: QuerySet[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = teams
        self.only_team = teams[0] if len(teams) == 1 else None
        if self.only_team:
            del self.fields["team"]
        self.helper.layout = Layout(*self.drawn())

    def drawn(self) -> Iterable[Any]:
        yield Field("start_date", context={"legend_size": Size.for_legend("s")})
        if "team" in self.fields:
            yield Field.radios("team", legend_size=Size.SMALL, small=True)

    def chosen_team(self) -> Team:
        return self.only_team or self.cleaned_data["team"]


class ReferralForm(Form):
    """A new referral."""

    referral_date = DateField(what="Referral date", help_text="For example, 1 10 2025")
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

    def drawn(self) -> Iterable[Any]:
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
        sent = self.cleaned_data["family_reference"]
        if sent:
            Episode._meta.get_field("family_reference").run_validators(sent)
        return sent


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
    birth_date = DateField(what="Date of birth", required=False, help_text="For example, 27 3 2014")
    expected_birth_date = DateField(
        what="Expected date of birth",
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
        coerce=lambda sent: sent == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": "Select whether the child is recorded as disabled"},
    )

    def drawn(self) -> Iterable[Any]:
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
        sent = self.cleaned_data["la_child_id"]
        Child._meta.get_field("la_child_id").run_validators(sent)
        return sent

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        if "birth_date" in entered and "expected_birth_date" in entered:
            both = [entered["birth_date"], entered["expected_birth_date"]].count(None)
            if both == 2:
                self.add_error(
                    "birth_date",
                    "Enter the date of birth, or for an unborn child the expected date",
                )
            elif both == 0:
                self.add_error(
                    "expected_birth_date",
                    "Enter the date of birth or the expected date, not both",
                )
        return entered


class DensityForm(forms.Form):
    density = forms.ChoiceField(choices=Density.choices)


class ShortcutsForm(forms.Form):
    shortcuts = forms.TypedChoiceField(
        choices=[("on", "On"), ("off", "Off")], coerce=lambda sent: sent == "on"
    )


class SearchForm(forms.Form):
    """The search of a list; posted, since a child's id or name has no place in an address."""

    words = forms.CharField(required=False, max_length=100)


class WordsForm(forms.Form):
    """The words of the factor page's own search."""

    find = forms.CharField(required=False, max_length=100)


class ReadingLogForm(forms.Form):
    """Which day's reading to look at, and whose; neither is asked for."""

    day = forms.DateField(
        required=False,
        widget=forms.DateInput({"type": "date", "class": "govuk-input govuk-input--width-10"}),
        validators=[MinValueValidator(date(2000, 1, 1), "Enter a day since 2000")],
        error_messages={"invalid": "Enter a day as 2026-03-27"},
    )
    person = forms.ModelChoiceField(
        queryset=None,
        required=False,
        to_field_name="reference",
        empty_label="Everybody",
        widget=forms.Select({"class": "govuk-select"}),
        error_messages={"invalid_choice": "Select somebody from the list"},
    )

    def __init__(self, *arguments: Any, people: QuerySet[User], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["person"].queryset = people

    def clean_day(self) -> date | None:
        day = self.cleaned_data["day"]
        if day and day > timezone.localdate():
            raise ValidationError("Enter a day that is not to come")
        return day
