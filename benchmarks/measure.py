"""Medians over many runs in this process, the subjects in turn, so that a slow moment hits all."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import ceil
from statistics import median

Timed = Callable[[], object]
Subject = Callable[[], Timed]
"""Prepares a run, untimed, and returns the function that is timed."""


def medians(
    subjects: Mapping[str, Subject], *, clock: Callable[[], float], runs: int, warm_up: int
) -> dict[str, float]:
    """Return the median time of each subject in milliseconds: first, second, first, second, …"""
    times = all_times(subjects, clock=clock, runs=runs, warm_up=warm_up)
    return {name: median(taken) for name, taken in times.items()}


def percentile_95_time(
    subject: Subject, *, clock: Callable[[], float], runs: int, warm_up: int
) -> float:
    """Return the time in milliseconds within which 95 of 100 runs finish."""
    [taken] = all_times({"": subject}, clock=clock, runs=runs, warm_up=warm_up).values()
    return percentile_95(taken)


def percentile_95(taken: Sequence[float]) -> float:
    """Return the time within which 95% of them are."""
    return sorted(taken)[max(0, ceil(len(taken) * 0.95) - 1)]


def all_times(
    subjects: Mapping[str, Subject], *, clock: Callable[[], float], runs: int, warm_up: int
) -> dict[str, list[float]]:
    """Return every time of each subject in milliseconds."""
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(warm_up):
        for subject in subjects.values():
            subject()()
    with _garbage_frozen():
        for _ in range(runs):
            for name, subject in subjects.items():
                timed = subject()
                started = clock()
                timed()
                times[name].append((clock() - started) * 1000)
    return times


@contextmanager
def _garbage_frozen() -> Iterator[None]:
    """Keep the garbage collector from searching what exists already, run after run."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
