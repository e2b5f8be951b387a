"""What is said of a return as a whole: repeated ids, shares, and what changed since the last one.

Everything is counted while children pass by; nothing but two small numbers to a child is kept.
The rules are those of `rules/file.toml`, with their thresholds.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from assessments.catalogue.tables import Table, read
from assessments.catalogue.types import code_order
from assessments.census.message import Child
from assessments.census.rules.kinds import Context, Raised
from assessments.census.rules.loader import FOLDER, Rule

BUCKETS = 4
"""Passes over the ids, each of which needs memory for its part of them alone."""
MOST_SELECTIONS = 10_000


@dataclass(slots=True)
class Counts:
    """The numbers of a file that its queries are about, in one census year."""

    codes_of_the_year: frozenset[str]
    first_day: date
    last_day: date
    not_disabled: frozenset[str]
    sex_not_known: frozenset[str]
    children: int = 0
    born: int = 0
    born_without_sex: int = 0
    disabilities: set[str] = field(default_factory=set)
    disabled: int = 0
    most_disabilities: int = 0
    completed: int = 0
    """Assessments authorised in the census year."""
    with_factors: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    """How many of the completed assessments have each code; `count_codes` brings it up to date."""
    _selections: Counter[tuple[str, ...]] = field(default_factory=Counter)
    _ids: array[int] = field(default_factory=lambda: array("q"))
    _upns: array[int] = field(default_factory=lambda: array("q"))

    def add(self, child: Child) -> None:
        self.children += 1
        # Python's hash is of 64 bits and of another key in each process: nobody can make two ids
        # alike, and two of a million are by chance once in thirty million files. 0 is no id.
        self._ids.append(hash(child.child_id) or 1 if child.child_id is not None else 0)
        self._upns.append(hash(child.upn) or 1 if child.upn is not None else 0)
        if child.expected_birth_date is None:
            self.born += 1
            sex = child.sex if child.sex is not None else child.gender
            if sex is None or sex in self.sex_not_known:
                self.born_without_sex += 1
        if child.disabilities and not self.not_disabled.issuperset(child.disabilities):
            own = set(child.disabilities) - self.not_disabled
            self.disabled += 1
            self.disabilities |= own
            self.most_disabilities = max(self.most_disabilities, len(own))
        for episode in child.episodes:
            for assessment in episode.assessments:
                day = assessment.authorisation_date
                if day is not None and self.first_day <= day <= self.last_day:
                    self.completed += 1
                    if assessment.factors:
                        self.with_factors += 1
                        self._selections[assessment.factors] += 1
        if len(self._selections) > MOST_SELECTIONS:
            self.count_codes()

    def count_codes(self) -> None:
        """Count the codes of the selections that have passed by since the last time."""
        for factors, number in self._selections.items():
            for code in set(factors):
                self.codes[code] += number
        self._selections.clear()

    def repeated(self, name: str) -> Iterator[int]:
        """Yield the positions, from 1, of children whose id or UPN an earlier one has."""
        hashes = {"child_id": self._ids, "upn": self._upns}[name]
        for bucket in range(BUCKETS):
            seen: set[int] = set()
            for position, each in enumerate(hashes, start=1):
                if each % BUCKETS == bucket and each:
                    if each in seen:
                        yield position
                    seen.add(each)

    def share(self, measure: str) -> float | None:
        """Return a share of the completed assessments; None where there are none."""
        if measure == "without_factors":
            return (self.completed - self.with_factors) / self.completed if self.completed else None
        return self.codes[measure] / self.with_factors if self.with_factors else None


def new_counts(context: Context, settings: Mapping[str, Any]) -> Counts:
    year = context.year
    return Counts(
        year.factors,
        year.first_day,
        year.reference_date,
        frozenset(settings["not_disabled"]),
        frozenset(settings["sex_not_known"]),
    )


def counting(folder: Path = FOLDER) -> Mapping[str, Any]:
    """Return what is counted how: the codes for no disability and for a sex that is not known."""
    with read(folder / "counting.toml") as table:
        return _counting(table)


def _counting(table: Table) -> Mapping[str, Any]:
    return MappingProxyType(
        {
            "not_disabled": table.texts("not_disabled"),
            "sex_not_known": table.texts("sex_not_known"),
            "expected_shares": MappingProxyType(table.mapping("expected_shares")),
        }
    )


def said_of_the_file(
    rules: Iterable[Rule],
    counts: Counts,
    last: Counts | None,
    expected_shares: Mapping[str, float],
) -> Iterator[tuple[Rule, Raised]]:
    """Yield what the rules about the whole file say, beside the last return where it is given."""
    for rule in rules:
        kind = FILE_KINDS.get(rule.kind)
        if kind is not None and counts.children >= rule.settings.get("children", 0):
            for words in kind(rule.settings, counts, last, expected_shares):
                yield rule, Raised(words)


Words = Mapping[str, object]


def _percent(share: float) -> str:
    return f"{share * 100:.3g}%"


def sex_not_known(settings: Any, counts: Counts, last: Any, expected: Any) -> Iterator[Words]:
    """More than a share of the born children have no known sex."""
    if counts.born and counts.born_without_sex / counts.born > settings["most"]:
        yield {"share": _percent(counts.born_without_sex / counts.born)}


def few_kinds_of_disability(
    settings: Any, counts: Counts, last: Any, expected: Any
) -> Iterator[Words]:
    """Fewer kinds of disability than a return has."""
    if len(counts.disabilities) < settings["least"]:
        yield {"number": len(counts.disabilities)}


def one_disability_each(settings: Any, counts: Counts, last: Any, expected: Any) -> Iterator[Words]:
    """Disabled children, and none of them with more than one disability."""
    if counts.disabled and counts.most_disabilities < 2:
        yield {"number": counts.disabled}


def share_above(settings: Any, counts: Counts, last: Any, expected: Any) -> Iterator[Words]:
    """A share of the completed assessments is above what an authority has."""
    share = counts.share(settings["of"])
    if share is not None and share > settings["most"]:
        yield {"share": _percent(share), "most": _percent(settings["most"])}


def codes_never_used(settings: Any, counts: Counts, last: Any, expected: Any) -> Iterator[Words]:
    """Codes that nobody used, though England's share would have had some of them here."""
    missing = [
        code
        for code in counts.codes_of_the_year
        if not counts.codes[code]
        and expected.get(code, 0) * counts.with_factors >= settings["expected"]
    ]
    if missing:
        yield {"codes": ", ".join(sorted(missing, key=code_order))}


