"""The input of the rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Selection:
    """The codes sent for one assessment, and what rules read about its outcome and its child."""

    sent: tuple[str, ...] = ()
    """As they came: in any order, repeated and unknown ones included."""
    other_description: str = ""
    outcome: str | None = None
    """The outcome's stored value, for example "no_further_action"; None or "" while open."""
    age: int | None = None
    """In whole years on the day the assessment started; None if unborn or not known."""
    unborn: bool = False
    sex: str | None = None
    """M, F or U."""
    disabled: bool = False
    """Whether the child is recorded as disabled; False where that is not known."""
    codes: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "codes", frozenset(self.sent))


def replace_codes(selection: Selection, codes: Iterable[str], other_description: str) -> Selection:
    """Return another selection for the same child and outcome."""
    return replace(selection, sent=tuple(codes), other_description=other_description)
