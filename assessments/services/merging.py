"""Merging what two pages made of one record, three ways: from the last state that both had.

What only one side changed is taken from it, so that additions of both are kept, and removals of
both. What both changed otherwise is a clash, and is the person's to choose. Pure: states go in
and a state comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

SELECTION, DESCRIPTION, OUTCOME = "selection", "description", "outcome"
"""The parts that can clash, besides the answer to a rule, which has the rule's id."""


class Side(StrEnum):
    """Whose value stands where two clash."""

    MINE = "mine"
    """The page's own."""
    THEIRS = "theirs"
    """What is saved."""


Choices = Mapping[str, Side]
"""By part: what the person chose."""


@dataclass(frozen=True, slots=True)
class State:
    """What a page shows of a record, or what is saved of it."""

    codes: frozenset[str] = frozenset()
    description: str = ""
    """Of the codes: none counts where no code takes one."""
    outcome: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    """The text of the last answer to each rule that has one, by rule."""


@dataclass(frozen=True, slots=True)
class Merge:
    """What two sides make of a record together, and where the person has to choose."""

    base: State
    mine: State
    theirs: State
    state: State
    """Of both; what is still to be chosen stands in it as it is saved."""
    clashes: tuple[str, ...] = ()
    """The parts in which the two cannot be had together, chosen already or not."""
    choices: Choices = field(default_factory=dict)

    @property
    def open(self) -> tuple[str, ...]:
        """The clashes in which nothing is chosen yet."""
        return tuple(part for part in self.clashes if part not in self.choices)

    @property
    def others_answers(self) -> frozenset[str]:
        """The rules to which the other side has given another answer."""
        return frozenset(
            rule
            for rule, text in self.theirs.answers.items()
            if text != self.base.answers.get(rule)
        )


def merge(
    base: State,
    mine: State,
    theirs: State,
    *,
    described: Collection[str],
    may_stand: Callable[[frozenset[str]], bool],
    choices: Choices | None = None,
) -> Merge:
    """Merge two states that came of `base`, with what the person chose where they clash.

    `described` are the codes that take the description; `may_stand` says whether codes may be
    recorded together.
    """
    choices = choices or {}
    clashes: list[str] = []

    def side_of(part: str, *values: str | None) -> Side:
        if (side := _changed_side(*values)) is None:
            clashes.append(part)
            side = choices.get(part, Side.THEIRS)
        return side

    codes, description = _selection(
        base, mine, theirs, frozenset(described), may_stand, choices, clashes
    )
    outcome = side_of(OUTCOME, base.outcome, mine.outcome, theirs.outcome)
    rules = sorted({*base.answers, *theirs.answers, *mine.answers})
    answers = {}
    for rule in rules:
        side = side_of(rule, *(state.answers.get(rule) for state in (base, mine, theirs)))
        text = _of(side, mine, theirs).answers.get(rule)
        if text is not None:
            answers[rule] = text
    return Merge(
        base,
        mine,
        theirs,
        State(codes, description, _of(outcome, mine, theirs).outcome, answers),
        clashes=tuple(clashes),
        choices={part: choices[part] for part in clashes if part in choices},
    )


def _of(side: Side, mine: State, theirs: State) -> State:
    return mine if side is Side.MINE else theirs


def _changed_side(base: str | None, mine: str | None, theirs: str | None) -> Side | None:
    """Return the side whose value stands: the one that changed it; None where both did otherwise.

    Of two who began one, which had none before, a side that has entered nothing yet gives way.
    """
    if mine in (base, theirs):
        return Side.THEIRS
    if theirs == base:
        return Side.MINE
    if base is None and "" in (mine, theirs):
        return Side.THEIRS if mine == "" else Side.MINE
    return None


def _selection(
    base: State,
    mine: State,
    theirs: State,
    described: frozenset[str],
    may_stand: Callable[[frozenset[str]], bool],
    choices: Choices,
    clashes: list[str],
) -> tuple[frozenset[str], str]:
    """Return the codes of both with their description, and add to the clashes where they do."""
    # A code is kept as it was unless one side has changed it; two can only change it alike.
    codes = (mine.codes & theirs.codes) | ((mine.codes ^ theirs.codes) - base.codes)
    values = (_description(state, described) for state in (base, mine, theirs))
    side = _changed_side(*values)
    with_either = [(codes - described) | (each.codes & described) for each in (mine, theirs)]
    part = DESCRIPTION
    if not may_stand(codes) or (side is None and not all(map(may_stand, with_either))):
        part, side = SELECTION, None
    if side is None:
        clashes.append(part)
        side = choices.get(part, Side.THEIRS)
        if part == SELECTION:
            codes = _of(side, mine, theirs).codes
        else:
            codes = with_either[side is Side.THEIRS]
    return codes, _description(_of(side, mine, theirs), described) or ""


def _description(state: State, described: frozenset[str]) -> str | None:
    """Return the description; None where no code takes one."""
    return state.description if state.codes & described else None
