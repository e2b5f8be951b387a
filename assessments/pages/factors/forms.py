"""The person's preferences of the factor page; `components.picker` parses the selection itself."""

from __future__ import annotations

from django import forms
from django.http import QueryDict

from cinfactors.accounts.models import Density, User
from cinfactors.accounts.services import (
    choose_density,
    choose_shortcuts,
    show_code_words,
    show_shortcuts,
)


def _yes_or_no(yes: str, no: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        choices=[(yes, yes), (no, no)], coerce=lambda choice: choice == yes, empty_value=None
    )


class DensityForm(forms.Form):
    """How much of the guidance the person wants beside the codes."""

    density = forms.ChoiceField(choices=Density.choices)


class ShortcutsForm(forms.Form):
    """Whether the person wants keyboard shortcuts."""

    shortcuts = _yes_or_no("on", "off")


class ShortcutsListForm(forms.Form):
    """Whether the person wants them listed."""

    shortcuts_list = _yes_or_no("shown", "hidden")


class CodeWordsForm(forms.Form):
    """Whether the person wants the guide's words below each selected code."""

    code_words = _yes_or_no("shown", "hidden")


def save_preferences(data: QueryDict, by: User) -> bool:
    """Save what a button has chosen of these, if one did; return whether it was the density."""
    density = DensityForm(data)
    if has_density := density.is_valid():
        choose_density(by=by, density=density.cleaned_data["density"])
    shortcuts = ShortcutsForm(data)
    if shortcuts.is_valid():
        choose_shortcuts(by=by, shortcuts=shortcuts.cleaned_data["shortcuts"])
    shortcuts_list = ShortcutsListForm(data)
    if shortcuts_list.is_valid():
        show_shortcuts(by=by, shown=shortcuts_list.cleaned_data["shortcuts_list"])
    code_words = CodeWordsForm(data)
    if code_words.is_valid():
        show_code_words(by=by, shown=code_words.cleaned_data["code_words"])
    return has_density
