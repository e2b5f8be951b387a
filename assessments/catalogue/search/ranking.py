"""Finding: the factors for which most of a text speaks, the best first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from assessments.catalogue.search.correction import begun_by, corrected_by
from assessments.catalogue.search.index import (
    NOT,
    PERSON,
    Expression,
    Index,
    index_of,
    is_solitary,
    keys_of,
    telling,
)
from assessments.catalogue.search.people import (
    BEFORE_AGE,
    are_of_the_family,
    by_fit,
    has_seen,
    others_harmed,
    people_in,
    without_reporter,
)
from assessments.catalogue.search.words import LIGHT, SMALL, Word, are_deniable, plain, words_of
from assessments.catalogue.types import Code, Edition, Factor, Kind, Undescribed

EACH_MORE = 0.35
"""By how much of it an expression of several words says more with each of them."""
AT_ONCE, IN_ORDER, IN_ANY_ORDER = 1.15, 1.0, 0.75
"""What an expression counts whose words stand together, apart, or in another order."""
AS_A_NAME = 1.1
AS_SPELT = 1.1
"""What it counts that the words have the very form: "suicidal" is not "suicide"."""
WHOLE = 1.35
"""The text is the expression, and nothing else."""
TO_THE_LETTER = 1.1
"""What it counts that it is so with all its small words: "separated parents" is one thing, and
"separated from parents" another."""
PART, IN_GUIDANCE, BOTH = 0.85, 0.12, 0.02
"""What part of an expression counts, a word that only the guidance has, and one that it has too."""
BEGUN = 0.7
"""What a word counts that is the beginning of a known one, while it is typed."""
LEAST = 2.0
"""The score below which nothing is found: a word in passing means no factor.

A text that is wholly an expression has at least this score.
"""
RELATIVE, IN_PASSING = 0.3, 0.4
"""How much of the best factor's score another needs, to be found beside it: where whole expressions
have less than `BESIDE` of its own score, and where they have none."""
BESIDE = 0.6
"""What share of a factor's score whole expressions need where something without a code is likelier.

The words of that are left out then.
"""
SHORTEST_PART = 3
SUBJECTS = BEFORE_AGE | {"she"}
"""With what somebody begins to whom nothing is done, wherever it stands: "drunk aged 13"."""
NOT_OF_THE_CHILD = 0.6
"""What is left of the score of harm to the child where it was done to somebody else."""


@dataclass(frozen=True, slots=True)
class FoundFactor:
    """A factor that was found, and why."""

    factor: Factor
    codes: tuple[Code, ...]
    """All its codes, those first that fit whom the words are about."""
    matched: tuple[str, ...]
    """The typed words that speak for it, in their order."""
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found."""

    factors: tuple[FoundFactor, ...] = ()
    undescribed: tuple[Undescribed, ...] = ()
    """What of it no code describes."""
    meant: str = ""
    """The words with those that nobody knows replaced by the nearest; "" where all are known."""

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code of what was found, the best first."""
        return tuple(code.code for found in self.factors for code in found.codes)


@dataclass(slots=True)
class _Case:
    """What speaks for an owner: how much, and by which words."""

    score: float = 0.0
    places: dict[int, float] = field(default_factory=dict)
    """The words that speak for it, by their places, and how much of the score each has."""
    in_passing: set[int] = field(default_factory=set)
    """Those of them that make no whole expression."""
    codes: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """How much of it speaks for one code."""
    of_people: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """The same of expressions that name somebody."""
    of_others: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """The same of those that name somebody other than the child."""

    def add(self, other: _Case) -> None:
        """Let speak for it what speaks for another, where that says more."""
        for place, score in other.places.items():
            more = score - self.places.get(place, 0.0)
            if more > 0:
                self.score += more
                self.places[place] = score
                self.in_passing -= {place} - other.in_passing

    def told_share(self) -> float:
        """Return what share of the score whole expressions have."""
        told = sum(score for place, score in self.places.items() if place not in self.in_passing)
        return told / sum(self.places.values())

    def needed(self) -> float:
        """Return what share of the best one's score it needs, to be found beside it."""
        share = self.told_share()
        return 0.0 if share >= BESIDE else RELATIVE if share else IN_PASSING


_Decided = tuple[list[tuple[Factor, _Case]], tuple[Undescribed, _Case] | None]
"""The factors that are meant, the best first, and what most likely has no code."""


