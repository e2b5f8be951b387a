"""The forms that correct the facts of a child, or add to them."""

from __future__ import annotations

from typing import Any

from django import forms

from assessments.components.child_form import LAYOUT, ChildForm, disabled_answer
from assessments.components.forms import DateField, Form
from assessments.models import Child


def _reason(label: str, help_text: str) -> forms.CharField:
    """Return the field of a reason, for where one is needed: the service refuses without it."""
    return forms.CharField(label=label, help_text=help_text, required=False, max_length=500)


class DetailsForm(ChildForm):
    """Everything that is recorded of the child; the death and “not born” only if they are."""

    not_born = forms.TypedChoiceField(
        label="The child is recorded as not born",
        choices=[("yes", "That is right"), ("no", "That was recorded in error")],
        coerce=lambda choice: choice == "yes",
        widget=forms.RadioSelect,
    )
    death_date = DateField(
        label="Date of death",
        required=False,
        help_text="Leave the boxes empty if it was recorded in error",
    )
    reason = _reason(
        "Why is it corrected?", "An assessment was authorised with the facts as they were"
    )

    def __init__(self, *args: Any, child: Child, asks_reason: bool, **kwargs: Any) -> None:
        recorded = {name: getattr(child, name) for name in LAYOUT if hasattr(child, name)}
        answers = {
            "disabled": disabled_answer(child.disabled),
            "not_born": "yes" if child.not_born else "no",
        }
        super().__init__(*args, initial=recorded | answers, **kwargs)
        # Also where it was recorded after the page was rendered: it stays as it is then.
        if not child.not_born or (self.is_bound and "not_born" not in self.data):
            del self.fields["not_born"]
        if child.death_date is None or (self.is_bound and "death_date_0" not in self.data):
            del self.fields["death_date"]
        if child.not_born and not (self.is_bound and "birth_date_0" in self.data):
            # Nobody is asked for a birth then.
            del self.fields["birth_date"]
            self.fields["expected_birth_date"].required = True
            self.fields["expected_birth_date"].help_text = ""
        _ask_reason(self, asks_reason)


class BirthForm(ChildForm):
    """What becomes known with the birth. The id stays, and nothing is expected any more."""

    # Fields of the base that this form leaves out.
    la_child_id = None  # type: ignore[assignment]
    expected_birth_date = None  # type: ignore[assignment]
    birth_date = DateField(label="Date of birth", help_text="For example, 27 3 2026")
    reason = _reason(
        "How do you know?", "An assessment was authorised before. For example, the midwife told you"
    )

    def __init__(self, *args: Any, child: Child, asks_reason: bool, **kwargs: Any) -> None:
        known = {"given_name": child.given_name, "family_name": child.family_name}
        if child.disabled is not None:
            known["disabled"] = disabled_answer(child.disabled)
        super().__init__(*args, initial=known, **kwargs)
        self.fields["given_name"].help_text = "Leave empty for a child without a given name yet"
        self.fields["family_name"].help_text = ""
        _ask_reason(self, asks_reason)


class DeathForm(Form):
    """The day on which the child died."""

    death_date = DateField(label="Date of death", help_text="For example, 27 3 2026")
    reason = _reason(
        "How do you know?",
        "An assessment was authorised before. For example, the hospital wrote",
    )

    def __init__(self, *args: Any, child: Child, asks_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_reason(self, asks_reason)

    def layout_fields(self) -> list[Any]:
        return [LAYOUT[name] for name in self.fields]


class NotBornForm(Form):
    """Nothing: no question is asked of a child who is not born."""

    def __init__(self, *args: Any, child: Child, asks_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


def _ask_reason(form: Form, asks_reason: bool) -> None:
    """Leave the field of the reason out where none is needed, and lay the rest out."""
    if not asks_reason:
        del form.fields["reason"]
    form.lay_out()
