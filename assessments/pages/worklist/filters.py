"""What a data officer narrows the list of assessments to: the form, and what is chosen in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from assessments import queries
from assessments.components.person_by_name import PersonByNameForm
from assessments.models import Status
from assessments.presenters.choices import census_years, every_code
from cinfactors.accounts.models import User

YES_NO_FILTERS = ("overdue", "reopened", "legacy")
FILTERS = ("team", "worker", "code", "status", "year", *YES_NO_FILTERS)
"""The parameters of an address, in the order in which they are shown."""

YES_NO = {"yes": True, "no": False}
INVALID_CHOICE = "Choose the {label} from the list"


class FilterForm(PersonByNameForm):
    """Each choice is optional, and all of them are kept in the address: none is about a child.

    Of the social worker the reference is, not the name that is typed.
    """

    typed_field, reference_field = "typed_worker", "worker"
    nobody_found = "No social worker has a name that begins with “{}”"
    nobody_selected = "Enter the name of a social worker"

    team = forms.ChoiceField(required=False)
    typed_worker = forms.CharField(
        label="Social worker",
        required=False,
        max_length=150,
        error_messages={"max_length": "Enter a name of at most 150 characters"},
    )
    worker = forms.UUIDField(required=False, error_messages={"invalid": nobody_selected})
    code = forms.ChoiceField(required=False)
    status = forms.ChoiceField(required=False)
    year = forms.ChoiceField(label="Census year", required=False)
    overdue = forms.ChoiceField(
        required=False,
        choices=[("", "Any"), ("yes", "Overdue"), ("no", "Not overdue")],
    )
    reopened = forms.ChoiceField(
        required=False,
        choices=[("", "Any"), ("yes", "Reopened at some time"), ("no", "Never reopened")],
    )
    legacy = forms.ChoiceField(
        label="Codes no longer used",
        required=False,
        choices=[("", "Any"), ("yes", "With such a code"), ("no", "Without")],
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        offered = {
            "team": ("Any team", [(str(each.pk), each.name) for each in queries.every_team()]),
            "code": ("Any code", every_code()),
            "status": ("Any status", [*Status.choices]),
            "year": ("Any year", census_years(timezone.localdate())),
        }
        for name, (every, choices) in offered.items():
            cast(forms.ChoiceField, self.fields[name]).choices = [("", every), *choices]
        for name, field in self.fields.items():
            if isinstance(field, forms.ChoiceField):
                label = (field.label or name).lower()
                field.error_messages["invalid_choice"] = INVALID_CHOICE.format(label=label)

    def people(self, words: str) -> QuerySet[User]:
        return queries.who_assess(queries.people_named(words))

    def selects(self) -> list[forms.BoundField]:
        """Return the fields of which one value is selected."""
        return [each for each in self if isinstance(each.field, forms.ChoiceField)]

    def narrowing(self) -> queries.Narrowing:
        """Return what is chosen validly."""
        chosen = self.cleaned_data
        yes_no = {name: YES_NO.get(chosen.get(name, "")) for name in YES_NO_FILTERS}
        return queries.Narrowing(
            team=int(chosen["team"]) if chosen.get("team") else None,
            worker=chosen.get("worker"),
            code=chosen.get("code") or None,
            status=chosen.get("status") or None,
            year=int(chosen["year"]) if chosen.get("year") else None,
            **yes_no,
        )

    def parameters(self) -> dict[str, str]:
        """Return what is chosen validly as the parameters of an address."""
        found = {name: self.cleaned_data.get(name) for name in FILTERS}
        return {name: str(value) for name, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class Chosen:
    """One thing to which the list is narrowed, and the address of the list without it."""

    label: str
    words: str
    address: str


def chosen_in(form: FilterForm, query: QueryDict) -> Iterator[Chosen]:
    """Yield what is chosen, in the order of the form."""
    for name, value in form.parameters().items():
        field = form.fields[name]
        words = value
        if isinstance(field, forms.ChoiceField):
            words = str(dict(cast(Any, field.choices))[value])
        elif form.selected is not None:
            words = form.selected.name
        without = query.copy()
        for parameter in (name, "page"):
            without.pop(parameter, None)
        label = "Social worker" if name == "worker" else str(form[name].label)
        yield Chosen(label, words, f"?{without.urlencode()}")
