"""The form of a child's facts: of a new child, and of one whose facts are corrected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from assessments.components.forms import DateField, Form
from assessments.models import Child, Sex
from assessments.models.children import DISABLED
from cinfactors.web.clean_text import NameFormField
from cinfactors.web.form_layout import Field


def validated_child_id(form: forms.Form) -> str:
    """Return the child id that was entered; raises ValidationError if no child can have it."""
    la_child_id: str = form.cleaned_data["la_child_id"]
    try:
        Child._meta.get_field("la_child_id").run_validators(la_child_id)
    except ValidationError as refused:
        # Of an id that is too long Django says so too, after our own message.
        raise ValidationError(refused.messages[0]) from refused
    return la_child_id


LAYOUT: Mapping[str, Any] = MappingProxyType(
    {
        "la_child_id": Field("la_child_id", size="s", width=20),
        "given_name": Field("given_name", size="s", width="two-thirds"),
        "family_name": Field("family_name", size="s", width="two-thirds"),
        "birth_date": Field("birth_date", size="s"),
        "expected_birth_date": Field("expected_birth_date", size="s"),
        "not_born": Field("not_born", size="s", small=True),
        "death_date": Field("death_date", size="s"),
        "sex": Field("sex", size="s", small=True),
        "disabled": Field("disabled", size="s", small=True),
        "reason": Field("reason", size="s"),
    }
)
"""The fields in the order of the page; a form has some of them."""


ANSWERS: Mapping[str, bool | None] = MappingProxyType({"yes": True, "no": False, "unknown": None})
"""What the form sends for whether a child is recorded as disabled, in the order of the page."""


def disabled_answer(disabled: bool | None) -> str:
    """Return what stands for it in the form."""
    return next(answer for answer, recorded in ANSWERS.items() if recorded is disabled)


class ChildForm(Form):
    """The facts of a child."""

    la_child_id = forms.CharField(
        label="Child id",
        help_text="The id in your case system: up to 20 letters and digits",
        max_length=40,
        error_messages={"required": "Enter the child’s id"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    given_name = NameFormField(
        label="Given name",
        help_text="Leave empty for an unborn child without a given name",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    family_name = NameFormField(
        label="Family name",
        help_text="Needed for an unborn child too, as in your case system",
        max_length=100,
        error_messages={"required": "Enter the child’s family name"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    birth_date = DateField(
        label="Date of birth", required=False, help_text="For example, 27 3 2014"
    )
    expected_birth_date = DateField(
        label="Expected date of birth",
        required=False,
        help_text="For an unborn child, instead of the date of birth",
    )
    sex = forms.ChoiceField(
        label="Sex",
        choices=Sex.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Select the child’s sex, or “Not known”"},
    )
    disabled = forms.TypedChoiceField(
        label="Is the child recorded as disabled?",
        choices=[(answer, label) for answer, (_, label) in zip(ANSWERS, DISABLED, strict=True)],
        coerce=ANSWERS.get,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )

    def layout_fields(self) -> Iterable[Any]:
        return [LAYOUT[name] for name in LAYOUT if name in self.fields]

    def needs_disabled(self) -> bool:
        """Return whether that has to be answered: of an unborn child no answer is Not known."""
        entered = self.cleaned_data
        return entered.get("birth_date") is not None or not entered.get("expected_birth_date")

    def clean_la_child_id(self) -> str:
        return validated_child_id(self)

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        if "birth_date" in entered and "expected_birth_date" in entered:
            missing = [entered["birth_date"], entered["expected_birth_date"]].count(None)
            if missing == 2:
                self.add_error(
                    "birth_date",
                    "Enter the date of birth, or for an unborn child the expected date",
                )
            elif missing == 0:
                self.add_error(
                    "expected_birth_date",
                    "Enter the date of birth or the expected date, not both",
                )
        if "disabled" in entered and not self["disabled"].data and self.needs_disabled():
            self.add_error(
                "disabled", "Select whether the child is recorded as disabled, or “Not known”"
            )
        return entered
