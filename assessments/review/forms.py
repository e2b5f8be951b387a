"""The forms of the manager's decisions; whether one may be taken is for the services to say."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django import forms

from assessments.catalogue.code_names import code_with_name
from assessments.catalogue.types import Edition, code_order
from assessments.components.forms import CodesField, LinesField
from assessments.models import Review
from cinfactors.web.clean_text import TOO_LONG, validate_clean

PINNED = "pinned-"
"""Begins the name of the box for a comment on a code, which follows."""


class WordsField(LinesField):
    """Some lines to a worker; an empty one is for the service to refuse."""

    def __init__(self, *, rows: int = 3, **kwargs: Any) -> None:
        box = forms.Textarea({"rows": rows, "autocomplete": "off"})
        super().__init__(required=False, validators=[validate_clean], widget=box, **kwargs)
        self.error_messages["max_length"] = TOO_LONG


class Decision(forms.Form):
    """A form of the desk: what a service refuses of it stands beside the field."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)

    def add_refusals(self, messages: Mapping[str, str]) -> None:
        for name, message in messages.items():
            self.add_error(name if name in self.fields else None, message)


class ReturnForm(Decision):
    """Why a submission goes back: for all of it, and beside single codes."""

    reason = forms.ChoiceField(
        label="Reason", choices=Review.Reason.choices, required=False, widget=forms.RadioSelect
    )
    comment = WordsField(label="Comment for the worker", max_length=2000, rows=4)
    missing_code = forms.ChoiceField(label="A code that is missing", required=False)
    missing_text = WordsField(label="Comment on the missing code", max_length=1000)

    def __init__(self, *args: Any, edition: Edition, codes: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.edition = edition
        typed = {
            name.removeprefix(PINNED)
            for name, text in self.data.items()
            if name.startswith(PINNED) and str(text).strip()
        }
        self.codes = frozenset(codes)
        self.others = sorted((typed - self.codes) & edition.codes.keys(), key=code_order)
        """Codes commented on that are not selected any more: what was typed stays."""
        for code in [*sorted(self.codes, key=code_order), *self.others]:
            name = edition.name_of(code) if code in edition.codes else ""
            self.fields[PINNED + code] = WordsField(
                label=f"Comment on {code} {name}".strip(), max_length=1000, rows=2
            )
        self.fields["missing_code"].choices = [
            ("", "None"),
            *((code, code_with_name(edition, code)) for code in edition.codes),
        ]

    def box_of(self, code: str) -> forms.BoundField:
        return self[PINNED + code]

    def other_boxes(self) -> list[forms.BoundField]:
        return [self.box_of(code) for code in self.others]

    def has_words(self) -> bool:
        """Whether something was typed or chosen that would be lost."""
        return any(str(self.data.get(name, "")).strip() for name in self.fields)

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        code, text = entered.get("missing_code"), entered.get("missing_text", "").strip()
        if code and not text and "missing_text" not in self.errors:
            self.add_error("missing_text", "Enter why this code is missing")
        elif text and not code and "missing_code" not in self.errors:
            self.add_error("missing_code", "Select the code that is missing")
        elif code and entered.get(PINNED + code, "").strip():
            self.add_error("missing_code", "You commented on this code already")
        return entered

    def pinned(self) -> dict[str, str]:
        """The comments by code."""
        texts = {
            name.removeprefix(PINNED): text
            for name, text in self.cleaned_data.items()
            if name.startswith(PINNED)
        }
        if self.cleaned_data["missing_code"]:
            texts[self.cleaned_data["missing_code"]] = self.cleaned_data["missing_text"]
        return texts

    def add_refusals(self, messages: Mapping[str, str]) -> None:
        missing = PINNED + (self.data.get("missing_code") or "-")
        super().add_refusals(
            {
                "missing_text" if name == missing and name not in self.fields else name: message
                for name, message in messages.items()
            }
        )


class ReopenForm(Decision):
    """Why an authorised assessment is opened again."""

    comment = WordsField(label="Why do you reopen it?", max_length=2000, rows=4)


class CorrectForm(Decision):
    """The codes as the manager would have them, and why."""

    codes = CodesField(required=False)
    other_description = WordsField(label="Description", max_length=500, rows=2)
    reason = WordsField(label="Why do you correct the codes?", max_length=1000)
