"""*My assessments* of one person in two databases, a small one and a large one, in turn.

Time on the wall clock, since the database works in a process of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter

from django.db.backends.base.base import BaseDatabaseWrapper
from django.urls import reverse

from assessments.models import Assessment
from benchmarks.database import use
from benchmarks.measure import Subject, medians
from benchmarks.people import worker
from benchmarks.visitor import Visitor, queries, statements


@dataclass(frozen=True, slots=True)
class ListPage:
    """Milliseconds as medians."""

    what: str
    small: float
    large: float
    queries: int


def measure(
    small: BaseDatabaseWrapper, large: BaseDatabaseWrapper, *, runs: int, warm_up: int
) -> list[ListPage]:
    """Measure the list, and its search by the child's id and by name.

    The large database is the default one afterwards.
    """
    pages = []
    for what, words in _looked_for(large).items():
        subjects = {
            name: _subject(connection, words)
            for name, connection in {"small": small, "large": large}.items()
        }
        taken = medians(subjects, clock=perf_counter, runs=runs, warm_up=warm_up)
        sql = statements(subjects["large"]())
        pages.append(ListPage(what, taken["small"], taken["large"], len(queries(sql))))
    return pages


def _looked_for(connection: BaseDatabaseWrapper) -> Mapping[str, str]:
    use(connection)
    child = Assessment.objects.filter(worker=worker()).earliest("pk").episode.child
    return {
        "My assessments": "",
        "My assessments, searched by child id": child.la_child_id,
        "My assessments, searched by name": child.name,
    }


def _subject(connection: BaseDatabaseWrapper, words: str) -> Subject:
    use(connection)
    visitor = Visitor(worker())
    visitor.post(reverse("assessments"), {"words": words})()

    def ready() -> Callable[[], bytes]:
        use(connection)
        return visitor.get(f"{reverse('assessments')}?search=on")

    return ready
