"""What every kind of rule knows and returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from assessments.census.years import CensusYear

LONGEST_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Context:
    """The census year, and the day as at which is judged: its last, or one before."""

    year: CensusYear
    day: date


@dataclass(frozen=True, slots=True)
class Raised:
    """What a rule found."""

    words: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    """For the braces of its message."""
    if_still_open: bool = False
    """Whether only time makes it wrong: on the last day, if what is open is still open then."""


WRONG = Raised()
STILL_OPEN = Raised(if_still_open=True)

Settings = Mapping[str, Any]
Check = Callable[..., Raised | None]
Kind = Callable[[Settings, Context], Check]


def shown(text: str) -> str:
    """Return what stands in a file as a message may show it: short, and nothing but characters."""
    plain = "".join(each if each.isprintable() else "?" for each in text[:LONGEST_SHOWN])
    return f"{plain}…" if len(text) > LONGEST_SHOWN else plain
