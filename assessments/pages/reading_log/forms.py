"""The form of the reading log."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db.models import QuerySet
from django.utils import timezone

from cinfactors.accounts.models import User


class ReadingLogForm(forms.Form):
    """Which day's reading to look at, and whose; neither is required."""

    day = forms.DateField(
        required=False,
        widget=forms.DateInput({"type": "date", "class": "govuk-input govuk-input--width-10"}),
        validators=[MinValueValidator(date(2000, 1, 1), "Enter a day since 2000")],
        error_messages={"invalid": "Enter a day as 2026-03-27"},
    )
    person = forms.ModelChoiceField(
        queryset=User.objects.none(),
        required=False,
        to_field_name="reference",
        empty_label="Everybody",
        widget=forms.Select({"class": "govuk-select"}),
        error_messages={"invalid_choice": "Select somebody from the list"},
    )

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[User]", self.fields["person"])
        field.queryset = people

    def clean_day(self) -> date | None:
        day: date | None = self.cleaned_data["day"]
        if day and day > timezone.localdate():
            raise ValidationError("Enter a day that is not to come")
        return day
