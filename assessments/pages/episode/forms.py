"""The forms that change a referral and the start of an assessment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from assessments.components.forms import DateField, Form
from assessments.components.referral_form import ReferralForm
from assessments.models import Assessment, ReasonForClosure
from cinfactors.web.form_layout import Field, Fieldset


def _reason() -> forms.CharField:
    """Return the field of a reason, for where one is needed: the service refuses without it."""
    return forms.CharField(
        label="Why is it corrected?",
        help_text="An assessment was authorised with the facts as they were",
        required=False,
        max_length=500,
    )


class ChangeReferralForm(ReferralForm):
    """A referral as it ought to be, and whether and why the episode was closed."""

    closure_date = DateField(
        label="Closure date",
        required=False,
        help_text="Leave the boxes empty while the episode is open, or to open it again",
    )
    reason_for_closure = forms.ChoiceField(
        label="Reason for closure",
        choices=[("", "Not closed"), *ReasonForClosure.choices],
        required=False,
    )
    reason = _reason()

    def __init__(
        self, *args: Any, assessment: Assessment, asks_reason: bool, **kwargs: Any
    ) -> None:
        names = [name for name in self.base_fields if name != "reason"]
        recorded = {name: getattr(assessment.episode, name) for name in names}
        super().__init__(*args, initial=recorded, **kwargs)
        if not asks_reason:
            del self.fields["reason"]
        self.lay_out()

    def layout_fields(self) -> Iterable[Any]:
        yield from super().layout_fields()
        yield Fieldset(
            Field("closure_date", size="s"),
            Field("reason_for_closure", size="s"),
            legend="Closure",
        )
        if "reason" in self.fields:
            yield Field("reason", size="s")


class ChangeStartForm(Form):
    """The day on which the assessment started."""

    start_date = DateField(label="Start date", help_text="For example, 3 10 2025")
    reason = _reason()

    def __init__(
        self, *args: Any, assessment: Assessment, asks_reason: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, initial={"start_date": assessment.start_date}, **kwargs)
        if not asks_reason:
            del self.fields["reason"]
        self.lay_out()

    def layout_fields(self) -> Iterable[Any]:
        yield Field("start_date", size="s")
        if "reason" in self.fields:
            yield Field("reason", size="s")
