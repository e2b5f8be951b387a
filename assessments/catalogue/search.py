"""Finding a factor by the words that people use for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from assessments.catalogue.types import Code, Edition, Factor

_PUNCTUATION = re.compile(r"[^a-z0-9 ]+")
_SPACES = re.compile(r" +")


def normalised(text: str) -> str:
    """Lower case, without punctuation; "&" is "and"."""
    words = text.lower().replace("&", " and ").replace("’", "").replace("'", "")
    return _SPACES.sub(" ", _PUNCTUATION.sub(" ", words)).strip()


@lru_cache(maxsize=16)
def _index(edition: Edition) -> tuple[tuple[Factor, str, str], ...]:
    """For each factor what names it (name, codes, labels, synonyms), and its guidance."""
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
    """What names a code beside the others of its factor."""
    return " | ".join(map(normalised, (code.code, code.about, *code.synonyms)))


@dataclass(frozen=True, slots=True)
class Found:
    """The factors that words find, and how they had to be spelt for it."""

    factors: tuple[Factor, ...] = ()
    spelt: str = ""
    """The words that were looked for in place of misspelt ones; "" where none were."""


def find(edition: Edition, words: str) -> Found:
    """The factors that every word of `words` begins a word of, the likeliest first.

    A code is found as a whole alone: "1A" is no part of "11A". Where nothing is found, words
    that nothing holds are taken for misspelt, and looked for as the nearest that something does.
    """
    wanted = normalised(words)
    if not wanted:
        return Found(edition.factors)
    if found := _holding(edition, wanted):
        return Found(found)
    nearest = _nearest(edition, wanted)
    found = _holding(edition, nearest) if nearest != wanted else ()
    return Found(found, nearest) if found else Found()


SHORTEST_MISSPELT, NEAR = 4, 0.75
"""Letters of a word below which nothing is near it; how alike two words are that are near.

They begin with the same letter: "housing" is no misspelt "shouting".
"""
_TOO_COMMON = frozenset(
    {"another", "child", "factors", "identified", "other", "person", "somebody"}
)
"""Words of names that are so near to others that they would be taken for what they are not."""


@lru_cache(maxsize=16)
def _words(edition: Edition) -> tuple[str, ...]:
    """Every word that names a factor: what its guidance merely mentions is nobody's misspelling."""
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
    """The words, each that begins no word of the edition replaced by the nearest that is one."""
    known = _words(edition)
    spelt = []
    for word in wanted.split(" "):
        near = []
        if len(word) >= SHORTEST_MISSPELT and not any(each.startswith(word) for each in known):
            alike = [each for each in known if each[0] == word[0]]
            near = get_close_matches(word, alike, n=1, cutoff=NEAR)
        spelt += near or [word]
    return " ".join(spelt)


def _holding(edition: Edition, wanted: str) -> tuple[Factor, ...]:
    """Best first: whose name it is, then whose guidance has it too, then who is called so."""
    starts = [f" {word}" for word in wanted.split(" ")]

    def holds(text: str) -> bool:
        return all(start in f" {text}" for start in starts)

    ranked: list[tuple[int, Factor]] = []
    for factor, names, text in _index(edition):
        if holds(normalised(factor.name)):
            ranked.append((0, factor))
        elif holds(names):
            ranked.append((1 if f" {wanted}" in f" {text}" else 2, factor))
        elif holds(f"{names} {text}"):
            ranked.append((3, factor))
    return tuple(factor for _, factor in sorted(ranked, key=lambda each: each[0]))


def codes_of(found: Found, words: str) -> tuple[str, ...]:
    """The codes of what was found, of each factor those first that the words name best."""
    starts = [f" {word}" for word in normalised(found.spelt or words).split(" ")]

    def fit(code: Code) -> int:
        return sum(start in f" {_names_of(code)}" for start in starts)

    return tuple(
        code.code
        for factor in found.factors
        for code in sorted(factor.codes, key=fit, reverse=True)
    )
