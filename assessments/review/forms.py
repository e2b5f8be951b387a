"""The forms of the manager's decisions; whether one may be taken is for the services to say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict

from assessments import queries
from assessments.catalogue.code_names import code_with_name
from assessments.catalogue.types import code_order
from assessments.components.forms import CodesField, DateField, LinesField
from assessments.components.picker.posted_selection import parse_post
from assessments.evaluation import edition_of, edition_to_record, evaluate
from assessments.models import Assessment, Review
from assessments.presenters.findings import problem_of
from assessments.presenters.questions import Question, questions_of
from cinfactors.accounts.models import User
from cinfactors.web.clean_text import TOO_LONG, validate_clean
from cinfactors.web.problems import Problem, problems_of

PINNED = "pinned-"
"""Begins the name of the field for a comment on a code, which follows."""


TEXT, CONSIDERED = "text-", "considered-"
"""Begin the names of the fields for the answer to a rule, whose id follows."""


class CommentField(LinesField):
    """Some lines to a worker; an empty one is for the service to refuse."""

    def __init__(self, *, rows: int = 3, placeholder: str = "", **kwargs: Any) -> None:
        """A placeholder of a space lets a style tell an empty box from one with text."""
        attributes = {"rows": rows, "autocomplete": "off"}
        widget = forms.Textarea(attributes | ({"placeholder": placeholder} if placeholder else {}))
        super().__init__(required=False, validators=[validate_clean], widget=widget, **kwargs)
        self.error_messages["max_length"] = TOO_LONG


class ReasonInput(forms.RadioSelect):
    """The reasons as radio buttons, and as a select where the window is too low for them.

    The page shows one of the two. Where they say different things, nothing is chosen.
    """

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> str:
        chosen = set(filter(None, cast(QueryDict, data).getlist(name)))
        return chosen.pop() if len(chosen) == 1 else ""


class GuidanceForm(forms.Form):
    """Whether the guidance of all codes is shown; how the manager wants it is remembered."""

    guidance = forms.ChoiceField(choices=[("shown", "shown"), ("hidden", "hidden")])


class DecisionForm(forms.Form):
    """What a manager enters for a decision on one assessment; a service's errors join its own."""

    use_required_attribute = False

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        assessment: Assessment,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}), label_suffix="")

    @property
    def entered(self) -> QueryDict:
        """What was typed and chosen, as it was posted."""
        return cast(QueryDict, self.data)

    def service_values(self) -> dict[str, Any]:
        """Return the valid form's values, by the names of the service's arguments."""
        return dict(self.cleaned_data)

    def add_service_errors(self, messages: Mapping[str, str]) -> None:
        """Add what the service refused beside its fields, or to the form where it has none."""
        for name, message in messages.items():
            self.add_error(name if name in self.fields else None, message)

    def leave_unjudged(self) -> None:
        """Show what was entered so far, without saying what is wrong with it."""
        self._errors = ErrorDict()

    def problems(self) -> list[Problem]:
        """Return the lines of the error summary."""
        return problems_of(self)

    def has_entries(self) -> bool:
        """Whether something was typed or chosen that would be lost."""
        return any("".join(self.entered.getlist(name)).strip() for name in self.fields)

    def entries(self) -> list[tuple[str, str]]:
        """Return what was typed and chosen, by label, for its writer to copy."""
        entries = []
        for field in self:
            names = dict(getattr(field.field, "choices", ()))
            values = self.entered.getlist(field.name)
            if "".join(values).strip():
                text = ", ".join(str(names.get(value, value)) for value in values if value)
                entries.append((str(field.label), text))
        return entries


