"""An edition's words, read once: who owns which expression, and how much a word says."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, pairwise
from math import log

from assessments.catalogue.search.people import people_in
from assessments.catalogue.search.words import (
    IRREGULAR,
    LIGHT,
    PASSIVE,
    SMALL,
    Word,
    are_deniable,
    words_of,
)
from assessments.catalogue.types import Edition, Factor, Kind, Undescribed

PERSON = "@"
"""Begins the key of people in an expression: "looks after mum" is "looks after dad" too."""
NOT = "not"
SUFFERS = "~"
"""The key of what says that something was done to a person who is named before."""
SAYS_LITTLE = 0.3
"""What a person, or a small word, says beside one that is found in one factor alone."""


@dataclass(frozen=True, slots=True)
class Owner:
    """What expressions lead to: a factor, one code of it, or something that no code describes."""

    factor: Factor | None = None
    code: str = ""
    undescribed: Undescribed | None = None


@dataclass(frozen=True, slots=True)
class Expression:
    """A word or several that say one thing, by the keys under which words are compared."""

    keys: tuple[str, ...]
    typed: tuple[str, ...]
    """The words as they are spelt, in the places of the keys."""
    owner: Owner
    is_name: bool = False
    names_somebody: bool = False
    """Whether it names a person, other than somebody's partner."""
    names_another: bool = False
    """Whether that is somebody other than the child."""
    is_closed: bool = False
    """Whether its words have to stand together, small ones included: "in bed with", "class A"."""
    somebodys: tuple[int, ...] = ()
    """Which of its keys is somebody of the person directly before: "sister's partner"."""
    text: str = ""
    """All of it, small words included."""
    is_denial: bool = False
    """Whether it says that there is no concern, risk or the like, so that a text needs one too."""
    is_solitary: bool = False
    """Whether it says that no factor applies, which a text that denies something else does not."""


@dataclass(frozen=True, slots=True)
class Index:
    """What an edition is searched by."""

    expressions: Mapping[str, tuple[Expression, ...]]
    """By their rarest key, which a text has to have."""
    parts: Mapping[str, tuple[Expression, ...]]
    """Expressions of several words by each of them."""
    guidance: Mapping[str, frozenset[str]]
    """The numbers of the factors whose guidance has the word, by its stem."""
    weights: Mapping[str, float]
    """How much a key says: the fewer have it, the more."""
    typed: frozenset[str] = field(default_factory=frozenset)
    """Every word that some expression or the guidance has, as it is spelt there."""
    spelt: Mapping[str, int] = field(default_factory=dict)
    """Those of the expressions alone, which a misspelt word may be, with how many have it."""

    beside: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """By each word, those that stand beside it in some expression, with in how many."""

    def weight(self, key: str) -> float:
        return self.weights.get(key, 0.0)


def keys_of(edition: Edition, words: Sequence[Word]) -> tuple[tuple[int, str], ...]:
    """Return the keys of a text with their places: of each person who is named, and each word."""
    people = {each.first: each for each in people_in(edition, words)}
    keys: list[tuple[int, str]] = []
    place = 0
    while place < len(words):
        if person := people.get(place):
            keys.append((place, PERSON + person.people.name))
            place = person.end
            if place + 1 < len(words) and words[place].typed in PASSIVE:
                keys.append((place, SUFFERS))
                place += 1
            continue
        keys.append((place, words[place].stem))
        place += 1
    return tuple(keys)


