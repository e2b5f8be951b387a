"""The form of the check-answers page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from assessments.components.forms import Form
from assessments.models import Outcome
from cinfactors.web.form_layout import Field


class OutcomeForm(Form):
    """What the assessment led to."""

    outcome = forms.ChoiceField(
        label="What did the assessment lead to?",
        choices=Outcome.choices,
        widget=forms.RadioSelect,
        required=False,
    )

    def layout_fields(self) -> Iterable[Any]:
        return [Field("outcome", size="m", heading=True, small=True)]
