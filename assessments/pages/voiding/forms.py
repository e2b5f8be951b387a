"""Why a record is voided."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from assessments.components.forms import Form, LinesField
from cinfactors.web.form_layout import Field


class VoidForm(Form):
    """Why it is voided."""

    reason = LinesField(
        label="Why is it voided?",
        help_text="Say how it came to be another child’s record, without naming that child",
        max_length=500,
        error_messages={"required": "Enter why it is voided"},
        widget=forms.Textarea(attrs={"autocomplete": "off"}),
    )

    def layout_fields(self) -> Iterable[Any]:
        return [Field("reason", size="s", rows=3)]
