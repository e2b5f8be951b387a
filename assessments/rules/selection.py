"""What the rules are asked of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Selection:
    """The codes selected for one assessment, as they were sent, and what rules ask of the child."""

    sent: tuple[str, ...] = ()
    """As they came: in any order, doubled and unknown ones included."""
    other_description: str = ""
    outcome: str | None = None
    """The outcome's stored value, for example "no_further_action"; None or "" while open."""
    age: int | None = None
    """In whole years on the day the assessment started; None if unborn or not known."""
    unborn: bool = False
    sex: str | None = None
    """M, F or U."""
    disabled: bool = False
    codes: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "codes", frozenset(self.sent))


def replace_codes(selection: Selection, codes: Iterable[str], other_description: str) -> Selection:
    """The same child and outcome with another selection."""
    return replace(selection, sent=tuple(codes), other_description=other_description)