class AuthoriseForm(DecisionForm):
    """The day the assessment ended, if that is not today.

    It is not asked of an amendment, which keeps its end; a form sent a second time still has it.
    """

    end_date = DateField(label="End date", required=False)

    def __init__(self, data: QueryDict | None = None, *, assessment: Assessment) -> None:
        super().__init__(data, assessment=assessment)
        if assessment.is_completed and "end_date_0" not in self.entered:
            del self.fields["end_date"]
            return
        for box in cast(forms.MultiWidget, self.fields["end_date"].widget).widgets:
            box.attrs |= {"inputmode": "numeric", "autocomplete": "off"}

    def entries(self) -> list[tuple[str, str]]:
        parts = [self.entered.get(f"end_date_{part}", "").strip() for part in range(3)]
        return [("End date", " ".join(parts))] if any(parts) else []


class ReturnForm(DecisionForm):
    """Why a submission goes back: for all of it, and beside single codes."""

    reason = forms.ChoiceField(
        label="Reason", choices=Review.Reason.choices, required=False, widget=ReasonInput
    )
    comment = CommentField(label="Comment for the worker", max_length=2000, rows=3)
    to = forms.ModelChoiceField(
        label="Who has it next?",
        queryset=User.objects.none(),
        required=False,
        error_messages={"invalid_choice": "Select a social worker of your teams"},
    )
    missing_code = forms.ChoiceField(label="A code that is missing", required=False)
    missing_text = CommentField(
        label="Comment on the missing code", max_length=1000, rows=2, placeholder=" "
    )

    def __init__(self, data: QueryDict | None = None, *, assessment: Assessment) -> None:
        super().__init__(data, assessment=assessment)
        edition = edition_of(assessment)
        self.codes = frozenset(assessment.codes)
        commented = {
            name.removeprefix(PINNED)
            for name, text in self.entered.items()
            if name.startswith(PINNED) and str(text).strip()
        }
        if queries.absence_of_worker(assessment) is None and "to" not in self.entered:
            del self.fields["to"]
        else:  # who of them can have it is for the service to say
            cast("forms.ModelChoiceField[User]", self.fields["to"]).queryset = queries.readers()
        self.other_codes = sorted((commented - self.codes) & edition.codes.keys(), key=code_order)
        """Codes commented on that are not selected any more: what was typed stays."""
        for code in [*sorted(self.codes, key=code_order), *self.other_codes]:
            name = edition.name_of(code) if code in edition.codes else ""
            self.fields[PINNED + code] = CommentField(
                label=f"Comment on {code} {name}".strip(), max_length=1000, rows=2
            )
        cast(forms.ChoiceField, self.fields["missing_code"]).choices = [
            ("", "None"),
            *((code, code_with_name(edition, code)) for code in edition.codes),
        ]

    def comment_field(self, code: str) -> forms.BoundField:
        return self[PINNED + code]

    def other_comment_fields(self) -> list[forms.BoundField]:
        return [self.comment_field(code) for code in self.other_codes]

    def is_of(self, assessment: Assessment) -> bool:
        """Whether the form was made for the codes as they stand."""
        return self.codes == frozenset(assessment.codes)

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

    def service_values(self) -> dict[str, Any]:
        return {
            "reason": self.cleaned_data["reason"],
            "comment": self.cleaned_data["comment"],
            "pinned": self._pinned(),
            "to": self.cleaned_data.get("to"),
        }

    def _pinned(self) -> dict[str, str]:
        """The comments by code."""
        texts = {
            name.removeprefix(PINNED): text
            for name, text in self.cleaned_data.items()
            if name.startswith(PINNED)
        }
        if self.cleaned_data["missing_code"]:
            texts[self.cleaned_data["missing_code"]] = self.cleaned_data["missing_text"]
        return texts

    def add_service_errors(self, messages: Mapping[str, str]) -> None:
        missing = PINNED + (self.entered.get("missing_code") or "-")
        super().add_service_errors(
            {
                "missing_text" if name == missing and name not in self.fields else name: message
                for name, message in messages.items()
            }
        )


