"""Where a page and what is saved clash: each side in full, for the person to choose."""

from __future__ import annotations

from dataclasses import dataclass

from assessments.catalogue.types import Edition
from assessments.models import Outcome
from assessments.presenters.selection import named_codes
from assessments.services import Merge, Side
from assessments.services.merging import DESCRIPTION, OUTCOME, SELECTION, State


@dataclass(frozen=True, slots=True)
class Option:
    """One side of a clash: its factors by name, or its text."""

    side: Side
    label: str
    factors: tuple[str, ...]
    text: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class ShownClash:
    """One clash as a page asks about it."""

    part: str
    question: str
    options: tuple[Option, ...]
    error: str

    @property
    def target(self) -> str:
        """The id of its first radio button, to which an error links."""
        return f"choose-{self.part}-{Side.MINE}"


def clashes_of(merge: Merge, edition: Edition, *, with_errors: bool) -> list[ShownClash]:
    """Return the clashes, with the errors of those in which nothing was chosen if asked for."""
    return [_clash(merge, edition, part, with_errors) for part in merge.clashes]


def _clash(merge: Merge, edition: Edition, part: str, with_errors: bool) -> ShownClash:
    about = _about(edition, part)
    is_open = part in merge.open
    labels = {Side.MINE: "What this page has", Side.THEIRS: "What is saved"}
    states = {Side.MINE: merge.mine, Side.THEIRS: merge.theirs}
    return ShownClash(
        part,
        question=f"Which {about} do you want to record?",
        options=tuple(
            Option(
                side,
                label,
                *_value(part, states[side], edition),
                chosen=merge.choices.get(part) is side,
            )
            for side, label in labels.items()
        ),
        error=f"Choose which {about} to record" if with_errors and is_open else "",
    )


def _about(edition: Edition, part: str) -> str:
    match part:
        case "selection":
            return "factors"
        case "description" | "outcome" as name:
            return name
    codes = sorted(edition.rules_by_id[part].codes)
    return f"answer about {', '.join(codes)}" if len(codes) == 1 else "answer"


def _value(part: str, state: State, edition: Edition) -> tuple[tuple[str, ...], str]:
    """Return the factors of a side by name, and its text."""
    described = not edition.described_codes.isdisjoint(state.codes)
    if part == SELECTION:
        factors = tuple(map(str, named_codes(edition, state.codes)))
        return factors, state.description if described else ""
    if part == DESCRIPTION:
        if not described:
            names = named_codes(edition, edition.described_codes)
            return (), f"None: {', '.join(map(str, names))} is not selected"
        return (), state.description or "None"
    if part == OUTCOME:
        return (), Outcome(state.outcome).label
    return (), state.answers.get(part) or "Considered, without a note"
