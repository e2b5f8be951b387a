"""The form of the check-answers page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crispy_forms_gds.layout import Field, Size
from django import forms

from assessments.components.forms import Form
from assessments.models import Outcome


class OutcomeForm(Form):
    """What the assessment led to."""

    outcome = forms.ChoiceField(
        label="What did the assessment lead to?",
        choices=Outcome.choices,
        widget=forms.RadioSelect,
        required=False,
    )

    def layout_fields(self) -> Iterable[Any]:
        return [Field.radios("outcome", legend_size=Size.MEDIUM, legend_tag="h2", small=True)]
