"""Words that nobody knows: the near one that may be meant, or two that were run together."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache, lru_cache

from rapidfuzz.distance import OSA
from spellchecker import SpellChecker

SHORTEST = 5
"""Letters of a word below which no other is near it."""
SHORTEST_BESIDE = 3
"""The same where the word stands beside one that the other stands beside in an expression."""
LONG = 8
"""Letters from which two may differ."""
SHORTEST_PART = 3
SOUNDS = (
    ("sch", "sk"),
    ("sth", "s"),
    ("ph", "f"),
    ("ck", "k"),
    ("c", "k"),
    ("y", "i"),
)
"""Letters that sound alike: "fysical" is near "physical"."""


@cache
def english() -> Collection[str]:
    """Return the words of everyday English, of which none is misspelt."""
    return frozenset(SpellChecker(language="en").word_frequency.keys())


@lru_cache(maxsize=20_000)
def _sound(word: str) -> str:
    word = word.removeprefix("k") if word.startswith("kn") else word
    for letters, alike in SOUNDS:
        word = word.replace(letters, alike)
    return word


def nearest(word: str, known: Mapping[str, int], shortest: int = SHORTEST) -> str:
    """Return the known word that may be meant; "" if none is near enough.

    It begins with the same sound and differs, as it is spelt or as it sounds, by one letter
    (missing, too many, another, or two exchanged), by two where the word is long or where both
    have the very same letters. Of two equally near it is the one with more uses.
    """
    if len(word) < shortest or any(each.isdigit() for each in word):
        return ""
    most = 2 if len(word) >= LONG else 1
    near = []
    for each, uses in known.items():
        longer = abs(len(each) - len(word))
        sounds = _sound(word), _sound(each)
        if sounds[0][0] != sounds[1][0] or longer > most + 1:
            continue
        has_same_letters = longer == 0 and sorted(each) == sorted(word)
        allowed = 2 if has_same_letters and len(word) >= SHORTEST else most
        if len(word) == SHORTEST_BESIDE and not (has_same_letters or len(each) > len(word)):
            continue  # of three letters none is another
        differ = OSA.distance(word, each, score_cutoff=allowed)
        if each[0] == word[0] and differ <= allowed:
            near.append((differ, -uses, longer, each))
        sounds_differ = OSA.distance(*sounds, score_cutoff=most)
        if sounds_differ <= most:
            near.append((1 + sounds_differ, -uses, longer, each))
    return min(near)[-1] if near else ""


def parted(word: str, known: Collection[str]) -> str:
    """Return the two known words that were typed as one; "" if it is no such word."""
    for place in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1):
        first, second = word[:place], word[place:]
        if first in known and second in known:
            return f"{first} {second}"
    return ""
