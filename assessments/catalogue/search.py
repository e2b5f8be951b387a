"""Finding a factor by the words that people use for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from assessments.catalogue.types import Edition, Factor

_PUNCTUATION = re.compile(r"[^a-z0-9 ]+")
_SPACES = re.compile(r" +")


def normalised(text: str) -> str:
    """Lower case, without punctuation; "&" is "and"."""
    words = text.lower().replace("&", " and ").replace("’", "").replace("'", "")
    return _SPACES.sub(" ", _PUNCTUATION.sub(" ", words)).strip()


@lru_cache(maxsize=16)
def _index(edition: Edition) -> tuple[tuple[Factor, str, str], ...]:
    """For each factor what names it (code, name, labels, synonyms), and its guidance."""
    return tuple(
        (
            factor,
            " | ".join(
                normalised(text)
                for text in (
                    factor.name,
                    *(code.code for code in factor.codes),
                    *(code.about for code in factor.codes),
                    *factor.synonyms,
                )
            ),
            normalised(factor.text),
        )
        for factor in edition.factors
    )


@dataclass(frozen=True, slots=True)
class Found:
    """The factors that words find, and how they had to be spelt for it."""

    factors: tuple[Factor, ...] = ()
    spelt: str = ""
    """The words that were looked for in place of misspelt ones; "" where none were."""


def find(edition: Edition, words: str) -> Found:
    """The factors that every word of `words` begins a word of: those so named, then the rest.

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
"""Letters of a word below which nothing is near it; how alike two words are that are near."""


@lru_cache(maxsize=16)
def _words(edition: Edition) -> tuple[str, ...]:
    """Every word by which a factor can be found."""
    every = {
        word
        for _, names, text in _index(edition)
        for word in f"{names} {text}".split()
        if len(word) >= SHORTEST_MISSPELT
    }
    return tuple(sorted(every))


def _nearest(edition: Edition, wanted: str) -> str:
    """The words, each that begins no word of the edition replaced by the nearest that is one."""
    known = _words(edition)
    spelt = []
    for word in wanted.split(" "):
        near = []
        if len(word) >= SHORTEST_MISSPELT and not any(each.startswith(word) for each in known):
            near = get_close_matches(word, known, n=1, cutoff=NEAR)
        spelt += near or [word]
    return " ".join(spelt)


def _holding(edition: Edition, wanted: str) -> tuple[Factor, ...]:
    starts = [f" {word}" for word in wanted.split(" ")]

    def holds(text: str) -> bool:
        return all(start in f" {text}" for start in starts)

    named = [factor for factor, names, _ in _index(edition) if holds(names)]
    told = [
        factor
        for factor, names, text in _index(edition)
        if not holds(names) and holds(f"{names} {text}")
    ]
    return (*named, *told)
