"""A save of the factors, as the page's button sends it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter, process_time

from django.urls import reverse

from assessments.models import Assessment
from benchmarks.measure import medians, percentile_95_time
from benchmarks.people import ordinary_selection
from benchmarks.visitor import Visitor, queries, statements, transactions


@dataclass(frozen=True, slots=True)
class Save:
    """Milliseconds of CPU as medians, and the numbers of statements."""

    save: float
    nothing_recorded: float
    queries: int
    transactions: int
    savepoints: int
    answer: float
    """Milliseconds on the clock within which 95 of 100 changes on the factor page are answered."""


def measure(assessment: Assessment, *, runs: int, warm_up: int) -> Save:
    """Measure saving two selections in turn, so that each post changes what is recorded."""
    visitor = Visitor(assessment.worker)
    selections = [ordinary_selection(assessment, seed) for seed in (1, 2)]

    def save() -> Callable[[], bytes]:
        current = Assessment.objects.get(pk=assessment.pk)
        other = next(codes for codes in selections if set(codes) != set(current.codes))
        path = reverse("factors", args=[current.reference])
        return visitor.post(path, _post_data(other, current.version))

    def change() -> Callable[[], bytes]:
        current = Assessment.objects.get(pk=assessment.pk)
        other = next(codes for codes in selections if set(codes) != set(current.codes))
        path = reverse("autosave", args=[current.reference])
        return visitor.post(path, _post_data(other, current.version), status=200)

    def nothing_recorded() -> Callable[[], bytes]:
        return visitor.post(reverse("same_bytes"), _post_data(selections[0], 1))

    taken = medians(
        {"save": save, "nothing": nothing_recorded},
        clock=process_time,
        runs=runs,
        warm_up=warm_up,
    )
    before = Assessment.objects.get(pk=assessment.pk).version
    sql = statements(save())
    assert Assessment.objects.get(pk=assessment.pk).version == before + 1
    opened, savepoints = transactions(sql)
    answer = percentile_95_time(change, clock=perf_counter, runs=runs, warm_up=warm_up)
    return Save(taken["save"], taken["nothing"], len(queries(sql)), opened, savepoints, answer)


def _post_data(codes: Sequence[str], version: int) -> dict[str, object]:
    return {"codes": codes, "version": version, "key": uuid.uuid4(), "next": "check"}
