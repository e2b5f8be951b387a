"""Text is clean at the door: what XML cannot carry is kept out, in forms and in the database."""

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


def in_words(refusals: Iterable[ValidationError]) -> str:
    """What is wrong with a text, in words of ours where Django's are a program's."""
    refusals = list(refusals)
    for each in refusals:
        if each.code == "max_length":
            each.message = TOO_LONG
    return ". ".join(ValidationError(refusals).messages)


def one_newline(text: str) -> str:
    """The text with every line end as one newline, as browsers do not send it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def clean_text(text: str) -> str:
    """What somebody wrote, as it is kept; empty where nothing of it can be seen."""
    text = one_newline(text).strip()
    return text if any(unicodedata.category(letter)[0] in "LNPS" for letter in text) else ""


def validate_clean(text: str) -> None:
    """Raise ValidationError if `text` holds a character that XML cannot carry."""
    if _FORBIDDEN.search(text):
        raise ValidationError(
            "Remove the characters that cannot be shown, then paste the text again",
            code="unclean",
        )


def clean_text_constraints(model: str, *fields: str) -> list[models.CheckConstraint]:
    """One CHECK for each of the fields, so that the database refuses what the form refuses."""
    return [
        models.CheckConstraint(
            name=f"{model}_{field}_is_clean_text",
            condition=~Q(**{f"{field}__regex": f"[{FORBIDDEN}]"}),
            violation_error_message="Remove the characters that cannot be shown",
        )
        for field in fields
    ]
