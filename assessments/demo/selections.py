"""Random selections by kind of case.

Factors come together as they do in families, and each code is still recorded as often as was
published.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from assessments.catalogue.types import Edition, code_order
from assessments.demo.parameters import Parameters, Pattern, Weighted, load_parameters


@dataclass(frozen=True)
class KindOfCase:
    """A pattern, with how often each column of codes is found in such a case."""

    pattern: Pattern
    chances: Sequence[tuple[str, float]]


@dataclass(frozen=True)
class DrawnSelection:
    """The codes drawn for one child, by published column, and the ages that fit them."""

    columns: frozenset[str]
    codes: tuple[str, ...]
    ages: tuple[int, int]


@dataclass(frozen=True)
class SelectionGenerator:
    """Draws selections under one edition."""

    parameters: Parameters
    kinds: Weighted[KindOfCase]
    kind_without_factors: KindOfCase

    def draw_kind(self, random: Random) -> KindOfCase:
        if random.random() < self.parameters.shares.no_factors_share:
            return self.kind_without_factors
        return self.kinds.draw(random)

    def draw_family(self, random: Random, size: int) -> tuple[Pattern, list[DrawnSelection]]:
        """Return the pattern, and a selection for each of `size` children who live together.

        An unborn child comes alone.
        """
        kind = self.draw_kind(random)
        while not (first := self._draw(kind, random)):
            kind = self.draw_kind(random)
        at_home = first & self.parameters.shares.shared
        drawn = [first]
        if not kind.pattern.unborn:
            for _ in range(size - 1):
                own = self._draw(kind, random) - self.parameters.shares.shared
                drawn.append(at_home | own or first)
        return kind.pattern, [self._found(kind.pattern, columns, random) for columns in drawn]

    def draw_another(self, pattern: Pattern, random: Random) -> DrawnSelection:
        """Return the selection of another assessment of a child whose case has this pattern."""
        kinds = (*self.kinds.values, self.kind_without_factors)
        kind = next(kind for kind in kinds if kind.pattern is pattern)
        while not (columns := self._draw(kind, random)):
            pass
        return self._found(pattern, columns, random)

    @staticmethod
    def _draw(kind: KindOfCase, random: Random) -> frozenset[str]:
        draw = random.random
        return frozenset([column for column, chance in kind.chances if draw() < chance])

    def _found(self, pattern: Pattern, columns: frozenset[str], random: Random) -> DrawnSelection:
        shares = self.parameters.shares
        low, high = pattern.ages
        codes = []
        for column in sorted(columns):
            first, last = shares.ages.get(column, (0, 17))
            low, high = max(low, first), min(high, last)
            several = shares.columns.get(column)
            codes.append(several.draw(random) if several else column)
        return DrawnSelection(columns, tuple(sorted(codes, key=code_order)), (low, max(low, high)))


@cache
def selection_generator(edition: Edition) -> SelectionGenerator:
    """Return the generator for an edition.

    Raise ValueError if the patterns cannot be fitted to the published shares.
    """
    parameters = load_parameters()
    shares = {
        column: share
        for column, share in parameters.shares.published.items()
        if edition.codes.keys()
        >= set(
            parameters.shares.columns[column].values
            if column in parameters.shares.columns
            else [column]
        )
    }
    none = parameters.shares.no_factors
    return SelectionGenerator(
        parameters,
        Weighted(
            (kind, kind.pattern.weight) for kind in _fit_to_shares(shares, parameters.patterns)
        ),
        KindOfCase(none, tuple(none.codes.items())),
    )


def _fit_to_shares(shares: dict[str, float], patterns: Sequence[Pattern]) -> list[KindOfCase]:
    """Fill up what the patterns lack of each share from all cases alike; take off what is over.

    A draw that finds nothing is made again, which raises all shares alike, so they are aimed
    that much lower; how often that happens follows from the result, hence the rounds.
    """
    weight = sum(pattern.weight for pattern in patterns)
    kinds: list[KindOfCase] = []
    nothing = 0.0
    for _ in range(30):
        chances: list[list[tuple[str, float]]] = [[] for _ in patterns]
        for column, share in shares.items():
            for each, chance in zip(
                chances, _chances(column, share * (1 - nothing), patterns), strict=True
            ):
                each.append((column, chance))
        kinds = [KindOfCase(p, tuple(c)) for p, c in zip(patterns, chances, strict=True)]
        nothing = sum(_chance_of_nothing(kind) * kind.pattern.weight for kind in kinds) / weight
    return kinds


def _chances(column: str, share: float, patterns: Sequence[Pattern]) -> list[float]:
    weight = sum(pattern.weight for pattern in patterns)
    own = [0.0 if column in p.never else p.codes.get(column, 0.0) for p in patterns]
    room = [0.0 if column in p.never else p.others for p in patterns]
    from_patterns = sum(
        pattern.weight * chance for pattern, chance in zip(patterns, own, strict=True)
    )
    lacking = share * weight - from_patterns
    if lacking < 0:
        return [chance * share * weight / from_patterns for chance in own]
    from_all = sum(
        pattern.weight * (1 - chance) * rest
        for pattern, chance, rest in zip(patterns, own, room, strict=True)
    )
    rate = lacking / from_all
    if rate * max(room) > 1:
        raise ValueError(f"The patterns leave no room for {column} to be found often enough.")
    return [chance + (1 - chance) * rate * rest for chance, rest in zip(own, room, strict=True)]


def _chance_of_nothing(kind: KindOfCase) -> float:
    product = 1.0
    for _, chance in kind.chances:
        product *= 1 - chance
    return product
