"""The factor page's forms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.template import Context
from django.utils.safestring import SafeString

from assessments.components.forms import CodesField, Form, LinesField
from assessments.components.picker.rendering import Picker
from assessments.components.picker.state import PickerState
from cinfactors.accounts.models import Density
from cinfactors.web.clean_text import validate_clean


class VersionSeenForm(forms.Form):
    """The version in the list of differences from which the person chose."""

    seen = forms.IntegerField(min_value=1, max_value=2**31 - 1)


class FactorsForm(Form):
    """The selected codes, and the description that one of them takes."""

    codes = CodesField(required=False)
    other_description = LinesField(
        required=False, max_length=500, strip=True, validators=[validate_clean]
    )

    def __init__(self, *args: Any, picker: PickerState, **kwargs: Any) -> None:
        self.picker = picker
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Drop a description that no selected code takes, and the errors in it."""
        if self.picker.edition.described_codes.isdisjoint(self.picker.ticked):
            self.errors.pop("other_description", None)
            self.cleaned_data["other_description"] = ""
        return self.cleaned_data

    def layout_fields(self) -> Iterable[Any]:
        return [Picker()]

    def render_picker(self) -> SafeString:
        """Render the layout without crispy's templates around it, none of which this page needs."""
        html: SafeString = self.helper.render_layout(self, Context())
        return html


class DensityForm(forms.Form):
    """How much of the guidance the person wants beside the codes."""

    density = forms.ChoiceField(choices=Density.choices)


class ShortcutsForm(forms.Form):
    """Whether the person wants keyboard shortcuts."""

    shortcuts = forms.TypedChoiceField(
        choices=[("on", "On"), ("off", "Off")], coerce=lambda choice: choice == "on"
    )
