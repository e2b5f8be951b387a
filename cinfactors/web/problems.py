"""The errors of a page, each linked to the box that it is about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the error summary, with the id of what it links to, and on which other page."""

    message: str
    target: str = ""
    page: str = ""


def problems_of(*forms) -> list[Problem]:
    """The errors of bound forms, in the order of the page, each linked to its first box."""
    found = []
    for form in forms:
        found += [Problem(message) for message in form.non_field_errors()]
        for field in form:
            found += [Problem(message, _first_box(field)) for message in field.errors]
    return found


def _first_box(field) -> str:
    widget = field.field.widget
    if getattr(widget, "input_type", "") == "radio":
        return f"{field.auto_id}_1"
    if getattr(widget, "widgets", None):
        return f"{field.auto_id}_0"
    return field.auto_id


def add_messages(form, messages: dict[str, str]) -> list[Problem]:
    """Put what a service refused beside the form's own fields; give back what has no field."""
    others = []
    for name, message in messages.items():
        if name in form.fields:
            form.add_error(name, message)
        else:
            others.append(Problem(message))
    return others
