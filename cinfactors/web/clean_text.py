"""What text may hold, wherever it enters: forms and the database refuse the rest alike.

Two functions of the database, `says_something` and `clean_name`, do what those of the same names
do here; a test compares them at every character.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q

from cinfactors.web.blank_characters import BLANK

if TYPE_CHECKING:
    OneLine = models.CharField[str, str]
else:  # Django's own field is not generic
    OneLine = models.CharField

CONTROLS = "\u0001-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff"
"""Control characters other than newline and tab, and the two that XML 1.0 has no place for.

NUL is missing from the list because Postgres stores it in no text and Django's CharField
refuses it already.
"""

DIRECTIONS = "\u202a-\u202e\u2066-\u2069"
"""Bidirectional embeddings, overrides and isolates: they can show text in another order than it
is stored, and reach into what stands after it."""

SPACES = " \t\r\n\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"

_CONTROLS = re.compile(f"[{CONTROLS}\u0000\ud800-\udfff]")
_DIRECTIONS = re.compile(f"[{DIRECTIONS}]")
_SPACES = re.compile(f"[{SPACES}]+")
_DRAWN = re.compile(f"[^{BLANK}]")

TOO_LONG = "Shorten the text to %(limit_value)d characters or fewer. It has %(show_value)d"


def error_message(errors: Iterable[ValidationError]) -> str:
    """Return what is wrong with a text as one message, in plain English where Django's is not."""
    errors = list(errors)
    for each in errors:
        if each.code == "max_length":
            each.message = TOO_LONG
    return ". ".join(ValidationError(errors).messages)


def normalise_newlines(text: str) -> str:
    r"""Return the text with \n as every line end; browsers send \r\n."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def says_something(text: str) -> bool:
    """Return whether the text has a character that is seen when it stands alone."""
    return _DRAWN.search(text) is not None


def clean_text(text: str) -> str:
    """Return a typed text as it is stored; empty where it says nothing."""
    text = normalise_newlines(text).strip()
    return text if says_something(text) else ""


def clean_name(name: str) -> str:
    """Return a typed name as it is stored: in NFC, with single spaces; empty if it says nothing."""
    name = _SPACES.sub(" ", unicodedata.normalize("NFC", name)).strip(" ")
    return name if says_something(name) else ""


def validate_clean(text: str) -> None:
    """Raise ValidationError if `text` holds a character that no text here may have."""
    if _CONTROLS.search(text):
        raise ValidationError(
            "Remove the characters that cannot be shown, then paste the text again",
            code="unclean",
        )
    if _DIRECTIONS.search(text):
        raise ValidationError(
            "Remove the invisible characters that turn the direction of writing, or type the text",
            code="unclean",
        )


class NameFormField(forms.CharField):
    """A name in a form."""

    default_validators = [validate_clean]

    def to_python(self, value: Any) -> str:
        return clean_name(super().to_python(value) or "")


class NameField(OneLine):
    """A name of a child, a person or a team, stored as `clean_name` returns it."""

    default_validators = [validate_clean]

    def to_python(self, value: Any) -> Any:
        name = super().to_python(value)
        return clean_name(name) if isinstance(name, str) else name

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": NameFormField} | kwargs)


def clean_text_constraints(
    model: str, *fields: str, optional: Collection[str] = ()
) -> list[models.CheckConstraint]:
    """Return the CHECKs of the fields, so that the database refuses what forms refuse.

    Each says something, or may be empty as well if it is `optional`.
    """
    return [each for field in fields for each in _text_constraints(model, field, field in optional)]


def _text_constraints(model: str, field: str, optional: bool) -> list[models.CheckConstraint]:
    says = Q(_function("says_something", field, models.BooleanField()))
    return [
        models.CheckConstraint(
            name=f"{model}_{field}_is_clean_text",
            condition=~Q(**{f"{field}__regex": f"[{CONTROLS}{DIRECTIONS}]"}),
            violation_error_message="Remove the characters that cannot be shown",
        ),
        models.CheckConstraint(
            name=f"{model}_{field}_says_something",
            condition=Q(**{field: ""}) | says if optional else says,
            violation_error_message="Enter a text that can be read",
        ),
    ]


def clean_name_constraints(model: str, *fields: str) -> list[models.CheckConstraint]:
    """Return a CHECK for each of the fields that it is in NFC, with single spaces."""
    return [
        models.CheckConstraint(
            name=f"{model}_{field}_is_a_clean_name",
            condition=Q(**{field: _function("clean_name", field, models.TextField())}),
            violation_error_message="Enter the name with single spaces",
        )
        for field in fields
    ]


def _function(name: str, field: str, output: models.Field[Any, Any]) -> Func:
    return Func(F(field), function=name, output_field=output)