def telling(words: Sequence[Word], keys: Iterable[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    """Return the keys that say something of their own: not those of small words."""
    return tuple(
        (place, key)
        for place, key in keys
        if key.startswith(PERSON) or words[place].typed not in SMALL
    )


@lru_cache(maxsize=16)
def index_of(edition: Edition) -> Index:
    """Return the index of the edition."""
    owned = [(words_of(text), owner, is_name) for text, owner, is_name in _owned(edition)]
    found = list(_expressions(edition, owned))
    guidance: dict[str, set[str]] = defaultdict(set)
    guidance_words = set()
    for factor in edition.factors:
        for word in words_of(factor.text):
            guidance_words.add(word.typed)
            if word.typed not in SMALL:
                guidance[word.stem].add(factor.number)
    owners: dict[str, set[object]] = defaultdict(set)
    for each in found:
        for key in each.keys:
            owner = each.owner.factor.number if each.owner.factor else id(each.owner.undescribed)
            owners[key].add(owner)
    most = 1 + len({owner for having in owners.values() for owner in having})
    weights = {key: _weight(key, most / len(having)) for key, having in owners.items()}
    by_rarest: dict[str, list[Expression]] = defaultdict(list)
    parts: dict[str, list[Expression]] = defaultdict(list)
    for each in found:
        by_rarest[max(each.keys, key=lambda key: weights[key])].append(each)
        if len(each.keys) > 1 and not each.is_closed:
            for key in set(each.keys):
                parts[key].append(each)
    spelt: Counter[str] = Counter()
    beside: dict[str, Counter[str]] = defaultdict(Counter)
    for words in chain((words for words, *_ in owned), map(words_of, _of_people(edition))):
        typed = [word.typed for word in words]
        spelt.update(typed)
        for first, second in pairwise(typed):
            beside[first][second] += 1
            beside[second][first] += 1
    return Index(
        expressions={key: tuple(having) for key, having in by_rarest.items()},
        parts={key: tuple(having) for key, having in parts.items()},
        guidance={key: frozenset(having) for key, having in guidance.items()},
        weights=weights,
        typed=frozenset(spelt.keys() | guidance_words | SMALL | IRREGULAR.keys()),
        spelt={word: uses for word, uses in spelt.items() if not word.isdigit()},
        beside=beside,
    )


def _weight(key: str, rarity: float) -> float:
    if key in SMALL or key == SUFFERS:
        return 0.0
    return SAYS_LITTLE if key.startswith(PERSON) or key in LIGHT else log(rarity)


def _expressions(
    edition: Edition, owned: Iterable[tuple[Sequence[Word], Owner, bool]]
) -> Iterator[Expression]:
    seen = set()
    partners = {PERSON + each.name for each in edition.people if each.kind == Kind.PARTNER}
    children = {PERSON + each.name for each in edition.people if each.kind == Kind.CHILD}
    for words, owner, is_name in owned:
        every = keys_of(edition, words)
        keys = telling(words, every)
        # What a single word says is said by that word, if it is meant.
        is_closed = len(keys) < 2 <= len(every)
        if not is_closed:
            own = {place for place, _ in keys}
            keys = tuple(each for each in every if each[0] in own or each[1] == SUFFERS)
        used = every if is_closed else keys or every
        found = tuple(key for _, key in used)
        typed = tuple(words[place].typed for place, _ in used)
        # People alone say nothing of what was found.
        if all(key.startswith(PERSON) for key in found) and not is_name:
            continue
        is_denial = NOT in found and are_deniable(words)
        if (typed, id(owner), is_denial) not in seen:
            seen.add((typed, id(owner), is_denial))
            named = {key for key in found if key.startswith(PERSON)} - partners
            names_another = bool(named - children)
            places = [place for place, _ in every]
            somebodys = tuple(
                later
                for later in range(1, len(used))
                if found[later - 1].startswith(PERSON)
                and found[later].startswith(PERSON)
                and places.index(used[later][0]) - places.index(used[later - 1][0]) == 1
            )
            yield Expression(
                found,
                typed,
                owner,
                is_name,
                bool(named),
                names_another,
                is_closed,
                somebodys,
                " ".join(each.typed for each in words),
                is_denial,
                owner.factor is not None and is_solitary(edition, owner.factor),
            )


def is_solitary(edition: Edition, factor: Factor) -> bool:
    """Return whether the factor says that no other applies."""
    return not edition.solitary_codes.isdisjoint(each.code for each in factor.codes)


def _owned(edition: Edition) -> Iterator[tuple[str, Owner, bool]]:
    """Return every text with what it leads to, of which there is one object each."""
    for factor in edition.factors:
        owner = Owner(factor)
        yield factor.name, owner, True
        for text in factor.synonyms:
            yield text, owner, False
        for code in factor.codes:
            owner = Owner(factor, code.code)
            yield code.code, owner, True
            for text in code.synonyms:
                yield text, owner, False
    for undescribed in edition.undescribed:
        owner = Owner(undescribed=undescribed)
        for text in undescribed.words:
            yield text, owner, False


def _of_people(edition: Edition) -> Iterator[str]:
    yield from (text for people in edition.people for text in people.words)
    yield from edition.reporters
