"""The form of the reading log."""

from __future__ import annotations

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db.models import QuerySet
from django.utils import timezone

from assessments import queries
from assessments.components.person_by_name import PersonByNameForm
from cinfactors.accounts.models import User


class ReadingLogForm(PersonByNameForm):
    """Which day's reading to look at, and whose; neither is required."""

    typed_field, reference_field = "typed_person", "person"
    nobody_found = "Nobody has a name that begins with “{}”"
    nobody_selected = "Enter somebody’s name"

    day = forms.DateField(
        required=False,
        widget=forms.DateInput({"type": "date", "class": "govuk-input govuk-input--width-10"}),
        validators=[MinValueValidator(date(2000, 1, 1), "Enter a day since 2000")],
        error_messages={"invalid": "Enter a day as 2026-03-27"},
    )
    typed_person = forms.CharField(
        label="Person",
        required=False,
        max_length=150,
        error_messages={"max_length": "Enter a name of at most 150 characters"},
    )
    person = forms.UUIDField(required=False, error_messages={"invalid": nobody_selected})

    def people(self, words: str) -> QuerySet[User]:
        return queries.people_named(words)

    def clean_day(self) -> date | None:
        day: date | None = self.cleaned_data["day"]
        if day and day > timezone.localdate():
            raise ValidationError("Enter a day that is not to come")
        return day
