"""The base form and the fields that several pages use.

Forms make values of what was posted; whether these may be recorded is decided by the services.
"""

from __future__ import annotations

from calendar import month_name
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from cinfactors.accounts.requests import SignedInRequest
from cinfactors.web.clean_text import TOO_LONG, normalise_newlines
from cinfactors.web.form_layout import Field, Group, inner_layout


def posted_or_draft(request: SignedInRequest) -> QueryDict | None:
    """Return what was posted, even if it is empty, or else the unsent draft, if there is one."""
    return request.POST if request.method == "POST" else request.unsent_draft


EARLIEST_YEAR = 1900

MONTHS = tuple(name.lower() for name in month_name)
"""The names of the months by their number, from 1."""


class DateInput(forms.MultiWidget):
    """The design system's date input. `missing` has the places of boxes that are left empty."""

    template_name = "govuk/date_input.html"
    PARTS = (("Day", 2), ("Month", 2), ("Year", 4))

    def __init__(self) -> None:
        attrs = {"inputmode": "numeric", "autocomplete": "off"}
        super().__init__([forms.TextInput(attrs) for _ in self.PARTS])
        self.missing: list[int] = []

    def decompress(self, value: date | None) -> list[int | None]:
        return [value.day, value.month, value.year] if value else [None, None, None]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Mark the boxes that an error is about: those that are missing, or else all three."""
        context = super().get_context(name, value, attrs)
        boxes = zip(self.PARTS, context["widget"]["subwidgets"], strict=True)
        for place, ((label, width), box) in enumerate(boxes):
            classes = f"govuk-input govuk-date-input__input govuk-input--width-{width}"
            if self.missing and place not in self.missing:
                box["attrs"].pop("aria-invalid", None)
            if "aria-invalid" in box["attrs"]:
                classes += " govuk-input--error"
            box["attrs"]["class"] = classes
            box["label"] = label
        return context


class DateField(forms.MultiValueField):
    """Day, month and year in three boxes, with one message for what is wrong with them.

    A month may be typed as a word, "March" or "mar", though a phone shows digits, as the design
    system asks.
    """

    widget: DateInput

    def __init__(self, *, label: str, **kwargs: Any) -> None:
        parts = [
            forms.CharField(error_messages={"incomplete": f"{label} must include a {name.lower()}"})
            for name, _ in DateInput.PARTS
        ]
        messages = {
            "required": f"Enter the {label[0].lower()}{label[1:]}",
            "invalid": f"{label} must be a real date",
        }
        super().__init__(
            parts,
            label=label,
            widget=DateInput(),
            error_messages=messages,
            require_all_fields=False,
            **kwargs,
        )

    def clean(self, value: Any) -> date | None:
        typed = [str(part or "").strip() for part in value or []]
        if any(typed):
            self.widget.missing = [place for place, part in enumerate(typed) if not part]
        cleaned: date | None = super().clean(typed)
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
        self.lay_out()

    def lay_out(self) -> None:
        """Lay out the fields that there are: again where some were left out."""
        self.helper = inner_layout(*self.layout_fields())

    def layout_fields(self) -> Iterable[Any]:
        """Return the layout: the fields, each as it is shown."""
        return [Field(name) for name, field in self.fields.items() if not field.widget.is_hidden]


def side_by_side(*fields: Any) -> Group:
    """Return fields that stand beside each other where the window is wide enough."""
    return Group(*fields, css_class="app-side-by-side")


class CodesField(forms.Field):
    """The codes as posted, doubled and unknown ones included: the rules judge them."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[str]:
        return list(value or [])
