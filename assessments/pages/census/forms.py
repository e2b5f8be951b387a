"""The forms of the census page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django import forms


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
