"""The choice between codes that cannot be recorded together, and its undoing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from assessments.catalogue.code_names import listed
from assessments.catalogue.types import Edition, code_order
from assessments.components.picker.posted_selection import PostedSelection


@dataclass(frozen=True, slots=True)
class CodesOfButton:
    """Codes as the value of one button, and as its text names them."""

    codes: str
    name: str
    short: str
    number: int


@dataclass(frozen=True, slots=True)
class Choice:
    """What waits for the person's choice, or can be undone after it."""

    beside: str
    """The code that it stands beside."""
    waiting: CodesOfButton | None
    replaced: CodesOfButton | None
    others: CodesOfButton | None
    """What is selected beside it."""
    alone: bool
    """Whether what waits can be recorded with no other."""
    ticked: bool
    """Whether all of it is still ticked on the page, as where no script takes the tick away."""


def choice_of(
    edition: Edition, posted: PostedSelection, *, stays: Collection[str], ticked: bool = False
) -> Choice | None:
    """Return the choice that a post leaves open, or has made; None where there is none."""
    solitary = edition.solitary_codes
    replaced = [code for code in posted.replaced if code not in stays]
    if posted.waiting:
        alone = [code for code in (*posted.waiting, *posted.codes) if code in solitary]
        beside = alone[0] if ticked else posted.waiting[0]
    elif replaced:
        beside = next((code for code in reversed(posted.codes) if code in stays), replaced[0])
    else:
        return None
    return Choice(
        beside,
        waiting=_button(edition, posted.waiting),
        replaced=None if posted.waiting else _button(edition, replaced),
        others=_button(edition, stays),
        alone=not solitary.isdisjoint(posted.waiting),
        ticked=ticked,
    )


def _button(edition: Edition, codes: Collection[str]) -> CodesOfButton | None:
    if not codes:
        return None
    codes = sorted(codes, key=code_order)
    names = listed(edition, codes)
    short = names if len(codes) == 1 else f"the other {len(codes)} factors"
    return CodesOfButton(" ".join(codes), names, short, len(codes))