def find(edition: Edition, text: str) -> Found:
    """Return what the text means: factors, the best first, or what no code describes.

    Nothing is required of a text. A word that nobody knows counts as the nearest that somebody
    does, and `meant` says so.
    """
    index = index_of(edition)
    words = words_of(text)
    if not words:
        return Found()
    corrected = corrected_by(index, words)
    meant = " ".join(each.typed for each in corrected)
    corrected = without_reporter(edition, corrected)
    keys = keys_of(edition, corrected)
    people = people_in(edition, corrected)
    harmed = others_harmed(corrected, people)
    is_domestic = are_of_the_family(edition, harmed)

    def decided(keys: Sequence[tuple[int, str]]) -> _Decided:
        cases = _cases(index, corrected, keys)
        for number in edition.done_by if harmed else ():
            if is_domestic and number in edition.blows:
                for other in edition.done_to:
                    cases[other].add(cases[number])
            cases[number].score *= NOT_OF_THE_CHILD
        return _likeliest(edition, cases)

    factors, note = decided(keys)
    if note and not (factors and factors[0][1].score >= note[1].score):
        # It does not hide what the other words tell.
        factors, _ = decided([each for each in keys if each[0] not in note[1].places])
        factors = [each for each in factors if each[1].told_share() >= BESIDE]
    best = factors[0][1] if factors else _Case()
    undescribed = (note[0],) if note and best.places.keys().isdisjoint(note[1].places) else ()
    factors = [
        (factor, case) for factor, case in factors if case.score >= case.needed() * best.score
    ]
    named = {each.people.kind for each in people} - {Kind.PARTNER}
    found = []
    for factor, case in factors:
        codes = by_fit(edition, factor, corrected, people, case.places)
        own = case.of_people if named else case.codes
        if factor.number in edition.done_by:
            # That the child was hit does not say by whom.
            own = case.of_others if named - {Kind.CHILD} else case.codes
        if factor.number in edition.done_to and has_seen(corrected, people):
            own = {}
        codes.sort(key=lambda code: -own.get(code.code, 0.0))
        matched = _together(corrected, case.places)
        found.append(FoundFactor(factor, tuple(codes), matched, case.score))
    return Found(tuple(found), undescribed, meant if meant != plain(text) else "")


def _together(words: Sequence[Word], places: Collection[int]) -> tuple[str, ...]:
    """Return the words in these places; those beside one another, or a small word apart, as one."""
    runs: list[list[int]] = []
    for place in sorted(places):
        between = words[runs[-1][-1] + 1 : place] if runs else ()
        if runs and all(each.typed in SMALL | LIGHT for each in between):
            runs[-1].append(place)
        else:
            runs.append([place])
    return tuple(" ".join(each.typed for each in words[run[0] : run[-1] + 1]) for run in runs)


