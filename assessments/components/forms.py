"""The base form and the fields that several pages use.

Forms make values of what was posted; whether these may be recorded is decided by the services.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from crispy_forms_gds.fields import DateInputField
from crispy_forms_gds.helper import FormHelper
from crispy_forms_gds.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cinfactors.accounts.requests import SignedInRequest
from cinfactors.web.clean_text import TOO_LONG, normalise_newlines

MOST_CODES = 200
"""More than any edition has: the page itself never posts so many."""


def posted_or_draft(request: SignedInRequest) -> QueryDict | None:
    """Return what was posted, even if it is empty, or else the unsent draft, if there is one."""
    return request.POST if request.method == "POST" else request.unsent_draft


class DateField(DateInputField):  # type: ignore[misc]  # crispy-forms-gds has no types
    """Day, month and year in three boxes, with one message for what is wrong with them."""

    def __init__(self, *, label: str, **kwargs: Any) -> None:
        super().__init__(label=label, require_all_fields=False, **kwargs)
        self.error_messages["required"] = f"Enter the {label[0].lower()}{label[1:]}"
        self.error_messages["invalid"] = f"{label} must be a real date"
        for part, name in zip(self.fields, ("day", "month", "year"), strict=True):
            part.validators = []
            part.error_messages["incomplete"] = f"{label} must include a {name}"

    def clean(self, value: Any) -> date | None:
        cleaned: date | None = super().clean([str(part or "").strip() for part in value or []])
        return cleaned

    def compress(self, data_list: Any) -> date | None:
        parts = [str(part) for part in data_list or () if part]
        if len(parts) < 3:
            return None
        if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        day, month, year = (int(part) for part in parts)
        try:
            entered = date(year, month, day)
        except ValueError as impossible:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from impossible
        if year < 1900:
            raise ValidationError(f"{self.label} must include a year of four digits")
        return entered


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
        self.helper.layout = Layout(*self.layout_fields())

    def layout_fields(self) -> Iterable[Any]:
        """Return the layout: names of fields, or crispy's layout objects."""
        return [name for name, field in self.fields.items() if not field.widget.is_hidden]


class HiddenInput(forms.HiddenInput):
    """Rendered without a template: each page has several, and they need none."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return format_html(
            '<input type="hidden" name="{}" value="{}">', name, self.format_value(value)
        )


class CodesField(forms.Field):
    """The codes as posted, doubled and unknown ones included: the rules judge them."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[str]:
        codes = list(value or [])
        if len(codes) > MOST_CODES:
            raise ValidationError(f"Select at most {MOST_CODES} factors")
        return codes
