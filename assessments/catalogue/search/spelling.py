"""Words that nobody knows: the near one that may be meant, or two that were run together."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache

from rapidfuzz.distance import OSA
from spellchecker import SpellChecker

SHORTEST = 5
"""Letters of a word below which no other is near it."""
LONG = 8
"""Letters from which two may differ."""
SHORTEST_PART = 3


@cache
def english() -> Collection[str]:
    """Return the words of everyday English, of which none is misspelt."""
    return frozenset(SpellChecker(language="en").word_frequency.keys())


def nearest(word: str, known: Mapping[str, int]) -> str:
    """Return the known word that may be meant; "" if none is near enough.

    It begins with the same letter and differs by one letter (missing, too many, another, or two
    exchanged), by two where the word is long. Of two equally near it is the one with more uses.
    """
    if len(word) < SHORTEST or any(each.isdigit() for each in word):
        return ""
    most = 2 if len(word) >= LONG else 1
    near = []
    for each, uses in known.items():
        longer = abs(len(each) - len(word))
        if each[0] == word[0] and longer <= most:
            differ = OSA.distance(word, each, score_cutoff=most)
            if differ <= most:
                near.append((differ, -uses, longer, each))
    return min(near)[-1] if near else ""


def parted(word: str, known: Collection[str]) -> str:
    """Return the two known words that were typed as one; "" if it is no such word."""
    for place in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1):
        first, second = word[:place], word[place:]
        if first in known and second in known:
            return f"{first} {second}"
    return ""
