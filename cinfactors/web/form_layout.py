"""Forms as the GOV.UK Design System shows them: the layout objects of the template pack `govuk`.

`{% crispy form %}` renders the layout of the form's helper; the markup is in `templates/govuk`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.forms import BaseForm, BoundField
from django.template.loader import get_template

Size = Literal["", "s", "m", "l"]
"""Of a label or legend: that of the text, or of a heading of this size."""

CONTROLS: tuple[tuple[type[forms.Widget], str, str], ...] = (
    # In Django it is a kind of RadioSelect.
    (forms.CheckboxSelectMultiple, "choices", "govuk-checkboxes"),
    (forms.RadioSelect, "choices", "govuk-radios"),
    (forms.MultiWidget, "parts", "govuk-date-input"),
    (forms.Select, "control", "govuk-select"),
    (forms.Textarea, "control", "govuk-textarea"),
    (
        forms.PasswordInput,
        "password",
        "govuk-input govuk-password-input__input govuk-js-password-input-input",
    ),
    (forms.TextInput, "control", "govuk-input"),
)
"""The template and the classes for each kind of widget: the first that a widget is one of."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its label or legend, its hint, its errors and what is filled in.

    `width` is a number of characters, for which the design system has a class (2, 3, 4, 5, 10, 20
    or 30), or a share of the column, such as "one-half". `heading` makes the label a heading of
    the second level. `small` is for radios and checkboxes.
    """

    name: str
    size: Size = ""
    heading: bool = False
    width: int | str = ""
    rows: int = 0
    small: bool = False

    def render(self, form: BaseForm, context: object, **options: object) -> str:
        """Return the markup. Raises TypeError for a widget for which there is none."""
        # What is missing is said by the server, beside the field; what is optional, by its label.
        form.use_required_attribute = False
        field = form[self.name]
        template, classes = _control(field)
        return get_template(f"govuk/{template}.html").render(
            {
                "field": field,
                # Called where the template prints it: choices are printed one by one instead.
                "control": partial(field.as_widget, attrs=self._attributes(field, classes)),
                "css_class": classes,
                "size": self.size,
                "heading": self.heading,
                "small": self.small,
            }
        )

    def _attributes(self, field: BoundField, classes: str) -> dict[str, Any]:
        block = classes.split()[0]
        if isinstance(self.width, int):
            classes += f" {block}--width-{self.width}"
        elif self.width:
            classes += f" govuk-!-width-{self.width}"
        if field.errors:
            classes += f" {block}--error"
        # allauth's own fields have placeholders, which the design system does without.
        attributes: dict[str, Any] = {"placeholder": False, "class": classes}
        if self.rows:
            attributes["rows"] = self.rows
        if isinstance(field.field.widget, forms.PasswordInput):
            attributes |= {"spellcheck": "false", "autocapitalize": "none"}
        return attributes


def _control(field: BoundField) -> tuple[str, str]:
    for widget, template, css_class in CONTROLS:
        if isinstance(field.field.widget, widget):
            return template, css_class
    kind = type(field.field.widget).__name__
    raise TypeError(f"templates/govuk has no markup for {kind}, the widget of {field.name}")


class Fieldset:
    """Several fields under one legend, which is a heading of the second level."""

    def __init__(self, *fields: Any, legend: str, size: Size = "m") -> None:
        self.fields, self.legend, self.size = fields, legend, size

    def render(self, form: BaseForm, context: object, **options: object) -> str:
        inside = Layout(*self.fields).render(form, context, **options)
        return get_template("govuk/fieldset.html").render(
            {"legend": self.legend, "size": self.size, "inside": inside}
        )


class Group:
    """Several fields in an element of their own, for a style of the page."""

    def __init__(self, *fields: Any, css_class: str) -> None:
        self.fields, self.css_class = fields, css_class

    def render(self, form: BaseForm, context: object, **options: object) -> str:
        inside = Layout(*self.fields).render(form, context, **options)
        return get_template("govuk/div.html").render(
            {"css_class": self.css_class, "inside": inside}
        )


@dataclass(frozen=True, slots=True)
class Button:
    """The button that sends the form."""

    text: str

    def render(self, form: BaseForm, context: object, **options: object) -> str:
        return get_template("govuk/button.html").render({"text": self.text})


def inner_layout(*fields: Any) -> FormHelper:
    """Return how to render fields inside the page's own form element."""
    helper = FormHelper()
    helper.form_tag = False
    helper.layout = Layout(*fields)
    return helper


def whole_form(*fields: Any, button: str) -> FormHelper:
    """Return how to render a form by itself: its fields and one button."""
    helper = FormHelper()
    helper.layout = Layout(*fields, Button(button))
    return helper
