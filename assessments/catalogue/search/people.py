"""Whom words are about: in which order the codes of a factor fit them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

from assessments.catalogue.search.words import LIGHT, PASSIVE, SMALL, Word, words_of
from assessments.catalogue.types import Code, Edition, Factor, Kind, People

LONGEST = 3
"""Words that make one expression for a person: "mum's new partner"."""
BY = frozenset({"by", "from", "off"})
"""Before the person who does something to another."""
OBJECTS = frozenset({"another", "each", "her", "him", "me", "other", "others", "them"})
FAR = 6
"""How many words after who does something its object is looked for."""
GONE = frozenset({"death", "died", "dies", "funeral", "passed"})
"""After a person who is dead, whom what is found is not about: "low since nan died"."""
HANDLED = frozenset({"across", "against", "by", "down", "into", "onto", "to"})
"""After the person on whom somebody lays hands: "by the throat", "to the wall"."""
ADULT_AGE = 18
OLDEST = 120
_AGE = re.compile(r"(\d{1,3})(?:yo|y|yr|yrs)?")
NUMBERS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13",
    "fourteen": "14", "fifteen": "15", "sixteen": "16", "seventeen": "17",
}  # fmt: skip
BEFORE_AGE = frozenset({"aged", "age", "shes", "hes", "im"})
YEARS = frozenset({"year", "years", "yr", "yrs", "y"})
OLD = frozenset({"old", "olds", "o"})
REPORTS = frozenset(
    [
        "alleged", "alleges", "believes", "claims", "concerned", "disclosed", "discloses",
        "disclosure", "reported", "reporting", "reports", "said", "saying", "says", "stated",
        "states", "tells", "thinks", "told", "worried",
    ]
)  # fmt: skip
"""What somebody does who only tells of it."""
NOTICES = frozenset(
    [
        "about", "called", "concern", "concerns", "find", "finds", "found", "hear", "heard",
        "hears", "log", "logged", "notice", "noticed", "notices", "noticing", "raised", "raising",
        "re", "report", "saw", "see", "seen", "sees", "that", "to",
    ]
)  # fmt: skip
"""And what who reports it does besides, before what was found is said."""


_Expressions: TypeAlias = Mapping[str, Mapping[tuple[str, ...], People]]
"""People by each expression for them, and these by their first word."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person in a text, named or by an age alone, by the places of the words."""

    people: People
    first: int
    end: int
    """The place after the last."""
    age: int | None = None


def people_in(edition: Edition, words: Sequence[Word]) -> tuple[Person, ...]:
    """Return the people whom a text names, in its order; of two expressions the longer.

    An age belongs to who is named beside it; a child's alone is the child, and a child of age
    is none.
    """
    known = _expressions(edition)
    by_name = {each.name: each for each in edition.people}
    child = next((each for each in edition.people if each.kind == Kind.CHILD), None)
    people = []
    place = 0
    while place < len(words):
        age, start = _age_at(words, place)
        named, end = _named_at(known, words, start)
        if named:
            if age is None:
                age, end = _age_after(known, words, end)
            if age is not None and age >= ADULT_AGE and named.grown_up:
                named = by_name[named.grown_up]
            person = Person(named, place, end, age)
        elif age is not None and age < ADULT_AGE and child:
            person = Person(child, place, start, age)
        else:
            place = max(start, place + 1)
            continue
        people.append(person)
        place = person.end
    return tuple(people)


def without_reporter(edition: Edition, words: Sequence[Word]) -> Sequence[Word]:
    """Return the words without an opening that says who reports it: "school says", "police saw"."""
    known = _reporters(edition)
    typed = tuple(each.typed for each in words)
    for length in range(LONGEST, 0, -1):
        if typed[:length] not in known:
            continue
        place = length
        while place < len(words) and typed[place] in REPORTS | NOTICES:
            place += 1
        if length < place and any(each not in SMALL | LIGHT for each in typed[place:]):
            return words[place:]
    return words


@lru_cache(maxsize=16)
def _reporters(edition: Edition) -> Collection[tuple[str, ...]]:
    return frozenset(
        tuple(each.typed for each in words_of(expression)) for expression in edition.reporters
    )


def _named_at(known: _Expressions, words: Sequence[Word], place: int) -> tuple[People | None, int]:
    """Return who is named from this place on, if anybody, and the place after."""
    if place == len(words) or not (of_first := known.get(_one(words[place].typed))):
        return None, place
    ones = tuple(_one(each.typed) for each in words[place : place + LONGEST])
    for length in range(len(ones), 0, -1):
        if found := of_first.get(ones[:length]):
            return found, place + length
    return None, place


