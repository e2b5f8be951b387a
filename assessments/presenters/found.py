"""What a search says that it found: the first factors by name, with why and their codes."""

from __future__ import annotations

from dataclasses import dataclass

from assessments.catalogue.search import Found, FoundFactor
from assessments.catalogue.types import Code

FIRST = 3
"""How many factors are named; the others stand below, in the guide."""
CODES_OF_EACH = 3


@dataclass(frozen=True, slots=True)
class NamedFactor:
    """A factor that a search names."""

    name: str
    number: str
    matched: tuple[str, ...]
    """The words that led to it."""
    codes: tuple[Code, ...]
    others: int
    """How many codes it has besides."""


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """The answer to a search."""

    words: str
    codes: tuple[str, ...]
    """All codes of what was found, the best first."""
    factors: tuple[NamedFactor, ...]
    number: int
    """How many factors were found."""
    only_code: str
    """The code, where exactly one was found that fits."""
    meant: str
    notes: tuple[str, ...]
    """What is said of what no code describes."""


def search_answer(words: str, found: Found) -> SearchAnswer:
    """Return what is said of a search for these words."""
    codes = found.codes
    return SearchAnswer(
        words=words,
        codes=codes,
        factors=tuple(_named(each) for each in found.factors[:FIRST]),
        number=len(found.factors),
        only_code=codes[0] if len(codes) == 1 else "",
        meant=found.meant,
        notes=tuple(each.sentence for each in found.undescribed),
    )


def _named(found: FoundFactor) -> NamedFactor:
    return NamedFactor(
        name=found.factor.name,
        number=found.factor.number,
        matched=tuple(dict.fromkeys(found.matched)),
        codes=found.codes[:CODES_OF_EACH],
        others=len(found.codes[CODES_OF_EACH:]),
    )
