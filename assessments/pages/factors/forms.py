"""The factor page's forms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.template import Context
from django.utils.safestring import SafeString

from assessments.components.forms import CodesField, Form, LinesField
from assessments.components.picker.drawing import Picker
from assessments.components.picker.state import PickerState
from cinfactors.accounts.models import Density
from cinfactors.web.clean_text import validate_clean


class VersionSeenForm(forms.Form):
    """The version that stands in the list of differences from which the person chose."""

    seen = forms.IntegerField(min_value=1, max_value=2**31 - 1)


class FactorsForm(Form):
    """The factors page: codes, and the description that one of them takes."""

    codes = CodesField(required=False)
    other_description = LinesField(
        required=False, max_length=500, strip=True, validators=[validate_clean]
    )

    def __init__(self, *args: Any, picker: PickerState, **kwargs: Any) -> None:
        self.picker = picker
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """A description that nothing selected takes is dropped, and so is what is wrong with it."""
        if self.picker.edition.described_codes.isdisjoint(self.picker.ticked):
            self.errors.pop("other_description", None)
            self.cleaned_data["other_description"] = ""
        return self.cleaned_data

    def drawn(self) -> Iterable[Any]:
        return [Picker()]

    def picker_drawn(self) -> SafeString:
        """The layout without crispy's templates around it, of which this page needs nothing."""
        return self.helper.render_layout(self, Context())


class DensityForm(forms.Form):
    density = forms.ChoiceField(choices=Density.choices)


class ShortcutsForm(forms.Form):
    shortcuts = forms.TypedChoiceField(
        choices=[("on", "On"), ("off", "Off")], coerce=lambda sent: sent == "on"
    )