def _cases(
    index: Index, words: Sequence[Word], keys: Sequence[tuple[int, str]]
) -> dict[object, _Case]:
    """Return what speaks for each factor, by its number, and for each undescribed thing."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, key in keys:
        places[key].append(place)
    said = telling(words, keys)
    order = {place: sum(other < place for other, _ in said) for place, _ in keys}
    own = {place for place, key in said if not key.startswith(PERSON)}
    matches = sorted(
        _matches(index, words, places, order, own), key=lambda match: match[0], reverse=True
    )
    cases: dict[object, _Case] = defaultdict(_Case)
    for score, expression, at in matches:
        owner = expression.owner
        case = cases[owner.undescribed or (owner.factor and owner.factor.number)]
        if owner.code:
            case.codes[owner.code] = max(case.codes[owner.code], score)
            if expression.names_somebody:
                case.of_people[owner.code] = max(case.of_people[owner.code], score)
            if expression.names_another:
                case.of_others[owner.code] = max(case.of_others[owner.code], score)
        for place in at:
            if place not in case.places:
                case.score += score / len(at)
                case.places[place] = score / len(at)
    _add_parts(index, said, cases)
    return cases


def _matches(
    index: Index,
    words: Sequence[Word],
    places: dict[str, list[int]],
    order: dict[int, int],
    own: Collection[int],
) -> Iterator[tuple[float, Expression, tuple[int, ...]]]:
    """Yield each expression that the text has, with its score and its places.

    `own` are the places of the words that say something, but for people.
    """
    every = sorted(place for having in places.values() for place in having)
    number = {place: number for number, place in enumerate(every)}
    text = " ".join(each.typed for each in words)
    is_deniable = are_deniable(words)
    for key in places:
        for expression in index.expressions.get(key, ()):
            if not all(each in places for each in expression.keys):
                continue
            if not is_deniable and expression.is_denial:
                continue  # "not school" is not "no concerns from school"
            if (
                not is_deniable
                and expression.is_solitary
                and NOT in places.keys() - expression.keys
            ):
                continue  # "not safe at home" is not "safe at home"
            at, arrangement = _arranged(expression.keys, places, order)
            if any(each.startswith(PERSON) for each in expression.keys) and (
                arrangement == IN_ANY_ORDER or _has_between(at, places.get("by", ()))
            ):
                continue  # "hit mum" is not "mum hit", nor "hit by mum"
            if any(
                key.startswith(PERSON)
                and words[place].typed in SUBJECTS
                and words[place].typed != typed
                for place, typed, key in zip(
                    at[1:], expression.typed[1:], expression.keys[1:], strict=True
                )
            ):
                continue  # "drunk aged 13" is not "drunk with kids"
            if any(
                number[at[later]] - number[at[later - 1]] != 1 for later in expression.somebodys
            ):
                continue  # "she says her boyfriend" is not "her boyfriend" of a girl
            score = sum(index.weight(each) for each in expression.keys)
            score *= 1 + EACH_MORE * (len(expression.keys) - 1)
            if expression.is_closed and at[-1] - at[0] >= len(expression.keys) + 1:
                continue
            is_whole = arrangement != IN_ANY_ORDER and all(place in at for place in own)
            score *= arrangement * (WHOLE if is_whole else 1.0)
            score *= AS_A_NAME if expression.is_name else 1.0
            is_as_spelt = all(
                words[place].typed == typed or key.startswith(PERSON)
                for place, typed, key in zip(at, expression.typed, expression.keys, strict=True)
            )
            if expression.owner.undescribed and len(at) == 1 and not is_as_spelt:
                continue  # "house" is not "housing"
            score *= AS_SPELT if is_as_spelt else 1.0
            score = max(score, LEAST) if is_whole else score
            yield score * (TO_THE_LETTER if expression.text == text else 1.0), expression, at


def _has_between(at: Sequence[int], others: Sequence[int]) -> bool:
    return any(at[0] < place < at[-1] and place not in at for place in others)


def _arranged(
    keys: Sequence[str], places: dict[str, list[int]], order: dict[int, int]
) -> tuple[tuple[int, ...], float]:
    """Return where the keys stand, and what it counts that they stand so."""
    best: tuple[int, ...] = ()
    for start in places[keys[0]]:
        at = [start]
        for key in keys[1:]:
            later = [place for place in places[key] if place > at[-1]]
            if not later:
                break
            at.append(later[0])
        if len(at) < len(keys):
            continue
        if not best or order[at[-1]] - order[at[0]] < order[best[-1]] - order[best[0]]:
            best = tuple(at)
    if not best:
        return tuple(places[key][0] for key in keys), IN_ANY_ORDER
    apart = order[best[-1]] - order[best[0]] - (len(keys) - 1)
    return best, AT_ONCE if apart == 0 else IN_ORDER


def _add_parts(index: Index, keys: Sequence[tuple[int, str]], cases: dict[object, _Case]) -> None:
    """Add what speaks for a factor in passing: part of an expression, a word of the guidance."""
    present = {key for _, key in keys}
    for number, (place, key) in enumerate(keys):
        if key.startswith(PERSON) or key in LIGHT or len(key) < SHORTEST_PART:
            continue
        in_passing: dict[object, float] = defaultdict(float)
        forms = [(key, 1.0)]
        if number == len(keys) - 1 and key not in index.weights:
            forms = [(each, BEGUN) for each in begun_by(key, index.weights)]
        for form, share in forms:
            for expression in index.parts.get(form, ()):
                factor = expression.owner.factor
                if factor is None:
                    continue
                whole = sum(index.weight(each) for each in expression.keys)
                part = sum(
                    index.weight(each) for each in expression.keys if each in present | {form}
                )
                score = PART * share * index.weight(form) * part / whole
                in_passing[factor.number] = max(in_passing[factor.number], score)
            for expression in index.expressions.get(form, ()):
                factor = expression.owner.factor
                if factor and share < 1 and len(expression.keys) == 1:
                    score = share * index.weight(form)
                    in_passing[factor.number] = max(in_passing[factor.number], score)
        for number_of_factor in index.guidance.get(key, ()):
            weight = index.weight(key) or max(index.weights.values(), default=0.0)
            in_passing[number_of_factor] = max(in_passing[number_of_factor], IN_GUIDANCE * weight)
        for owner, score in in_passing.items():
            case = cases[owner]
            if place not in case.places and score:
                case.score += score
                case.places[place] = score
                case.in_passing.add(place)
            elif place in case.places and owner in index.guidance.get(key, ()):
                case.score += BOTH * index.weight(key)


def _likeliest(edition: Edition, cases: dict[object, _Case]) -> _Decided:
    """Return those for which enough speaks.

    That no factor applies is said by whole expressions alone.
    """
    factors = [
        (factor, cases[factor.number])
        for factor in edition.factors
        if factor.number in cases and cases[factor.number].score >= LEAST
    ]
    factors = [
        (factor, case)
        for factor, case in factors
        if case.told_share() or not is_solitary(edition, factor)
    ]
    factors.sort(key=lambda found: -found[1].score)
    notes = [(each, case) for each, case in cases.items() if isinstance(each, Undescribed)]
    return factors, max(notes, key=lambda found: found[1].score, default=None)
