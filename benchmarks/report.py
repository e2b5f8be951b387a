"""The measurements as a table, each with its reference and its goal."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from dataclasses import dataclass

AT_MOST, AT_LEAST = "at most", "at least"
A_SECOND = "a second"
TIMES = {"ms", "s"}
HOLDS = {AT_MOST: operator.le, AT_LEAST: operator.ge}


@dataclass(frozen=True, slots=True)
class Goal:
    """A limit: of the ratio to the reference if `of_ratio`, else of the figure itself.

    With `or_figure` a ratio beyond the limit is met too by a figure of at most so much. A figure
    in time, or a number of times a second, is that of the goals' machine, but for `on_any`.
    """

    bound: str
    limit: float
    unit: str = "times"
    of_ratio: bool = True
    or_figure: float | None = None
    on_any: bool = False
    """The figure is the same on any machine: it was slowed down to be so."""

    def __str__(self) -> str:
        alternative = "" if self.or_figure is None else f" or {self.or_figure:,g}"
        return f"{self.bound} {self.limit:,g} {self.unit}{alternative}"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `floor` is the reference it is compared with; the ratio says how many times."""

    what: str
    median: float
    unit: str
    floor: float | None = None
    goal: Goal | None = None
    times_faster: bool = False
    slowness: float = 1
    """How many times as long as the goals' machine this one took for the same work then."""

    @property
    def on_goals_machine(self) -> float:
        """The figure, had the goals' machine been used."""
        if self.goal is None or self.goal.on_any:
            return self.median
        if self.goal.unit == A_SECOND:
            return self.median * self.slowness
        return self.median / self.slowness if self.unit in TIMES else self.median

    @property
    def ratio(self) -> float | None:
        """How many times the reference; if it should be faster, the reference over the figure."""
        if self.floor is None:
            return None
        return self.floor / self.median if self.times_faster else self.median / self.floor

    @property
    def met(self) -> bool:
        if self.goal is None:
            return True
        if self.goal.or_figure is not None and self.on_goals_machine <= self.goal.or_figure:
            return True
        value = self.ratio if self.goal.of_ratio else self.on_goals_machine
        return value is not None and HOLDS[self.goal.bound](value, self.goal.limit)


HEADINGS = ("What", "Median", "Against", "Ratio", "Goals’ machine", "Goal", "")
NUMBERS = 4
"""Columns after the first, whose figures stand at the right."""


def table(rows: Iterable[Row]) -> str:
    cells = [HEADINGS, *map(_cells, rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(HEADINGS))]
    lines = []
    for row in cells:
        first, *others = zip(row, widths, strict=True)
        parts = [first[0].ljust(first[1])]
        parts += [text.rjust(width) for text, width in others[:NUMBERS]]
        parts += [text.ljust(width) for text, width in others[NUMBERS:]]
        lines.append("  ".join(parts).rstrip())
    return "\n".join(lines)


def _cells(row: Row) -> tuple[str, ...]:
    by_figure = row.goal is not None and (not row.goal.of_ratio or row.goal.or_figure is not None)
    same = not by_figure or row.on_goals_machine == row.median
    return (
        row.what,
        _figure(row.median, row.unit),
        "" if row.floor is None else _figure(row.floor, row.unit),
        "" if row.ratio is None else f"{row.ratio:,.2f}",
        "" if same else _figure(row.on_goals_machine, row.unit),
        str(row.goal or ""),
        "" if row.goal is None else "met" if row.met else "MISSED",
    )


def _figure(value: float, unit: str) -> str:
    figure = f"{value:,.2f}" if unit in TIMES else f"{value:,.0f}"
    return f"{figure} {unit}".rstrip()
