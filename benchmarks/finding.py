"""How often the search finds what everyday phrases mean.

`phrases/` has them with the factor, the code where it is said whom they are about, or "none": one
file on which the search was tuned, and one whose phrases it was not tuned on.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from assessments.catalogue import loader
from assessments.catalogue.search import find
from assessments.catalogue.types import Edition

FOLDER = Path(__file__).parent / "phrases"
TUNED, UNSEEN = "tuned", "unseen"
NONE = "none"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase as somebody types it, and what it means."""

    text: str
    expected: tuple[str, ...]
    """Numbers of factors, or codes; nothing where no code describes it."""
    kind: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of the phrases of a file."""

    first: float
    """The share of what a code describes whose factor, or code, came first."""
    in_three: float
    """The share whose factor was among the first three."""
    none: float
    """The share of what no code describes that led to no code."""
    milliseconds: float
    """Of CPU, for one search."""
    failed: tuple[tuple[Phrase, tuple[str, ...]], ...]
    """What did not come first, with the codes that did."""


def phrases(name: str) -> list[Phrase]:
    with (FOLDER / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [
            Phrase(
                row["phrase"],
                () if row["expected"] == NONE else tuple(row["expected"].split("|")),
                row["kind"],
            )
            for row in rows
        ]


def figures(name: str) -> Figures:
    """Search for each phrase of the file."""
    edition = loader.edition("2021-04")
    find(edition, "warm")
    every = phrases(name)
    started = process_time()
    found = [find(edition, phrase.text).codes for phrase in every]
    seconds = process_time() - started
    described = [
        (phrase, codes) for phrase, codes in zip(every, found, strict=True) if phrase.expected
    ]
    others = [
        (phrase, codes) for phrase, codes in zip(every, found, strict=True) if not phrase.expected
    ]
    failed = [(each, codes) for each, codes in described if not _is_first(edition, each, codes)]
    failed += [(each, codes) for each, codes in others if codes]
    return Figures(
        first=sum(_is_first(edition, *each) for each in described) / len(described),
        in_three=sum(_is_in_three(edition, *each) for each in described) / len(described),
        none=sum(not codes for _, codes in others) / len(others),
        milliseconds=seconds / len(every) * 1000,
        failed=tuple(failed),
    )


def _is_first(edition: Edition, phrase: Phrase, codes: Sequence[str]) -> bool:
    """Whether the first code is one that is expected, or of a factor that is."""
    if not codes:
        return False
    factor = edition.factor_of(codes[0])
    return any(
        each in (codes[0], factor.number)
        or (len(factor.codes) == 1 and number_of(edition, each) == factor.number)
        for each in phrase.expected
    )


def _is_in_three(edition: Edition, phrase: Phrase, codes: Sequence[str]) -> bool:
    numbers = list(dict.fromkeys(edition.factor_of(code).number for code in codes))[:3]
    return any(number_of(edition, each) in numbers for each in phrase.expected)


def number_of(edition: Edition, expected: str) -> str:
    """Return the number of the factor that is expected, by itself or by one of its codes."""
    is_number = expected in edition.factors_by_number
    return expected if is_number else edition.factor_of(expected).number
