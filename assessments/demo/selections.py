"""Factors drawn by kind of case, so that they come together as they do in families and each
code is still recorded as often as was published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from assessments.catalogue.types import Edition, code_order
from assessments.demo.facts import Facts, Pattern, Weighted, facts


@dataclass(frozen=True)
class KindOfCase:
    """A pattern, with how often each column of codes is found in such a case."""

    pattern: Pattern
    chances: Sequence[tuple[str, float]]


@dataclass(frozen=True)
class Found:
    """The codes found for one child, by published column, and the ages at which they may be."""

    columns: frozenset[str]
    codes: tuple[str, ...]
    ages: tuple[int, int]


@dataclass(frozen=True)
class Selections:
    """Draws selections under one edition."""

    known: Facts
    kinds: Weighted[KindOfCase]
    kind_without_factors: KindOfCase

    def kind(self, random: Random) -> KindOfCase:
        if random.random() < self.known.shares.no_factors_share:
            return self.kind_without_factors
        return self.kinds.draw(random)

    def family(self, random: Random, size: int) -> tuple[Pattern, list[Found]]:
        """What is found for each of `size` children who live together.

        An unborn child comes alone.
        """
        kind = self.kind(random)
        while not (first := self._draw(kind, random)):
            kind = self.kind(random)
        at_home = first & self.known.shares.shared
        drawn = [first]
        if not kind.pattern.unborn:
            for _ in range(size - 1):
                own = self._draw(kind, random) - self.known.shares.shared
                drawn.append(at_home | own or first)
        return kind.pattern, [self._found(kind.pattern, columns, random) for columns in drawn]

    def again(self, pattern: Pattern, random: Random) -> Found:
        """What is found in another assessment of a child whose case is of this pattern."""
        kinds = (*self.kinds.values, self.kind_without_factors)
        kind = next(kind for kind in kinds if kind.pattern is pattern)
        while not (columns := self._draw(kind, random)):
            pass
        return self._found(pattern, columns, random)

    @staticmethod
    def _draw(kind: KindOfCase, random: Random) -> frozenset[str]:
        draw = random.random
        return frozenset([column for column, chance in kind.chances if draw() < chance])

    def _found(self, pattern: Pattern, columns: frozenset[str], random: Random) -> Found:
        shares = self.known.shares
        low, high = pattern.ages
        codes = []
        for column in sorted(columns):
            first, last = shares.ages.get(column, (0, 17))
            low, high = max(low, first), min(high, last)
            several = shares.columns.get(column)
            codes.append(several.draw(random) if several else column)
        return Found(columns, tuple(sorted(codes, key=code_order)), (low, max(low, high)))


@cache
def selections(edition: Edition) -> Selections:
    """The draw for an edition. ValueError if the patterns cannot come to the published shares."""
    known = facts()
    shares = {
        column: share
        for column, share in known.shares.published.items()
        if edition.codes.keys()
        >= set(known.shares.columns[column].values if column in known.shares.columns else [column])
    }
    none = known.shares.no_factors
    return Selections(
        known,
        Weighted((kind, kind.pattern.weight) for kind in _fitted(shares, known.patterns)),
        KindOfCase(none, tuple(none.codes.items())),
    )


def _fitted(shares: dict[str, float], patterns: Sequence[Pattern]) -> list[KindOfCase]:
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
        nothing = sum(_finds_nothing(kind) * kind.pattern.weight for kind in kinds) / weight
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


def _finds_nothing(kind: KindOfCase) -> float:
    product = 1.0
    for _, chance in kind.chances:
        product *= 1 - chance
    return product
