"""The forms in which a manager finds the other record of a child, and joins the two."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from django import forms

from assessments.components.forms import Form, LinesField
from assessments.components.idempotency import IdempotencyKeyForm
from assessments.models import Child
from cinfactors.web.form_layout import Field


class OtherRecordForm(Form):
    """The id of the other record."""

    la_child_id = forms.CharField(
        label="Child id of the other record",
        help_text="The whole id",
        max_length=100,
        error_messages={"required": "Enter the child id of the other record"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def layout_fields(self) -> Iterable[Any]:
        return [Field("la_child_id", size="s", width="one-half")]


class JoinForm(Form):
    """Which record is kept, and how one knows that they are of the same child."""

    kept = forms.ChoiceField(
        label="Which record is right?",
        help_text="Its id and what it says of the child are kept. The other id finds it too",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Select the record that is right",
            "invalid_choice": "Select the record that is right",
        },
    )
    reason = LinesField(
        label="How do you know that it is the same child?",
        max_length=500,
        error_messages={"required": "Enter how you know that it is the same child"},
        widget=forms.Textarea(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, children: Sequence[Child], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["kept"]).choices = [
            (str(child.reference), child.la_child_id) for child in children
        ]

    def layout_fields(self) -> Iterable[Any]:
        return [
            Field("kept", size="m", heading=True, small=True),
            Field("reason", rows=3, size="m", heading=True),
        ]


class JoinKeyForm(IdempotencyKeyForm):
    """The hidden fields: the key, and the version of each record that the page shows."""

    here = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    there = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
