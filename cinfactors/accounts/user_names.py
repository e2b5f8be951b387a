"""User names: which may be given, which are the same, and which can be taken for each other.

The database compares without regard to case by its own capitals, which make `ſ` an S and `ı` an I.
So what decides who somebody is compares here: capitals of A to Z do not matter, all else does.
"""

from __future__ import annotations

import string
import unicodedata

from django.core.validators import RegexValidator
from django.utils.deconstruct import deconstructible

ALLOWED = "Letters from A to Z, digits and @ . + - _ '"

_SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


@deconstructible
class UserNameValidator(RegexValidator):
    """Refuse what is no letter from A to Z, digit or sign that stands in e-mail addresses.

    Letters of other alphabets, or with marks, can look like these and be others.
    """

    regex = r"^[A-Za-z0-9@.+_'-]+\Z"
    message = f"Use only these: {ALLOWED[0].lower()}{ALLOWED[1:]}"


def are_same(one: str, other: str) -> bool:
    """Whether both are the same user name, however the letters from A to Z are written."""
    return one.translate(_SMALL) == other.translate(_SMALL)


def folded(name: str) -> str:
    """Return a text that names have in common if a comparison of texts takes them for equal.

    So do those that the database's `upper` and `lower` make equal, of all letters that Python's
    Unicode has. A later Unicode of the database may know capitals that are strange to Python:
    names that differ by such letters stay different here.
    """
    name = unicodedata.normalize("NFKC", name).casefold()
    return unicodedata.normalize("NFKC", name.upper().lower()).casefold()
