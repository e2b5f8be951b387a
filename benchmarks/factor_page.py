"""The factor page compared with the same bytes sent ready-made, and with a form of stock widgets.

Also its size as it is sent, and its number of queries.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import process_time

from django.urls import reverse

from assessments.components.picker.rendering import render_picker
from assessments.components.picker.state import PickerState, picker_state
from assessments.evaluation import evaluate
from assessments.models import Assessment
from benchmarks import views
from benchmarks.measure import Subject, medians
from benchmarks.stock import StockForm
from benchmarks.visitor import Visitor, queries, statements

SIZES = 20
"""How many responses are weighed: each is padded with another random number of bytes."""


def stock_picker(state: PickerState) -> str:
    """Make the form of stock fields and render it, which each request does."""
    return StockForm(picker=state).render_picker()


PICKERS = (render_picker, stock_picker)


@dataclass(frozen=True, slots=True)
class FactorPage:
    """Milliseconds of CPU as medians, numbers of queries, bytes."""

    page: float
    same_bytes: float
    stock_page: float
    page_plain: float
    same_bytes_plain: float
    picker: float
    stock_form: float
    queries: int
    same_bytes_queries: int
    size: int
    compressed: int


def measure(assessment: Assessment, *, runs: int, warm_up: int) -> FactorPage:
    """Measure the page of a worker's own assessment, with `benchmarks.urls` as the URLs."""
    visitor = Visitor(assessment.worker)
    page = reverse("factors", args=[assessment.reference])
    stock_path, same_bytes_path = (
        reverse("stock_page", args=[assessment.reference]),
        reverse("same_bytes"),
    )
    views.page = visitor.get(page, compressed=False)()

    def of(path: str, *, compressed: bool = True) -> Subject:
        return lambda: visitor.get(path, compressed=compressed)

    requests = medians(
        {
            "page": of(page),
            "same bytes": of(same_bytes_path),
            "stock": of(stock_path),
            "page, plain": of(page, compressed=False),
            "same bytes, plain": of(same_bytes_path, compressed=False),
        },
        clock=process_time,
        runs=runs,
        warm_up=warm_up,
    )
    state = picker_state(evaluate(assessment), assessment.worker.density)
    picker, stock_form = medians(
        {render.__name__: _rendering(render, state) for render in PICKERS},
        clock=process_time,
        runs=runs,
        warm_up=warm_up,
    ).values()
    return FactorPage(
        page=requests["page"],
        same_bytes=requests["same bytes"],
        stock_page=requests["stock"],
        page_plain=requests["page, plain"],
        same_bytes_plain=requests["same bytes, plain"],
        picker=picker,
        stock_form=stock_form,
        queries=len(queries(statements(visitor.get(page)))),
        same_bytes_queries=len(queries(statements(visitor.get(same_bytes_path)))),
        size=len(views.page),
        compressed=round(median(len(visitor.get(page)()) for _ in range(SIZES))),
    )


def _rendering(render: Callable[[PickerState], str], state: PickerState) -> Subject:
    return lambda: lambda: render(state)
