"""Whom words are about: in which order the codes of a factor fit them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assessments.catalogue.search.words import PASSIVE, Word, words_of
from assessments.catalogue.types import Code, Edition, Factor, Kind, People

LONGEST = 3
"""Words that make one expression for a person: "mum's new partner"."""
BY = frozenset({"by", "from", "off"})
"""Before the person who does something to another."""
ADULT_AGE = 18


@dataclass(frozen=True, slots=True)
class Person:
    """A person who is named in a text, by the places of the words."""

    people: People
    first: int
    end: int
    """The place after the last."""


def people_in(edition: Edition, words: Sequence[Word]) -> tuple[Person, ...]:
    """Return the people whom a text names, in its order; of two expressions the longer."""
    return tuple(_people_in(_expressions(edition), words))


def _people_in(known: Mapping[tuple[str, ...], People], words: Sequence[Word]) -> Iterator[Person]:
    place = 0
    while place < len(words):
        for length in range(min(LONGEST, len(words) - place), 0, -1):
            found = known.get(tuple(_one(each.typed) for each in words[place : place + length]))
            if found:
                yield Person(found, place, place + length)
                place += length
                break
        else:
            place += 1


@lru_cache(maxsize=16)
def _expressions(edition: Edition) -> Mapping[tuple[str, ...], People]:
    """Return the people by each expression for them."""
    return {
        tuple(_one(each.typed) for each in words_of(expression)): people
        for people in edition.people
        for expression in people.words
    }


def _one(word: str) -> str:
    """Return the word as it stands for one person, and for what is hers: "mums" is "mum"."""
    return word[:-1] if word.endswith("s") and len(word) > 3 else word


def by_fit(
    edition: Edition,
    factor: Factor,
    words: Sequence[Word],
    people: Sequence[Person],
    matched: Collection[int],
) -> list[Code]:
    """Return the codes of the factor, those first that fit whom the words are about.

    `matched` are the places of the words that speak for the factor.
    """
    about: frozenset[str] = frozenset()
    if len(factor.codes) > 1 and people:
        if factor.number in edition.done_by:
            about = _who_did_it(edition, words, people)
        elif factor.number in edition.done_to:
            about = _to_whom(words, people)
        else:
            about = _nearest(people, matched)
    return sorted(factor.codes, key=lambda code: code.about not in about)


def is_done_to_another(words: Sequence[Word], people: Sequence[Person]) -> bool:
    """Whether something was done by one person to another who is not the child."""
    by = [each for each in people if _stands_after(words, each, BY)]
    return bool(by) and people[0] not in by and people[0].people.kind != Kind.CHILD


def _who_did_it(
    edition: Edition, words: Sequence[Word], people: Sequence[Person]
) -> frozenset[str]:
    """Return the labels of who did something: after "by", or who comes first and is no victim."""
    after_by = [each for each in people if _stands_after(words, each, BY)]
    others = [
        each for each in people if each.people.kind != Kind.CHILD and not _suffers(words, each)
    ]
    if people[0].people.kind == Kind.CHILD and not after_by and others:
        others = list(people)  # a child who does something to somebody: "boy hit his sister"
    who = (after_by or others)[:1]
    return frozenset[str]().union(*(_labels(edition, words, each) for each in who))


def _to_whom(words: Sequence[Word], people: Sequence[Person]) -> frozenset[str]:
    """Return the labels of whom something was done to: the last named, but for who did it."""
    victims = [each for each in people if not _stands_after(words, each, BY)]
    close = [each for each in victims if each.people.kind != Kind.PARTNER]
    return (close or victims or people)[-1].people.about


def _nearest(people: Sequence[Person], matched: Collection[int]) -> frozenset[str]:
    """Return the labels of who stands nearest to what was matched, before it sooner than after."""

    def distance(person: Person) -> tuple[int, bool]:
        gaps = [
            (max(person.first - place, place - person.end + 1), person.first > place)
            for place in matched
        ]
        return min(gaps, default=(0, False))

    return min(people, key=distance).people.about


def _stands_after(words: Sequence[Word], person: Person, before: Collection[str]) -> bool:
    """Whether one of these words stands before the person, or one word away."""
    return any(each.typed in before for each in words[max(0, person.first - 2) : person.first])


def _suffers(words: Sequence[Word], person: Person) -> bool:
    """Whether something was done to the person: "mum was hit"."""
    return person.end + 1 < len(words) and words[person.end].typed in PASSIVE


def _labels(edition: Edition, words: Sequence[Word], person: Person) -> frozenset[str]:
    """Return the person's labels; one whose age is given as a child's is a child."""
    after = [each.typed for each in words[person.end : person.end + 2]]
    if any(each.isdigit() and int(each) < ADULT_AGE for each in after):
        children = (each.about for each in edition.people if each.kind == Kind.CHILD)
        return frozenset[str]().union(*children)
    return person.people.about
