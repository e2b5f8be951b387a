"""The parameters of the invented records, read from the TOML files of this folder.

Each file says which of its figures are published and which are ours.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from math import ceil
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any, Generic, TypeVar

FOLDER = Path(__file__).parent
T = TypeVar("T")


class Weighted(Generic[T]):
    """Values to draw at random, each as often as its weight."""

    def __init__(self, weights: Iterable[tuple[T, float]]) -> None:
        pairs = [(value, weight) for value, weight in weights if weight > 0]
        self.values: Sequence[T] = tuple(value for value, _ in pairs)
        self._reached = list(accumulate(weight for _, weight in pairs))
        self._last = len(pairs) - 1

    def draw(self, random: Random) -> T:
        place = bisect_right(self._reached, random.random() * self._reached[-1])
        return self.values[min(place, self._last)]


@dataclass(frozen=True)
class Pattern:
    """A kind of case; see `patterns.toml`."""

    id: str
    weight: float
    codes: Mapping[str, float]
    needs: Weighted[str]
    outcomes: Weighted[str]
    sources: Weighted[str]
    others: float = 1.0
    never: frozenset[str] = frozenset()
    ages: tuple[int, int] = (0, 17)
    unborn: bool = False


@dataclass(frozen=True)
class Shares:
    """How often each factor is recorded, and what goes with it; see `shares.toml`."""

    published: Mapping[str, float]
    """The share of assessments with a factor, between 0 and 1, by the published column."""
    columns: Mapping[str, Weighted[str]]
    """The codes of each published column that stands for several."""
    no_factors: Pattern
    no_factors_share: float
    disabling: frozenset[str]
    disabled_with: float
    disabled_without: float
    disabled_not_known: float
    sexes: Weighted[str]
    family_sizes: Weighted[int]
    shared: frozenset[str]
    earlier: float
    age_weights: tuple[int, ...]
    ages: Mapping[str, tuple[int, int]]
    girls: frozenset[str]


@dataclass(frozen=True)
class Workflow:
    """When things happen to an assessment, and with which result; see `workflow.toml`."""

    statuses: Mapping[str, int]
    shares: Sequence[float]
    days: Sequence[float]
    days_past: Mapping[str, Weighted[tuple[int, int]]]
    delays: Mapping[str, Weighted[int]]
    chances: Mapping[str, float]
    outcomes: Weighted[str]
    closed_at_once: Mapping[str, Weighted[str]]
    closed_later: Weighted[str]
    closed_after: tuple[int, int]
    sources: Weighted[str]
    needs: Weighted[str]

    def days_taken(self, random: Random) -> int:
        """Return working days from referral to authorisation, as published: never less than one."""
        share = random.random()
        place = min(bisect_right(self.shares, share), len(self.shares) - 1)
        low, high = self.shares[place - 1], self.shares[place]
        first, last = self.days[place - 1], self.days[place]
        return max(1, ceil(first + (share - low) / (high - low) * (last - first)))


@dataclass(frozen=True)
class Account:
    """One of the people who can sign in; see `people.toml`."""

    username: str
    name: str
    role: str
    team: str = ""


@dataclass(frozen=True)
class Colleagues:
    fewest_workers: int
    assessments_for_each: int
    workers_in_a_team: int
    username: str
    team: str


@dataclass(frozen=True)
class ReturnReason:
    """Why a manager returned a submission, beside a code or by itself, and the reply to it."""

    reason: str
    text: str
    reply: str


@dataclass(frozen=True)
class Texts:
    """What people wrote; see `texts.toml`."""

    other: Sequence[str]
    cancelled: Sequence[str]
    reopened: Sequence[str]
    authorised: Sequence[str]
    corrected: Sequence[str]
    returned: Sequence[ReturnReason]
    returned_of: Mapping[str, ReturnReason]
    """By the code that each comment is pinned to."""
    pinned: Sequence[str]
    """The general comments that go with a comment on one code."""
    answers: Sequence[str]
    answers_of: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Parameters:
    shares: Shares
    patterns: Sequence[Pattern]
    workflow: Workflow
    texts: Texts
    given_names: Sequence[str]
    family_names: Sequence[str]
    teams: Sequence[str]
    accounts: Sequence[Account]
    colleagues: Colleagues


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _weighted(table: Mapping[str, float]) -> Weighted[str]:
    return Weighted(table.items())


def _numbers(table: Mapping[str, float]) -> Weighted[int]:
    return Weighted((int(number), weight) for number, weight in table.items())


@cache
def load_parameters() -> Parameters:
    """Return all parameters, read once."""
    names, people = _read("names"), _read("people")
    workflow = _circumstances(_read("workflow"))
    return Parameters(
        shares=_shares(_read("shares"), workflow),
        patterns=tuple(_pattern(table, workflow) for table in _read("patterns")["pattern"]),
        workflow=workflow,
        texts=_texts(_read("texts")),
        given_names=tuple(names["given"]),
        family_names=tuple(names["family"]),
        teams=tuple(people["teams"]),
        accounts=tuple(Account(**account) for account in people["account"]),
        colleagues=Colleagues(**people["colleagues"]),
    )


def _pattern(table: Mapping[str, Any], usual: Workflow) -> Pattern:
    given = dict(table)
    for name in ("needs", "outcomes", "sources"):
        given[name] = _weighted(given[name]) if name in given else getattr(usual, name)
    given["never"] = frozenset(given.get("never", ()))
    if "ages" in given:
        given["ages"] = tuple(given["ages"])
    return Pattern(**given)


def _shares(table: Mapping[str, Any], usual: Workflow) -> Shares:
    none, disability, families = table["no_factors"], table["disability"], table["families"]
    return Shares(
        published=MappingProxyType(
            {column: share / 100 for column, share in table["published"].items()}
        ),
        columns={column: _weighted(weights) for column, weights in table["columns"].items()},
        no_factors=Pattern(
            id="no-factors",
            weight=0,
            codes=dict.fromkeys(none["codes"], 1.0),
            needs=_weighted(none["needs"]),
            outcomes=_weighted(none["outcomes"]),
            sources=usual.sources,
        ),
        no_factors_share=none["share"],
        disabling=frozenset(disability["codes"]),
        disabled_with=disability["share_with"],
        disabled_without=disability["share_without"],
        disabled_not_known=disability["share_not_known"],
        sexes=_weighted(table["sex"]),
        family_sizes=_numbers(families["sizes"]),
        shared=frozenset(families["shared"]),
        earlier=families["earlier"],
        age_weights=tuple(table["ages"]["weights"]),
        ages={code: tuple(ages) for code, ages in table["ages"]["of"].items()},
        girls=frozenset(table["girls"]["codes"]),
    )


def _circumstances(table: Mapping[str, Any]) -> Workflow:
    closure = table["closure"]
    return Workflow(
        statuses=table["statuses"],
        shares=table["days_taken"]["shares"],
        days=table["days_taken"]["days"],
        days_past={
            status: Weighted(((span["from"], span["to"]), span["weight"]) for span in spans)
            for status, spans in table["days_past"].items()
        },
        delays={act: _numbers(weights) for act, weights in table["delays"].items()},
        chances=table["chances"],
        outcomes=_weighted(table["outcomes"]),
        closed_at_once={
            outcome: _weighted(reasons) for outcome, reasons in closure["at_once"].items()
        },
        closed_later=_weighted(closure["later"]["reasons"]),
        closed_after=tuple(closure["later"]["days"]),
        sources=_weighted(table["sources"]),
        needs=_weighted(table["needs"]),
    )


def _texts(table: Mapping[str, Any]) -> Texts:
    return Texts(
        other=table["other"],
        cancelled=table["cancelled"],
        reopened=table["reopened"],
        authorised=table["authorised"],
        corrected=table["corrected"],
        returned=[
            ReturnReason(each["reason"], each["comment"], each["reply"])
            for each in table["returned"]["general"]
        ],
        returned_of={code: ReturnReason(**each) for code, each in table["returned"]["of"].items()},
        pinned=table["returned"]["pinned"],
        answers=table["answers"]["general"],
        answers_of=table["answers"]["of"],
    )
