"""How fast this machine is beside the one for which the goals in time were set.

A machine that is shared may take twice as long for the same work an hour later. Work of nobody’s
is timed for it: lxml, that reads a return and does nothing.
"""

from __future__ import annotations

import time
from statistics import median

from benchmarks.census import InventedReturn, codes, read_and_do_nothing

GOALS_MACHINE = 17.2
"""Microseconds for a child, where the goals were set: idle, the mean of two days."""
CHILDREN, TIMES = 4000, 5


def slowness() -> float:
    """Return how many times as long as the goals' machine this one takes now."""
    content = InventedReturn(codes(), CHILDREN).read(CHILDREN * 4096)
    taken = []
    for _ in range(TIMES):
        started = time.process_time()
        read_and_do_nothing(content)
        taken.append(time.process_time() - started)
    return median(taken) / CHILDREN * 1_000_000 / GOALS_MACHINE
