"""The base form and the fields that several pages use.

Forms make values of what was posted; whether these may be recorded is decided by the services.
"""

from __future__ import annotations

from calendar import month_name
from collections.abc import Iterable
from datetime import date
from typing import Any

from crispy_forms_gds.fields import DateInputField
from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Div, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from cinfactors.accounts.requests import SignedInRequest
from cinfactors.web.clean_text import TOO_LONG, normalise_newlines


def posted_or_draft(request: SignedInRequest) -> QueryDict | None:
    """Return what was posted, even if it is empty, or else the unsent draft, if there is one."""
    return request.POST if request.method == "POST" else request.unsent_draft


EARLIEST_YEAR = 1900

MONTHS = tuple(name.lower() for name in month_name)
"""The names of the months by their number, from 1."""


class DateField(DateInputField):  # type: ignore[misc]  # crispy-forms-gds has no types
    """Day, month and year in three boxes, with one message for what is wrong with them.

    A month may be typed as a word, "March" or "mar", though a phone shows digits, as the design
    system asks.
    """

    def __init__(self, *, label: str, **kwargs: Any) -> None:
        super().__init__(label=label, require_all_fields=False, **kwargs)
        self.error_messages["required"] = f"Enter the {label[0].lower()}{label[1:]}"
        self.error_messages["invalid"] = f"{label} must be a real date"
        for part, name in zip(self.fields, ("day", "month", "year"), strict=True):
            part.validators = []
            part.error_messages["incomplete"] = f"{label} must include a {name}"
        for box in self.widget.widgets:
            box.attrs |= {"inputmode": "numeric", "autocomplete": "off"}

    def clean(self, value: Any) -> date | None:
        cleaned: date | None = super().clean([str(part or "").strip() for part in value or []])
        return cleaned

    def compress(self, data_list: Any) -> date | None:
        parts = [str(part) for part in data_list or () if part]
        if len(parts) < 3:
            return None
        parts[1] = _month_number(parts[1])
        if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        if len(parts[2]) < 4:
            raise ValidationError(f"{self.label} must include a year of four digits")
        day, month, year = (int(part) for part in parts)
        try:
            entered = date(year, month, day)
        except ValueError as impossible:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from impossible
        if year < EARLIEST_YEAR:
            raise ValidationError(f"{self.label} must be in {EARLIEST_YEAR} or later")
        return entered


def _month_number(typed: str) -> str:
    """Return the number of a month whose name or first three letters were typed, else the text."""
    for number, name in enumerate(MONTHS):
        if number and typed.lower() in {name, name[:3]}:
            return str(number)
    return typed


class LinesField(forms.CharField):
    """Text of several lines; a line end counts as one character, though browsers send two."""

    def to_python(self, value: Any) -> str:
        return normalise_newlines(super().to_python(value) or "")


class Form(forms.Form):
    """A form rendered by the design system's templates inside the page's own form element."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages.setdefault("max_length", TOO_LONG)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.lay_out()

    def lay_out(self) -> None:
        """Lay out the fields that there are: again where some were left out."""
        self.helper.layout = Layout(*self.layout_fields())

    def layout_fields(self) -> Iterable[Any]:
        """Return the layout: names of fields, or crispy's layout objects."""
        return [name for name, field in self.fields.items() if not field.widget.is_hidden]


def side_by_side(*fields: Any) -> Div:
    """Return fields that stand beside each other where the window is wide enough."""
    return Div(*fields, css_class="app-side-by-side")


class CodesField(forms.Field):
    """The codes as posted, doubled and unknown ones included: the rules judge them."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[str]:
        return list(value or [])
