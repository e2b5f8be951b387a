"""Finds, for the assessments of a return, those that are recorded elsewhere, by their dates."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from struct import Struct
from typing import NamedTuple

from assessments.census.message import Assessment, Child


class Unmatched(StrEnum):
    """Why an assessment of one side has none on the other."""

    NO_CHILD = "No child with this id is recorded here"
    TWICE = "The child id stands twice in the return"
    NO_DATES = "Its referral or start cannot be read"
    AMBIGUOUS = "Several assessments have these dates"
    OTHER_REFERRAL = "One that starts on this day is recorded here under another referral"
    NO_ASSESSMENT = "None with these dates is recorded here"
    NOT_IN_RETURN = "The child is not in the return"
    NOT_WITH_THE_CHILD = "The child is in the return without it"


@dataclass(frozen=True, slots=True)
class Held:
    """An assessment as it is recorded elsewhere than in the return."""

    referral_date: date
    start_date: date
    authorisation_date: date | None
    factors: tuple[str, ...]


class Holding:
    """The assessments of many children, packed: some 170 bytes to a child, where objects take 570.

    Each child is added once, and taken once.
    """

    def __init__(self) -> None:
        self._packed: dict[str, bytes | None] = {}
        self._selections: list[tuple[str, ...]] = []
        self._numbers: dict[tuple[str, ...], int] = {}

    def add(self, child_id: str, assessments: Iterable[Held]) -> None:
        self._packed[child_id] = b"".join(map(self._pack, assessments))

    def __contains__(self, child_id: str) -> bool:
        return child_id in self._packed

    def take(self, child_id: str) -> list[Held] | None:
        """Return what is held of a child, and keep no more of it; None if it was taken before."""
        packed = self._packed[child_id]
        self._packed[child_id] = None
        return None if packed is None else self._unpack(packed)

    def items(self) -> Iterator[tuple[str, list[Held] | None]]:
        """Yield each child with what is held of it still; None where it was taken."""
        for child_id, packed in self._packed.items():
            yield child_id, None if packed is None else self._unpack(packed)

    def _pack(self, held: Held) -> bytes:
        number = self._numbers.setdefault(held.factors, len(self._selections))
        if number == len(self._selections):
            self._selections.append(held.factors)
        authorised = held.authorisation_date
        return _PACKED.pack(
            held.referral_date.toordinal(),
            held.start_date.toordinal(),
            authorised.toordinal() if authorised is not None else 0,
            number,
        )

    def _unpack(self, packed: bytes) -> list[Held]:
        day = date.fromordinal
        return [
            Held(day(ref), day(start), day(end) if end else None, self._selections[number])
            for ref, start, end, number in _PACKED.iter_unpack(packed)
        ]


_PACKED = Struct("<4I")


@dataclass(frozen=True, slots=True)
class Pair:
    """An assessment of the return, with its places in the child, and the one recorded here."""

    episode: int
    assessment: int
    referral_date: date | None
    there: Assessment
    here: Held | None
    why: Unmatched | None = None
    """None where there is one here."""
    restricted: bool = False
    """Whether the record of the child is restricted here, also where this one is not recorded."""


class Missing(NamedTuple):
    """An assessment that is recorded here and was in no child of the return."""

    child_id: str
    """In capitals."""
    here: Held
    why: Unmatched
    restricted: bool


@dataclass(frozen=True, slots=True)
class _There:
    episode: int
    assessment: int
    referral_date: date | None
    it: Assessment


class Matching:
    """Matches the children of a return, one after the other, with what is recorded here.

    Ids are compared without regard to capitals, since no two here differ in them alone. Then
    referral and start have to be the same; where that finds none, or several, referral and
    authorisation. What matches several is matched with none of them.
    """

    def __init__(self, held: Holding, restricted: Container[str] = frozenset()) -> None:
        """`held` has the children by their ids in capitals, and is emptied; `restricted` the ids
        of the children whose records are."""
        self._held = held
        self._restricted = restricted
        self._missing: dict[str, list[Held]] = {}

    def pairs(self, child: Child) -> list[Pair]:
        """Return each assessment of the child, matched or not, in the order of the return."""
        theirs = [
            _There(episode_place, place, episode.referral_date, assessment)
            for episode_place, episode in enumerate(child.episodes)
            for place, assessment in enumerate(episode.assessments)
        ]
        key = (child.child_id or "").upper()
        restricted = key in self._restricted
        if key not in self._held:
            return [_pair(each, None, Unmatched.NO_CHILD, restricted) for each in theirs]
        held = self._held.take(key)
        if held is None:
            return [_pair(each, None, Unmatched.TWICE, restricted) for each in theirs]
        found = _matched(theirs, held)
        if len(found) < len(held):
            self._missing[key] = [
                each for place, each in enumerate(held) if place not in found.values()
            ]
        return [
            _pair(each, held[found[place]], None, restricted)
            if place in found
            else _pair(each, None, _why(each, held), restricted)
            for place, each in enumerate(theirs)
        ]

    def missing(self) -> Iterator[Missing]:
        """Yield what is recorded here and was in no child so far."""
        for key, held in self._held.items():
            why = Unmatched.NOT_WITH_THE_CHILD if held is None else Unmatched.NOT_IN_RETURN
            restricted = key in self._restricted
            for each in self._missing.get(key, ()) if held is None else held:
                yield Missing(key, each, why, restricted)


def _pair(each: _There, here: Held | None, why: Unmatched | None, restricted: bool) -> Pair:
    places = (each.episode, each.assessment)
    return Pair(*places, each.referral_date, each.it, here, why, restricted)


Facts = tuple[date | None, date | None, date | None]
"""The days of referral, start and authorisation."""


def _facts_there(each: _There) -> Facts:
    return each.referral_date, each.it.start_date, each.it.authorisation_date


def _facts_here(each: Held) -> Facts:
    return each.referral_date, each.start_date, each.authorisation_date


KEYS = ((0, 1, 2), (0, 1), (0, 2))
"""Which of the facts have to be the same: all; referral and start; referral and authorisation."""


def _matched(theirs: Sequence[_There], held: Sequence[Held]) -> dict[int, int]:
    """Return which of what is held each of the return is, by their places."""
    there, here = [*map(_facts_there, theirs)], [*map(_facts_here, held)]
    found: dict[int, int] = {}
    for key in KEYS:
        those_here = _by(key, here, {*found.values()})
        for facts, places in _by(key, there, {*found}).items():
            if len(places) == 1 and len(those_here.get(facts, ())) == 1:
                found[places[0]] = those_here[facts][0]
    return found


def _by(
    key: Sequence[int], facts: Sequence[Facts], without: Container[int]
) -> dict[tuple[date, ...], list[int]]:
    """Return the places of those that are not matched yet, by these of their facts."""
    found: dict[tuple[date, ...], list[int]] = {}
    for place, each in enumerate(facts):
        days = tuple(day for number in key if (day := each[number]) is not None)
        if len(days) == len(key) and place not in without:
            found.setdefault(days, []).append(place)
    return found


def _why(each: _There, held: Sequence[Held]) -> Unmatched:
    referral, start, authorised = _facts_there(each)
    if referral is None or start is None:
        return Unmatched.NO_DATES
    for other in held:
        is_alike = start == other.start_date or (
            authorised is not None and authorised == other.authorisation_date
        )
        if is_alike and referral == other.referral_date:
            return Unmatched.AMBIGUOUS
    if any(start == other.start_date for other in held):
        return Unmatched.OTHER_REFERRAL
    return Unmatched.NO_ASSESSMENT