def number_changed(
    settings: Any, counts: Counts, last: Counts | None, expected: Any
) -> Iterator[Words]:
    """A number is by half, or more, another than in the last return."""
    if last is None:
        return
    now, before = getattr(counts, settings["of"]), getattr(last, settings["of"])
    if before >= settings["least"] and abs(now - before) >= settings["change"] * before:
        yield {"now": f"{now:,}", "before": f"{before:,}"}


def share_changed(
    settings: Any, counts: Counts, last: Counts | None, expected: Any
) -> Iterator[Words]:
    """The share of a code is by half, or more, another than in the last return."""
    if last is None or not counts.with_factors or not last.with_factors:
        return
    for code in sorted({*counts.codes, *last.codes}, key=code_order):
        now, before = counts.share(code) or 0.0, last.share(code) or 0.0
        used = max(counts.codes[code], last.codes[code])
        if used >= settings["least"] and abs(now - before) >= settings["change"] * before:
            yield {"code": code, "now": _percent(now), "before": _percent(before)}


def without_factors_changed(
    settings: Any, counts: Counts, last: Counts | None, expected: Any
) -> Iterator[Words]:
    """The share of assessments without factors is by half, or more, another than in the last."""
    if last is None:
        return
    now, before = counts.share("without_factors"), last.share("without_factors")
    if now is None or before is None:
        return
    used = max(counts.completed - counts.with_factors, last.completed - last.with_factors)
    if used >= settings["least"] and abs(now - before) >= settings["change"] * before:
        yield {"now": _percent(now), "before": _percent(before)}


FILE_KINDS = MappingProxyType(
    {
        each.__name__: each
        for each in (
            sex_not_known,
            few_kinds_of_disability,
            one_disability_each,
            share_above,
            codes_never_used,
            number_changed,
            share_changed,
            without_factors_changed,
        )
    }
)
