"""The return as a table: long, wide, or with the factors of each assessment as a JSON list.

Ids are letters and digits, as the database has it, and all else is dates, codes and our own
references: no cell can be a formula.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Protocol

from assessments.catalogue.types import code_order
from assessments.census.message import Assessment
from assessments.census.years import CensusYear
from assessments.queries import ChildInReturn

FACTS = (
    "census_year",
    "child_id",
    "referral_date",
    "assessment_start_date",
    "assessment_authorisation_date",
)


class Shape(Protocol):
    def __init__(self, year: CensusYear) -> None: ...

    @property
    def headings(self) -> tuple[str, ...]: ...

    def rows(self, each: ChildInReturn) -> Iterator[tuple[str, ...]]: ...


@dataclass(frozen=True, slots=True)
class Long:
    """A row to each factor, and one without any to each assessment that has none."""

    year: CensusYear

    @property
    def headings(self) -> tuple[str, ...]:
        return (*FACTS, "factor")

    def rows(self, each: ChildInReturn) -> Iterator[tuple[str, ...]]:
        for facts, assessment in _assessments(self.year, each):
            for code in assessment.factors or ("",):
                yield (*facts, code)


class Wide:
    """A row to each assessment, a column to each code of the year: 1 where it was recorded."""

    def __init__(self, year: CensusYear) -> None:
        self._year = year
        self._codes = tuple(sorted(year.factors, key=code_order))

    @property
    def headings(self) -> tuple[str, ...]:
        return (*FACTS, *self._codes)

    def rows(self, each: ChildInReturn) -> Iterator[tuple[str, ...]]:
        for facts, assessment in _assessments(self._year, each):
            found = assessment.factors
            yield (*facts, *["1" if code in found else "" for code in self._codes])


@dataclass(frozen=True, slots=True)
class JsonRows:
    """A row to each assessment, under the names that the sector's own sender reads."""

    year: CensusYear

    @property
    def headings(self) -> tuple[str, ...]:
        return ("cinf_table_id", "cinf_assessment_id", "cinf_assessment_factors_json")

    def rows(self, each: ChildInReturn) -> Iterator[tuple[str, ...]]:
        for episode, places in zip(each.child.episodes, each.assessments, strict=True):
            for assessment, place in zip(episode.assessments, places, strict=True):
                yield place.reference, place.reference, json.dumps(assessment.factors)


SHAPES: Mapping[str, type[Shape]] = MappingProxyType(
    {"csv-long": Long, "csv-wide": Wide, "json-rows": JsonRows}
)


def _assessments(
    year: CensusYear, each: ChildInReturn
) -> Iterator[tuple[tuple[str, ...], Assessment]]:
    child_id = each.child.child_id or ""
    for episode in each.child.episodes:
        referral_date = _text_of_day(episode.referral_date)
        for assessment in episode.assessments:
            facts = (
                year.name,
                child_id,
                referral_date,
                _text_of_day(assessment.start_date),
                _text_of_day(assessment.authorisation_date),
            )
            yield facts, assessment


def _text_of_day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
