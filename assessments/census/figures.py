"""The figures that the department publishes of a return: factors, and how long assessments took."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from assessments.catalogue.working_days import working_days_after, working_days_allowed
from assessments.census.message import Episode

BANDS = (
    ("Same day", 0),
    ("1 to 10", 10),
    ("11 to 20", 20),
    ("21 to 30", 30),
    ("31 to 40", 40),
    ("41 to 45", 45),
    ("46 to 50", 50),
    ("51 to 60", 60),
    ("61 or more", None),
)
"""How the department publishes the duration of assessments: the bands of working days, each with
its last day. Source: Children in need, table C2, 2014 to 2025 (DfE)."""

_LAST_DAYS = [last for _, last in BANDS if last is not None]


class Late(NamedTuple):
    """An assessment that took more working days from the referral than it may."""

    place: int
    """Among the assessments of its episode, from 0."""
    days: int
    allowed: int


@dataclass(slots=True)
class Figures:
    """Counts of the episodes of a return, added one by one. Completed assessments alone count."""

    factors_in_episodes: Counter[str] = field(default_factory=Counter)
    """By code; as published, once to an episode, whichever of its assessments have it."""
    factors_in_assessments: Counter[str] = field(default_factory=Counter)
    episodes_with_factors: int = 0
    """With any code, that of no factors identified among them."""
    completed_without_factors: int = 0
    from_referral: list[int] = field(default_factory=lambda: [0] * len(BANDS))
    """How many assessments took so many working days, band by band."""
    from_start: list[int] = field(default_factory=lambda: [0] * len(BANDS))

    def add(self, episode: Episode) -> list[Late]:
        """Count an episode; return the assessments in it that took too long."""
        late: list[Late] = []
        codes: set[str] = set()
        for place, assessment in enumerate(episode.assessments):
            ended = assessment.authorisation_date
            if ended is None:
                continue
            own = {*assessment.factors}
            for code in own:
                self.factors_in_assessments[code] += 1
            codes |= own
            if not own:
                self.completed_without_factors += 1
            if assessment.start_date is not None:
                self.from_start[_took(assessment.start_date, ended)[1]] += 1
            if (referred := episode.referral_date) is not None:
                days, band = _took(referred, ended)
                self.from_referral[band] += 1
                if days > (allowed := _allowed(referred)):
                    late.append(Late(place, days, allowed))
        if codes:
            for code in codes:
                self.factors_in_episodes[code] += 1
            self.episodes_with_factors += 1
        return late


# A year has few pairs of days beside its assessments.
@lru_cache(maxsize=2**16)
def _took(first: date, last: date) -> tuple[int, int]:
    """Return the working days from the first to the last day, and the place of their band."""
    # One that is dated before it began is an error of its own (8608), and took no days.
    days = max(working_days_after(first, last), 0)
    return days, bisect_left(_LAST_DAYS, days)


_allowed = lru_cache(maxsize=2**12)(working_days_allowed)
