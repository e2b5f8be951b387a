"""Whose record, and why somebody asks who read it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from assessments.components.forms import Form, LinesField
from cinfactors.web.clean_text import clean_text, validate_clean
from cinfactors.web.form_layout import Field

NO_REASON = "Enter why you ask"


class WhoReadForm(Form):
    """The child's whole id and the reason, which is recorded."""

    la_child_id = forms.CharField(
        label="Child id",
        help_text="The whole id. The id of a record that was joined to another finds that one",
        max_length=100,
        validators=[validate_clean],
        error_messages={"required": "Enter the child’s id"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reason = LinesField(
        label="Why do you ask?",
        help_text="For example a complaint, with its number. It is recorded with your name and the "
        "time",
        max_length=500,
        validators=[validate_clean],
        error_messages={"required": NO_REASON},
        widget=forms.Textarea(attrs={"autocomplete": "off"}),
    )

    def layout_fields(self) -> Iterable[Any]:
        return [
            Field("la_child_id", size="s", width="one-half"),
            Field("reason", size="s", rows=3),
        ]

    def clean_reason(self) -> str:
        reason = clean_text(self.cleaned_data["reason"])
        if not reason:
            raise ValidationError(NO_REASON)
        return reason

    def add_nobody_found(self) -> None:
        self.add_error("la_child_id", "No child whose record you may see has this id")
