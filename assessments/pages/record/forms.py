"""The forms of the record: a decision marked as read, and the reason for a cancellation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from assessments.components.forms import Form, LinesField
from cinfactors.web.clean_text import validate_clean
from cinfactors.web.form_layout import Field


class ReadForm(forms.Form):
    """The decision that the worker has read."""

    review = forms.IntegerField(min_value=1, max_value=2**63 - 1)


class CancellationForm(Form):
    """Why an assessment is cancelled."""

    reason = LinesField(
        label="Why was it started in error?",
        help_text="The record stays, with this reason, and is never counted or sent anywhere",
        max_length=500,
        required=False,
        validators=[validate_clean],
        widget=forms.Textarea,
    )

    def layout_fields(self) -> Iterable[Any]:
        return [Field("reason", size="s", rows=3)]
