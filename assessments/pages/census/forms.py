"""The forms of the census page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django import forms

from assessments.components.forms import DateField, Form, LinesField
from cinfactors.web.form_layout import Field

FORMATS = (
    ("xml", "XML, as a return has it"),
    ("csv-long", "CSV, a row to each factor"),
    ("csv-wide", "CSV, a column to each code"),
    ("json-rows", "CSV with the factors of each assessment as a JSON list"),
)


class YearForm(forms.Form):
    """Which census year to look at, or to check again."""

    year = forms.ChoiceField(
        label="Census year",
        widget=forms.Select({"class": "govuk-select"}),
        error_messages={
            "required": "Select a census year",
            "invalid_choice": "Select a census year from the list",
        },
    )

    def __init__(self, *args: Any, years: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.ChoiceField, self.fields["year"])
        field.choices = [(year, f"{year[:4]} to 20{year[5:]}") for year in years]


class ExportForm(YearForm):
    """A file of a year's records."""

    format = forms.ChoiceField(
        label="Format",
        choices=FORMATS,
        widget=forms.Select({"class": "govuk-select"}),
        error_messages={
            "required": "Select a format",
            "invalid_choice": "Select a format from the list",
        },
    )
    allow_errors = forms.BooleanField(
        label="Make the file although it has errors that DfE would refuse", required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="export_%s", **kwargs)
        self.fields["year"].widget = forms.HiddenInput()


class SubmissionForm(Form):
    """A return that was submitted to the department."""

    submitted_on = DateField(label="Date submitted", help_text="For example, 27 5 2026")
    serial_number = forms.IntegerField(
        label="Serial number of the return",
        help_text="SerialNo in its header, such as 001",
        min_value=1,
        max_value=999_999_999,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "required": "Enter the serial number of the return",
            "invalid": "Enter the serial number in digits, such as 001",
            "min_value": "Enter the serial number in digits, such as 001",
            "max_value": "Enter a serial number of at most nine digits",
        },
    )

    def layout_fields(self) -> Iterable[Any]:
        return [
            Field("submitted_on", size="s"),
            Field("serial_number", size="s", width="one-quarter"),
        ]


class NoteForm(Form):
    """Why a query stands."""

    text = LinesField(
        label="Why is it right as it is?",
        help_text="For the collection’s notes: without a name, or anything else about a child",
        max_length=1000,
        error_messages={"required": "Enter why it is right as it is"},
        widget=forms.Textarea(attrs={"autocomplete": "off"}),
    )

    seen = forms.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )
    """The note that the page showed."""

    def layout_fields(self) -> Iterable[Any]:
        return [Field("text", size="s", rows=4)]
