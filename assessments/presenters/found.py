"""What a search says that it found: the first factors by name, with why and their codes."""

from __future__ import annotations

from dataclasses import dataclass

from assessments.catalogue.search import Found, FoundFactor
from assessments.catalogue.types import Code

FIRST = 2
"""How many factors have buttons for their codes; the others are named, and stand below."""


@dataclass(frozen=True, slots=True)
class NamedFactor:
    """A factor that a search names."""

    name: str
    number: str
    matched: tuple[str, ...]
    """The words that led to it."""
    codes: tuple[Code, ...]
    """The best first."""


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """The answer to a search."""

    words: str
    codes: tuple[str, ...]
    """All codes of what was found, the best first."""
    factors: tuple[NamedFactor, ...]
    others: tuple[NamedFactor, ...]
    """Those after the first few."""
    number: int
    """How many factors were found."""
    meant: str
    notes: tuple[str, ...]
    """What is said of what no code describes."""


def search_answer(words: str, found: Found) -> SearchAnswer:
    """Return what is said of a search for these words."""
    named = tuple(_named(each) for each in found.factors)
    return SearchAnswer(
        words=words,
        codes=found.codes,
        factors=named[:FIRST],
        others=named[FIRST:],
        number=len(named),
        meant=found.meant,
        notes=tuple(each.sentence for each in found.undescribed),
    )


def _named(found: FoundFactor) -> NamedFactor:
    return NamedFactor(
        name=found.factor.name,
        number=found.factor.number,
        matched=tuple(dict.fromkeys(found.matched)),
        codes=found.codes,
    )
