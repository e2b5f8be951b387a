"""How many selections the rules evaluate in a second, on one core."""

from __future__ import annotations

import random
from collections.abc import Callable
from statistics import median
from time import process_time

from assessments.catalogue import loader
from assessments.catalogue.types import Edition
from assessments.rules import Selection, evaluate

SELECTIONS = 20_000
RUNS = 7


def evaluations_a_second() -> float:
    """Return the rate for ordinary selections of one to five codes; the median over the runs."""
    return _a_second(evaluate)


def floor_a_second() -> float:
    """Return the rate of the same loop with a function that does nothing."""
    return _a_second(_nothing)


def _a_second(evaluate: Callable[[Edition, Selection], object]) -> float:
    edition = loader.edition("2021-04")
    selections = _selections(edition)
    rates = []
    for _ in range(RUNS):
        started = process_time()
        for selection in selections:
            evaluate(edition, selection)
        rates.append(len(selections) / (process_time() - started))
    return median(rates)


def _selections(edition: Edition) -> list[Selection]:
    """Return the same selections each time: children of every age, an unborn one now and then."""
    generator = random.Random(2021)  # noqa: S311  invented selections, no secret
    codes = list(edition.codes)
    found = []
    for _ in range(SELECTIONS):
        age = generator.randint(-1, 18)
        found.append(
            Selection(
                tuple(generator.sample(codes, generator.randint(1, 5))),
                age=None if age < 0 else age,
                unborn=age < 0,
                sex=generator.choice("FM"),
                disabled=generator.random() < 0.12,
            )
        )
    return found


def _nothing(edition: Edition, selection: Selection) -> None:
    return None