def _age_at(words: Sequence[Word], place: int) -> tuple[int | None, int]:
    """Return the age that is told from this place on, if one is, and the place after."""
    if place == len(words) or not _may_tell_age(words[place].typed):
        return None, place
    typed = [*(each.typed for each in words[place : place + 4]), "", "", "", ""]
    end = int(typed[0] in BEFORE_AGE)
    word = typed[end]
    number = _AGE.fullmatch(NUMBERS.get(word, word))
    if number is None or int(number[1]) > OLDEST:
        return None, place
    is_said = end > 0 or (word not in NUMBERS and not word.isdigit())
    end += 1
    if typed[end] in YEARS:
        end += 1
        is_said = is_said or typed[end] in OLD
    end += typed[end] in OLD
    return (int(number[1]), place + end) if is_said else (None, place)


def _may_tell_age(word: str) -> bool:
    return word[0].isdigit() or word in NUMBERS or word in BEFORE_AGE


def _age_after(known: _Expressions, words: Sequence[Word], place: int) -> tuple[int | None, int]:
    """Return the age of who is named before this place, as in "boy 14", and the place after.

    In "mum 3 kids" none is told.
    """
    age, end = _age_at(words, place)
    if age is None and place < len(words) and words[place].typed.isdigit():
        of_others, _ = _named_at(known, words, place + 1)
        if of_others is None and int(words[place].typed) <= OLDEST:
            return int(words[place].typed), place + 1
    return age, end


@lru_cache(maxsize=16)
def _expressions(edition: Edition) -> _Expressions:
    """Return the people by each expression for them."""
    found: dict[str, dict[tuple[str, ...], People]] = defaultdict(dict)
    for people in edition.people:
        for expression in people.words:
            ones = tuple(_one(each.typed) for each in words_of(expression))
            found[ones[0]][ones] = people
    return dict(found)


def _one(word: str) -> str:
    """Return the word as it stands for one person, and for what is hers: "mums" is "mum"."""
    is_many = word.endswith("s") and (len(word) > 3 or word[:-1].isdigit())
    return word[:-1] if is_many else word


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
    labels = {code.about for code in factor.codes}
    concerned = [
        each
        for each in people
        if factor.number not in each.people.never
        and not labels.isdisjoint(each.people.about)
        and not any(word.typed in GONE for word in words[each.end : each.end + 1])
    ]
    about: frozenset[str] = frozenset()
    if factor.number in edition.done_by:
        about = _who_did_it(edition, words, people)
    elif len(factor.codes) > 1 and concerned:
        is_done_to = factor.number in edition.done_to
        about = _to_whom(words, concerned) if is_done_to else _nearest(concerned, matched)
    if not about:
        about = _shown_by_signs(edition, words) & labels
    if not about and factor.number in edition.done_by | edition.done_to:
        about = edition.usually
    return sorted(factor.codes, key=lambda code: code.about not in about)


def _shown_by_signs(edition: Edition, words: Sequence[Word]) -> frozenset[str]:
    """Return the labels of those of whom the words show a sign, though they are not named."""
    text = f" {' '.join(each.stem for each in words)} "
    for people, signs in _signs(edition):
        if any(sign in text for sign in signs):
            return people.about
    return frozenset()


@lru_cache(maxsize=16)
def _signs(edition: Edition) -> Sequence[tuple[People, Sequence[str]]]:
    return [
        (each, [f" {' '.join(word.stem for word in words_of(sign))} " for sign in each.signs])
        for each in edition.people
        if each.signs
    ]


def others_harmed(words: Sequence[Word], people: Sequence[Person]) -> Sequence[Person]:
    """Return those to whom something was done by somebody, none of them the child.

    A partner hits a partner, unless somebody else is named: "hit by boyfriend". Where the child is
    among those to whom it was done, it was done to the child, and nobody is returned.
    """
    by = [each for each in people if _stands_after(words, each, BY)]
    if by:
        victims = [each for each in people if each not in by and each.first < by[-1].first]
        victims = victims or [each for each in people if each not in by]
        if not victims and all(_is_partner(each) for each in by):
            victims = by
    elif people and any(
        told(words, people[0]) for told in (_suffers, _is_partner_hit, _is_handled)
    ):
        victims = [people[0]]
    else:
        victims = _done_to_directly(words, people)
    return [] if any(_is_child(each) for each in victims) else victims


