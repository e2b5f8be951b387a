"""Codes as people type them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assessments import rules
from assessments.catalogue.code_names import listed
from assessments.catalogue.types import Edition

LONGEST_TYPED = 200
"""Characters of typed codes that are read."""

# "3 a" is one code, and so are both of "3a3b"; anything else stands between separators, of which
# a stroke inside a word is none.
_TYPED = re.compile(
    r"\d+\s?[A-Za-z](?![A-Za-z])|\d+(?![A-Za-z\d])"
    r"|[^\s,;:.|/&+–—-]+(?:[/-][A-Za-z][^\s,;:.|/&+–—-]*)*"
)
_BETWEEN = "and"


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, in the order typed: the edition's codes, and as it was typed what is none."""

    codes: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    """What there is to say of those that are none, sentence by sentence."""

    @property
    def message(self) -> str:
        return " ".join(self.messages)


NOTHING_TYPED = Typed()


def typed_codes(edition: Edition, text: str) -> Typed:
    """Codes as people type them: "3a 3B,16a", "3a/3b & 20", "3a and 3b"."""
    codes: dict[str, None] = {}
    numbers: dict[str, None] = {}
    others: dict[str, str] = {}
    for each in _TYPED.findall(text[:LONGEST_TYPED]):
        code = re.sub(r"\s", "", each).upper()
        if code in edition.codes:
            codes[code] = None
        elif code in edition.factors_by_number:
            numbers[code] = None
        elif each.lower() != _BETWEEN:
            # The rules know by its name what was replaced; a word comes back as it was typed.
            others.setdefault(code, code if code in edition.replaced else each)
    unlisted = tuple(others.values())
    refused = rules.evaluate(edition, rules.Selection(sent=unlisted)) if unlisted else ()
    said = [_which_of(edition, number) for number in numbers]
    said += [finding.message for finding in refused if finding.unlisted]
    return Typed(codes=tuple(codes), unlisted=(*numbers, *unlisted), messages=tuple(said))


def _which_of(edition: Edition, number: str) -> str:
    """What to type for a factor whose number was typed alone."""
    codes = [code.code for code in edition.factors_by_number[number].codes]
    return f"{number} has {listed(edition, codes)}. Type {' or '.join(codes)}."
