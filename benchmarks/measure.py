"""Medians over many runs in this process, the subjects in turn, so that all share its weather."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import ceil
from statistics import median

Act = Callable[[], object]
Subject = Callable[[], Act]
"""Makes ready, untimed, and answers with what is timed."""


def medians(
    subjects: Mapping[str, Subject], *, clock: Callable[[], float], runs: int, warm_up: int
) -> dict[str, float]:
    """The median time of each subject in milliseconds: first, second, first, second, …"""
    times = all_times(subjects, clock=clock, runs=runs, warm_up=warm_up)
    return {name: median(taken) for name, taken in times.items()}


def slowest_but_5_in_100(
    subject: Subject, *, clock: Callable[[], float], runs: int, warm_up: int
) -> float:
    """The time in milliseconds within which 95 of 100 runs are over."""
    [taken] = all_times({"": subject}, clock=clock, runs=runs, warm_up=warm_up).values()
    return of_100(taken)


def of_100(taken: Sequence[float]) -> float:
    """The 95th of 100 times, in their order."""
    return sorted(taken)[max(0, ceil(len(taken) * 0.95) - 1)]


def all_times(
    subjects: Mapping[str, Subject], *, clock: Callable[[], float], runs: int, warm_up: int
) -> dict[str, list[float]]:
    """Every time of each subject in milliseconds."""
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(warm_up):
        for subject in subjects.values():
            subject()()
    with _garbage_frozen():
        for _ in range(runs):
            for name, subject in subjects.items():
                act = subject()
                started = clock()
                act()
                times[name].append((clock() - started) * 1000)
    return times


@contextmanager
def _garbage_frozen() -> Iterator[None]:
    """What is there already is not looked through again and again."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
