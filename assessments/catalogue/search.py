"""Finding a factor by the words that people use for it."""

from __future__ import annotations

import re
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


def matching(edition: Edition, words: str) -> tuple[Factor, ...]:
    """The factors that every word of `words` begins a word of: those so named, then the rest.

    A code is found as a whole alone: "1A" is no part of "11A".
    """
    wanted = normalised(words)
    if not wanted:
        return edition.factors
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
