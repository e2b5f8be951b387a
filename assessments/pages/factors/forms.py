"""The small forms of the factor page; `components.picker` parses the selection itself."""

from __future__ import annotations

from django import forms

from cinfactors.accounts.models import Density


class DensityForm(forms.Form):
    """How much of the guidance the person wants beside the codes."""

    density = forms.ChoiceField(choices=Density.choices)


class ShortcutsForm(forms.Form):
    """Whether the person wants keyboard shortcuts."""

    shortcuts = forms.TypedChoiceField(
        choices=[("on", "On"), ("off", "Off")], coerce=lambda choice: choice == "on"
    )