class ReopenForm(DecisionForm):
    """Why an authorised assessment is opened again."""

    comment = CommentField(label="Why do you reopen it?", max_length=2000, rows=4)


class CorrectDatesForm(DecisionForm):
    """The dates of an authorised assessment as they ought to be, and why."""

    start_date = DateField(label="Start date")
    end_date = DateField(label="End date")
    reason = CommentField(label="Why do you correct the dates?", max_length=2000)
    confirmed = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None, *, assessment: Assessment) -> None:
        recorded = {"start_date": assessment.start_date, "end_date": assessment.end_date}
        super().__init__(data, assessment=assessment, initial=recorded)

    def service_values(self) -> dict[str, Any]:
        values = dict(self.cleaned_data)
        return values | {"confirmed": values["confirmed"].splitlines()}

    def dates(self) -> list[forms.BoundField]:
        return [self["start_date"], self["end_date"]]

    def entries(self) -> list[tuple[str, str]]:
        typed = []
        for name in ("start_date", "end_date"):
            parts = [self.entered.get(f"{name}_{part}", "").strip() for part in range(3)]
            typed += [(str(self.fields[name].label), " ".join(parts))] if any(parts) else []
        reason = self.entered.get("reason", "").strip()
        return [*typed, *([(str(self.fields["reason"].label), reason)] if reason else [])]


class CorrectForm(DecisionForm):
    """The codes as the manager would have them, and why."""

    codes = CodesField(required=False)
    other_description = CommentField(label="Description", max_length=500, rows=2)
    reason = CommentField(label="Why do you correct the codes?", max_length=2000)

    def __init__(self, data: QueryDict | None = None, *, assessment: Assessment) -> None:
        recorded = {
            "codes": assessment.codes,
            "other_description": assessment.other_description,
        }
        super().__init__(data, assessment=assessment, initial=recorded)
        self.edition = edition_to_record(assessment)
        self.open: list[Question] = []
        """What the guide asks of the codes as they were posted, and the worker did not answer."""
        if self.is_bound:
            evaluation = evaluate(assessment, self.edition).with_codes(
                self.entered.getlist("codes"), self.entered.get("other_description", "")
            )
            self.open = [each for each in questions_of(evaluation) if not each.answered]
        for question in self.open:
            rule = question.finding.rule.id
            if not question.asks_reason:
                self.fields[CONSIDERED + rule] = forms.BooleanField(
                    label=f"{question.considered_label}, {question.subject}", required=False
                )
            label = "Reason for" if question.asks_reason else "Note (optional) on"
            self.fields[TEXT + rule] = CommentField(
                label=f"{label} {question.subject}", max_length=1000, rows=2
            )

    def service_values(self) -> dict[str, Any]:
        values = {name: self.cleaned_data[name] for name in CorrectForm.base_fields}
        # As posted, whatever is still open: a form that is sent again has to be the same.
        return values | {"answers": parse_post(self.edition, self.entered).answers}

    def add_service_errors(self, messages: Mapping[str, str]) -> None:
        asked = {question.finding.rule.id for question in self.open}
        super().add_service_errors(
            {TEXT + name if name in asked else name: text for name, text in messages.items()}
        )

    def errors_by_rule(self) -> dict[str, str]:
        """Return what is wrong beside the codes: with the answer to a rule, or the description."""
        return {
            name.removeprefix(TEXT): " ".join(map(str, messages))
            for name, messages in self.errors.items()
            if name.startswith(TEXT) or name == "other_description"
        }

    def problems(self) -> list[Problem]:
        subjects = {TEXT + each.finding.rule.id: each.subject for each in self.open}
        first_box = f"code-{next(iter(self.edition.codes))}"
        found = []
        for name, texts in self.errors.items():
            for text in map(str, texts):
                if name in subjects:
                    found.append(Problem(problem_of(subjects[name], text), name))
                else:
                    found.append(Problem(text, first_box if name == "codes" else f"id_{name}"))
        return found
