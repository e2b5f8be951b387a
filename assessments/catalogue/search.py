"""Search: finding factors by the words that people use for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from assessments.catalogue.types import Code, Edition, Factor

_PUNCTUATION = re.compile(r"[^a-z0-9 ]+")
_SPACES = re.compile(r" +")


def normalised(text: str) -> str:
    """Return the text in lower case and without punctuation, with "&" as "and"."""
    words = text.lower().replace("&", " and ").replace("’", "").replace("'", "")
    return _SPACES.sub(" ", _PUNCTUATION.sub(" ", words)).strip()


@lru_cache(maxsize=16)
def _index(edition: Edition) -> tuple[tuple[Factor, str, str], ...]:
    """Return each factor with its names (name, codes, labels, synonyms) and its guidance."""
    return tuple(
        (
            factor,
            " | ".join(
                (
                    *map(normalised, (factor.name, *factor.synonyms)),
                    *(_names_of(code) for code in factor.codes),
                )
            ),
            normalised(factor.text),
        )
        for factor in edition.factors
    )


def _names_of(code: Code) -> str:
    """Return the names that tell a code from the others of its factor."""
    return " | ".join(map(normalised, (code.code, code.about, *code.synonyms)))


@dataclass(frozen=True, slots=True)
class Found:
    """The factors found, and the words that were searched for in place of misspelt ones."""

    factors: tuple[Factor, ...] = ()
    spelt: str = ""
    """The corrected words that found them; "" where the words were found as typed."""


def find(edition: Edition, words: str) -> Found:
    """Return the factors in which every word of `words` begins a word, the best match first.

    A code is found only as a whole: "1A" is no part of "11A". Where nothing is found, words that
    occur nowhere are taken as misspelt and replaced by the nearest that do.
    """
    wanted = normalised(words)
    if not wanted:
        return Found(edition.factors)
    if found := _factors_matching(edition, wanted):
        return Found(found)
    nearest = _nearest(edition, wanted)
    found = _factors_matching(edition, nearest) if nearest != wanted else ()
    return Found(found, nearest) if found else Found()


SHORTEST_MISSPELT, NEAR = 4, 0.75
"""Letters of a word below which nothing is near it; how alike two words are that are near.

They begin with the same letter: "housing" is no misspelt "shouting".
"""
_TOO_COMMON = frozenset(
    {"another", "child", "factors", "identified", "other", "person", "somebody"}
)
"""Words of names so close to others that a different word would be taken for a misspelling of them.
"""


@lru_cache(maxsize=16)
def _words(edition: Edition) -> tuple[str, ...]:
    """Return every word of a factor's names; what its guidance mentions is nobody's misspelling."""
    every = {
        word
        for factor in edition.factors
        for text in (factor.name, *factor.synonyms)
        for word in normalised(text).split()
        if len(word) >= SHORTEST_MISSPELT
    }
    every |= {
        word
        for code in edition.codes.values()
        for text in code.synonyms
        for word in normalised(text).split()
        if len(word) >= SHORTEST_MISSPELT
    }
    return tuple(sorted(every - _TOO_COMMON))


def _nearest(edition: Edition, wanted: str) -> str:
    """Return the words; each that begins no word of the edition becomes the nearest one."""
    known = _words(edition)
    spelt = []
    for word in wanted.split(" "):
        near = []
        if len(word) >= SHORTEST_MISSPELT and not any(each.startswith(word) for each in known):
            alike = [each for each in known if each[0] == word[0]]
            near = get_close_matches(word, alike, n=1, cutoff=NEAR)
        spelt += near or [word]
    return " ".join(spelt)


def _factors_matching(edition: Edition, wanted: str) -> tuple[Factor, ...]:
    """Return the factors with every word, the best match first.

    First those with the words in the name. Then, by their other names: those whose guidance has the
    words too, and the others. Last those with some of the words in the guidance alone.
    """
    starts = [f" {word}" for word in wanted.split(" ")]

    def matches(text: str) -> bool:
        return all(start in f" {text}" for start in starts)

    ranked: list[tuple[int, Factor]] = []
    for factor, names, text in _index(edition):
        if matches(normalised(factor.name)):
            ranked.append((0, factor))
        elif matches(names):
            ranked.append((1 if f" {wanted}" in f" {text}" else 2, factor))
        elif matches(f"{names} {text}"):
            ranked.append((3, factor))
    return tuple(factor for _, factor in sorted(ranked, key=lambda each: each[0]))


def codes_of(found: Found, words: str) -> tuple[str, ...]:
    """Return the codes of the found factors, within a factor the best match first."""
    starts = [f" {word}" for word in normalised(found.spelt or words).split(" ")]

    def fit(code: Code) -> int:
        return sum(start in f" {_names_of(code)}" for start in starts)

    return tuple(
        code.code
        for factor in found.factors
        for code in sorted(factor.codes, key=fit, reverse=True)
    )
