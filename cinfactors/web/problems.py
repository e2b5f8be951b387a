"""The error summary of a page: each error linked to the field that it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm, BoundField


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the error summary, with the id of the element that it links to.

    `page` is the address of that element's page, where it is another.
    """

    message: str
    target: str = ""
    page: str = ""


def problems_of(*forms: BaseForm) -> list[Problem]:
    """Return the errors of bound forms in the order of the page, each linked to its field."""
    found = []
    for form in forms:
        found += [Problem(str(message)) for message in form.non_field_errors()]
        for field in form:
            found += [Problem(str(message), first_input_id(field)) for message in field.errors]
    return found


def first_input_id(field: BoundField) -> str:
    """Return the id that a line of the summary links to: of the first input, or the missing one."""
    widget: Any = field.field.widget
    if getattr(widget, "input_type", "") == "radio":
        return f"{field.auto_id}_1"
    if getattr(widget, "widgets", None):
        return f"{field.auto_id}_{next(iter(getattr(widget, 'missing', ())), 0)}"
    return field.auto_id


def add_messages(form: BaseForm, messages: Mapping[str, str]) -> list[Problem]:
    """Add a service's messages to the form's fields; return those that have no field there."""
    without_field = []
    for name, message in messages.items():
        if name in form.fields:
            form.add_error(name, message)
        else:
            without_field.append(Problem(message))
    return without_field
