"""What a page sends to be recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from assessments.services.answering import SentAnswer


@dataclass(frozen=True, slots=True)
class Sent:
    """What a page sends to be recorded; None for what is not on it."""

    codes: tuple[str, ...] | None = None
    """As posted: doubled and unknown ones are for the rules to refuse."""
    other_description: str = ""
    """Of the codes: dropped where none of them takes one."""
    answers: tuple[SentAnswer, ...] = ()
    outcome: str | None = None
    unreadable: Mapping[str, str] = field(default_factory=dict)
    """A message for each part that the page could not read, which is refused like the others."""
