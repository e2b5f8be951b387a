"""The form of a referral: of a new one, and of one that is changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from assessments.components.forms import DateField, Form, side_by_side
from assessments.models import Episode, PrimaryNeed, ReferralSource
from cinfactors.web.form_layout import Field, Fieldset


class ReferralForm(Form):
    """The facts of a referral."""

    referral_date = DateField(label="Referral date", help_text="For example, 1 10 2025")
    referral_source = forms.ChoiceField(
        label="Source of the referral",
        choices=[("", "Select a source"), *ReferralSource.choices],
        error_messages={"required": "Select the source of the referral"},
    )
    primary_need = forms.ChoiceField(
        label="Primary need (if known)",
        choices=[("", "Not known yet"), *PrimaryNeed.choices],
        required=False,
    )
    family_reference = forms.CharField(
        label="Family reference (optional)",
        help_text="The same for brothers and sisters referred together",
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def layout_fields(self) -> Iterable[Any]:
        return [
            Fieldset(
                side_by_side(
                    Field("referral_date", size="s"),
                    Field("referral_source", size="s"),
                    Field("primary_need", size="s"),
                    Field("family_reference", size="s", width=20),
                ),
                legend="The referral",
            )
        ]

    def clean_family_reference(self) -> str:
        reference: str = self.cleaned_data["family_reference"]
        if reference:
            Episode._meta.get_field("family_reference").run_validators(reference)
        return reference
