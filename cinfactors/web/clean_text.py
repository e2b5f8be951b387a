"""Text is checked where it enters: forms and the database refuse what XML cannot carry."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

FORBIDDEN = "\u0001-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff"
"""Control characters other than newline and tab, and the two that XML 1.0 has no place for.

NUL is missing from the list because Postgres stores it in no text and Django's CharField
refuses it already.
"""

_FORBIDDEN = re.compile(f"[{FORBIDDEN}\u0000\ud800-\udfff]")


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


def clean_text(text: str) -> str:
    """Return a typed text as it is stored; empty where it has no visible character."""
    text = normalise_newlines(text).strip()
    return text if any(unicodedata.category(letter)[0] in "LNPS" for letter in text) else ""


def validate_clean(text: str) -> None:
    """Raise ValidationError if `text` holds a character that XML cannot carry."""
    if _FORBIDDEN.search(text):
        raise ValidationError(
            "Remove the characters that cannot be shown, then paste the text again",
            code="unclean",
        )


def clean_text_constraints(model: str, *fields: str) -> list[models.CheckConstraint]:
    """Return a CHECK for each of the fields, so that the database refuses what forms refuse."""
    return [
        models.CheckConstraint(
            name=f"{model}_{field}_is_clean_text",
            condition=~Q(**{f"{field}__regex": f"[{FORBIDDEN}]"}),
            violation_error_message="Remove the characters that cannot be shown",
        )
        for field in fields
    ]
