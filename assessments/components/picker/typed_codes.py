"""Codes as people type them: "3a 3B,16a" and the like; anything else is words to look up."""

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
ONLY_CODES = r"^(?=.*\d)([\s,;:.|/&+–—-]|and(?![a-z\d])|\d+\s?[a-z](?![a-z])|\d+(?![a-z\d]))+$"
"""What is only codes, of this edition or not; the browser's script has the same. No case."""


@dataclass(frozen=True, slots=True)
class TypedCodes:
    """The edition's codes in what was typed, and what is no code of it, in the order typed."""

    codes: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()
    """What is no code of the edition, as it was typed."""
    messages: tuple[str, ...] = ()
    """What the person reads about each that is no code, a sentence each."""
    words: str = ""
    """What was typed instead of codes, to be looked up."""

    @property
    def message(self) -> str:
        return " ".join(self.messages)


NO_TYPED_CODES = TypedCodes()


def canonical_code(typed: str) -> str:
    """Return a code as the guide spells it: "3A" for "3a", "3 a" and "03A"."""
    return re.sub(r"^0+(?=\d)", "", re.sub(r"\s", "", typed)).upper()


def parse_typed(edition: Edition, text: str) -> TypedCodes:
    """Read the one field for both: text that is only codes as codes, and anything else as words."""
    text = text.strip()[:LONGEST_TYPED]
    if re.search(ONLY_CODES, text, re.ASCII | re.IGNORECASE):
        return parse_typed_codes(edition, text)
    return TypedCodes(words=text)


def parse_typed_codes(edition: Edition, text: str) -> TypedCodes:
    """Read codes as people type them: "3a 3B,16a", "3a/3b & 20", "3a and 3b"."""
    codes: dict[str, None] = {}
    numbers: dict[str, None] = {}
    others: dict[str, str] = {}
    for each in _TYPED.findall(text[:LONGEST_TYPED]):
        code = canonical_code(each)
        if code in edition.codes:
            codes[code] = None
        elif code in edition.factors_by_number:
            numbers[code] = None
        elif each.lower() != _BETWEEN:
            # The rules know a replaced code by its own spelling; a word comes back as it was typed.
            others.setdefault(code, code if code in edition.replaced else each)
    unlisted = tuple(others.values())
    refused = rules.evaluate(edition, rules.Selection(sent=unlisted)) if unlisted else ()
    messages = [_codes_with_number(edition, number) for number in numbers]
    messages += [finding.message for finding in refused if finding.unlisted]
    return TypedCodes(codes=tuple(codes), unlisted=(*numbers, *unlisted), messages=tuple(messages))


def _codes_with_number(edition: Edition, number: str) -> str:
    """Say what to type for a factor whose number was typed alone."""
    codes = [code.code for code in edition.factors_by_number[number].codes]
    return f"{number} has {listed(edition, codes)}. Type {' or '.join(codes)}."