def are_of_the_family(edition: Edition, people: Sequence[Person]) -> bool:
    """Whether what is done to them is domestic abuse: to adults of the family or the household."""
    labels = {
        code.about for number in edition.done_to for code in edition.factors_by_number[number].codes
    }
    of_children = frozenset[str]().union(
        *(each.about for each in edition.people if each.kind == Kind.CHILD)
    )
    return bool(people) and all(
        each.people.about & labels and each.people.about.isdisjoint(of_children) for each in people
    )


def _is_partner(person: Person) -> bool:
    return person.people.kind == Kind.PARTNER


def _is_partner_hit(words: Sequence[Word], person: Person) -> bool:
    """Whether somebody who is not named does something to a partner: "he hits his wife"."""
    before = [each.typed for each in words[: person.first]]
    while before and before[-1] in SMALL:
        before.pop()
    return _is_partner(person) and "he" in before[:-1] and before[-1] not in REPORTS | LIGHT


def _is_handled(words: Sequence[Word], person: Person) -> bool:
    """Whether somebody who is not named lays hands on the person: "held mum by the throat"."""
    before = [each.typed for each in words[: person.first] if each.typed not in SMALL]
    after = [each.typed for each in words[person.end : person.end + 1]]
    return (
        len(before) == 1
        and before[0] not in REPORTS | NOTICES | LIGHT
        and not HANDLED.isdisjoint(after)
    )


def _is_child(person: Person) -> bool:
    return person.people.kind == Kind.CHILD


def _done_to_directly(words: Sequence[Word], people: Sequence[Person]) -> list[Person]:
    """Return those to whom the first who is named did something: "dad hit mum and gran"."""
    victims: list[Person] = []
    for before, person in pairwise(people):
        between = [each.typed for each in words[before.end : person.first]]
        if any(each not in SMALL | LIGHT | REPORTS for each in between):
            if victims:
                break
            victims.append(person)
        elif victims and "and" in between:
            victims.append(person)
    return victims


def _who_did_it(
    edition: Edition, words: Sequence[Word], people: Sequence[Person]
) -> frozenset[str]:
    """Return the labels of who did something: after "by", or who comes first and is no victim."""
    after_by = [each for each in people if _stands_after(words, each, BY)]
    acting = [each for each in people if not _reports(words, each)] or people
    others = [each for each in acting if not _is_child(each) and not _suffers(words, each)]
    # A child who does something to somebody: "boy hit his sister".
    does_it = bool(acting) and _is_child(acting[0]) and (others or _acts_on(words, acting))
    if does_it and not after_by:
        others = [*acting]
    who = (after_by or others)[:1]
    return frozenset[str]().union(*(_labels(edition, each) for each in who))


def _acts_on(words: Sequence[Word], people: Sequence[Person]) -> bool:
    """Whether the first who is named does something to another: "boy pushed him"."""
    starts = {each.first for each in people[1:]}
    for place in range(people[0].end + 1, min(people[0].end + FAR, len(words))):
        if words[place].typed in OBJECTS or place in starts:
            return words[place - 1].typed not in SMALL | LIGHT | REPORTS
    return False


def has_seen(words: Sequence[Word], people: Sequence[Person]) -> bool:
    """Whether a child tells what one does to another: "girl says dad hits mum"."""
    if len(people) < 3 or not _is_child(people[0]) or any(map(_is_child, people[1:3])):
        return False
    between = (each.typed for each in words[people[1].end : people[2].first])
    return any(each not in SMALL | LIGHT for each in between)


def _to_whom(words: Sequence[Word], people: Sequence[Person]) -> frozenset[str]:
    """Return the labels of whom something was done to: the last named, but for who did it."""
    if has_seen(words, people):
        return people[0].people.about
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


def _reports(words: Sequence[Word], person: Person) -> bool:
    """Whether the person only tells of it: "girl says"."""
    return person.end < len(words) and words[person.end].typed in REPORTS


def _labels(edition: Edition, person: Person) -> frozenset[str]:
    """Return the person's labels; one who is told to be under age did it as a child."""
    if person.age is None or person.age >= ADULT_AGE:
        return person.people.about
    return frozenset[str]().union(
        *(each.about for each in edition.people if each.kind == Kind.CHILD)
    )
