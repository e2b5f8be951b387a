"""What was meant by a text: its words that nobody knows, as the nearest that an edition knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from assessments.catalogue.search.index import Index
from assessments.catalogue.search.spelling import SHORTEST_BESIDE, english, nearest, parted
from assessments.catalogue.search.words import Word, words_of

SHORTEST_BEGINNING = 4
FORMS = ("s", "ed", "ing", "in", "er", "ly", "y")
"""Endings of a word that is another form of a known one: "celebral" is none of "celebrate"."""


def corrected_by(index: Index, words: Sequence[Word]) -> Sequence[Word]:
    """Return the words, those that nobody knows as the nearest that somebody does."""
    corrected: list[Word] = []
    for place, word in enumerate(words):
        is_form = word.stem in index.weights and word.typed.endswith(FORMS)
        is_known = word.typed in index.typed or is_form
        is_begun = place == len(words) - 1 and any(begun_by(word.typed, index.spelt))
        if word.typed in english() or word.typed.isdigit():
            corrected.append(word)
            continue
        if word.typed.endswith("in") and f"{word.typed}g" in index.spelt:
            corrected += words_of(f"{word.typed}g")  # "drinkin"
            continue
        if is_known or is_begun:
            corrected.append(word)
            continue
        beside = _beside(index, corrected[-1:], words[place + 1 : place + 2])
        other = (
            nearest(word.typed, beside, SHORTEST_BESIDE)
            or nearest(word.typed, index.spelt)
            or parted(word.typed, index.typed)
        )
        corrected += words_of(other) if other else [word]
    return tuple(corrected)


def _beside(index: Index, *neighbours: Sequence[Word]) -> Mapping[str, int]:
    """Return the words that stand beside one of these in some expression, with in how many."""
    beside: Counter[str] = Counter()
    for words in neighbours:
        for word in words:
            beside.update(index.beside.get(word.typed, {}))
    return beside


def begun_by(beginning: str, known: Iterable[str]) -> Iterator[str]:
    """Yield the known words of which it may be the beginning."""
    if len(beginning) >= SHORTEST_BEGINNING:
        yield from (each for each in known if each.startswith(beginning))
