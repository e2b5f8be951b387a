"""What a return says of assessments, beside what is recorded here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from assessments.catalogue.types import code_order
from assessments.census.matching import Held, Missing, Pair, Unmatched
from assessments.census.message import Assessment


class Kind(StrEnum):
    """How the two differ; an assessment may differ in its dates and in its factors."""

    HERE_NOT_THERE = "Here, not there"
    THERE_NOT_HERE = "There, not here"
    FACTORS = "Different factors"
    DATES = "Different dates"
    BLANK_THERE = "Blank there, recorded here"
    NO_FACTORS_THERE = "No factors identified there, nothing here"


@dataclass(frozen=True, slots=True)
class Difference:
    kind: Kind
    child_id: str
    referral_date: date | None
    there: Assessment | None
    here: Held | None
    why: Unmatched | None = None
    """Why one of the two is missing, where it is."""
    restricted: bool = False
    """Whether the record of the child is restricted here."""


def factors_there(assessment: Assessment) -> tuple[str, ...]:
    """Return the codes of a return in our order: each once, and no empty one."""
    return tuple(sorted({each for each in assessment.factors if each}, key=code_order))


def differences(
    child_id: str, pairs: Iterable[Pair], no_factors_identified: frozenset[str]
) -> Iterator[Difference]:
    """Yield how the assessments of a child differ; `no_factors_identified` are codes such as 21."""
    for pair in pairs:
        for kind in _kinds(pair, no_factors_identified):
            sides = (pair.there, pair.here)
            yield Difference(kind, child_id, pair.referral_date, *sides, pair.why, pair.restricted)


def missing_there(found: Iterable[Missing]) -> Iterator[Difference]:
    """Yield what is recorded here and is in no child of the return."""
    for child_id, here, why, restricted in found:
        days = (here.referral_date, None)
        yield Difference(Kind.HERE_NOT_THERE, child_id, *days, here, why, restricted)


def _kinds(pair: Pair, no_factors_identified: frozenset[str]) -> Iterator[Kind]:
    there, here = factors_there(pair.there), pair.here
    says_none = bool(there) and no_factors_identified.issuperset(there)
    if here is None:
        yield Kind.NO_FACTORS_THERE if says_none else Kind.THERE_NOT_HERE
        return
    days_there = (pair.there.start_date, pair.there.authorisation_date)
    if days_there != (here.start_date, here.authorisation_date):
        yield Kind.DATES
    if says_none and not here.factors:
        yield Kind.NO_FACTORS_THERE
    elif here.factors and not there:
        yield Kind.BLANK_THERE
    elif there != here.factors:
        yield Kind.FACTORS
