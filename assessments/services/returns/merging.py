"""Put our factors into the return that the case system made, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import BinaryIO

from django.utils import timezone

from assessments.census.check import year_of
from assessments.census.differences import factors_there
from assessments.census.matching import Pair
from assessments.census.message import Assessment, Child, has_fault
from assessments.census.read import read
from assessments.census.rewrite import rewrite
from assessments.census.years import years
from assessments.services.returns.held import held_in
from assessments.services.returns.refusals import ReadBackDiffers, refuse_other_authority
from cinfactors.accounts.models import User
from cinfactors.audit.models import Page

WRAPPER, FACTOR = "FactorsIdentifiedAtAssessment", "AssessmentFactors"


class Outcome(StrEnum):
    """What was done about an assessment, of the return or of ours."""

    FILLED = "filled"
    REPLACED = "replaced"
    SAME = "the same"
    LEFT = "left"
    NOT_MATCHED = "not matched"


@dataclass(frozen=True, slots=True)
class Merged:
    """An assessment, what was done about it, and why."""

    outcome: Outcome
    child_id: str
    referral_date: date | None
    start_date: date | None
    why: str
    position: int | None = None
    """The child's place in the return, from 1; None for what is not in it."""
    restricted: bool = False


@dataclass(slots=True)
class Merge:
    year: str
    children: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)


def merge_return(
    theirs: BinaryIO,
    *,
    by: User | None,
    file: BinaryIO,
    replacing: bool = False,
    report: Callable[[Merged], object] = lambda merged: None,
    address: str | None = None,
    request_id: str = "",
) -> Merge:
    """Copy a return to `file`, with our factors in the assessments that have none there.

    With `replacing`, also in place of others. An assessment that is not authorised there is never
    filled (8614). Everything else is copied byte for byte. What is written is read back. Raises
    NotPermitted, ReturnRefused, and the census's Refused for what is no return that can be read;
    `file` must not be handed over then.
    """
    header = read(theirs).header
    refuse_other_authority(header)
    year = year_of(header, years())
    theirs.seek(0)
    on = min(timezone.localdate(), year.reference_date)
    matching = held_in(year, on, by=by, page=Page.MERGE, address=address, request_id=request_id)
    done = Merge(year.name)
    written = _Sum()

    def say(merged: Merged) -> None:
        done.outcomes[merged.outcome] += 1
        report(merged)

    def change(position: int, child: Child) -> Child:
        done.children += 1
        new: dict[tuple[int, int], tuple[str, ...]] = {}
        for pair in matching.pairs(child):
            merged = _decided(pair, child, position, replacing=replacing)
            say(merged)
            if pair.here is not None and merged.outcome in {Outcome.FILLED, Outcome.REPLACED}:
                new[pair.episode, pair.assessment] = pair.here.factors
        changed = _with_factors(child, new) if new else child
        written.add(changed)
        return changed

    rewrite(theirs, file, change)
    for child_id, here, why, restricted in matching.missing():
        dates = (here.referral_date, here.start_date)
        say(Merged(Outcome.NOT_MATCHED, child_id, *dates, f"{why.value}.", None, restricted))
    file.seek(0)
    again = _Sum()
    for child in read(file).children:
        again.add(child)
    if again.total != written.total:
        raise ReadBackDiffers
    file.seek(0)
    return done


class _Sum:
    """A sum over children; their modules, which hold mappings, have no hash."""

    def __init__(self) -> None:
        self.total = 0

    def add(self, child: Child) -> None:
        self.total = hash((self.total, repr(child)))


def _decided(pair: Pair, child: Child, position: int, *, replacing: bool) -> Merged:
    outcome, why = _outcome(pair, replacing=replacing)
    return Merged(
        outcome,
        child.child_id or "",
        pair.referral_date,
        pair.there.start_date,
        why,
        position,
        pair.restricted,
    )


def _outcome(pair: Pair, *, replacing: bool) -> tuple[Outcome, str]:
    here, there = pair.here, pair.there
    if here is None:
        return Outcome.NOT_MATCHED, f"{pair.why.value if pair.why else ''}."
    codes = factors_there(there)
    if not here.factors:
        if not codes:
            return Outcome.SAME, "It has no factors, here and there."
        return Outcome.LEFT, f"It has {_list(codes)}, and is not completed here."
    if there.authorisation_date is None:
        return Outcome.LEFT, "It is not authorised there, and DfE refuses factors on it (8614)."
    if codes == here.factors and len(there.factors) == len(codes):
        return Outcome.SAME, f"It has {_list(codes)}, here and there."
    if not _can_be_changed(there):
        return Outcome.LEFT, "Its factors cannot be read as the layout has them."
    if not codes:
        return Outcome.FILLED, f"It had none, and now has {_list(here.factors)}.{_other_day(pair)}"
    if replacing:
        now = f"It had {_list(there.factors)}, and now has {_list(here.factors)}."
        return Outcome.REPLACED, now + _other_day(pair)
    both = f"It has {_list(there.factors)} there and {_list(here.factors)} here"
    return Outcome.LEFT, f"{both}, and was not to be replaced."


def _other_day(pair: Pair) -> str:
    """Return what is said where the two do not agree on when it started or was authorised."""
    here, there = pair.here, pair.there
    if here is None or (there.start_date, there.authorisation_date) == (
        here.start_date,
        here.authorisation_date,
    ):
        return ""
    return f" Here it ran from {here.start_date} to {here.authorisation_date}."


def _can_be_changed(assessment: Assessment) -> bool:
    return not has_fault(assessment, WRAPPER, FACTOR) and not any(
        other.within == WRAPPER for other in assessment.others
    )


def _list(codes: Iterable[str]) -> str:
    return ", ".join(each or "an empty code" for each in codes)


def _with_factors(child: Child, new: dict[tuple[int, int], tuple[str, ...]]) -> Child:
    episodes = []
    for place, episode in enumerate(child.episodes):
        assessments = tuple(_changed(episode.assessments, place, new))
        if assessments != episode.assessments:
            episode = episode._replace(assessments=assessments)
        episodes.append(episode)
    return child._replace(episodes=tuple(episodes))


def _changed(
    assessments: Iterable[Assessment], episode: int, new: dict[tuple[int, int], tuple[str, ...]]
) -> Iterator[Assessment]:
    for place, each in enumerate(assessments):
        factors = new.get((episode, place))
        yield each if factors is None else each._replace(factors=factors)
