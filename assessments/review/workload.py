"""The first page of the managers' area: the work of their teams, and what awaits review first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from assessments import queries
from assessments.catalogue.working_days import Deadline
from assessments.evaluation import edition_of
from assessments.models import Assessment, Status
from assessments.presenters.deadlines import deadline_of
from assessments.presenters.selection import SelectedCode, named_codes
from assessments.review.columns import reasons_in_words
from assessments.review.filters import InStatus, InTeam, OfWorker, Overdue
from assessments.review.messages import days_ago
from assessments.review.read_only import signed_in
from cinfactors.accounts.models import User
from cinfactors.audit.services import record_list

MOST_WAITING = 5
"""As many that await review are listed by name; the rest are a link away."""

MOST_WORKERS = 40
"""With more social workers than this, those of one team at a time are listed."""

COLUMNS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("open", "Open", {"status": InStatus.OPEN}),
    (
        "due_soon",
        f"Due within {queries.SOON} working days",
        {"status": InStatus.OPEN, "overdue": Overdue.SOON},
    ),
    ("overdue", "Overdue", {"status": InStatus.OPEN, "overdue": "yes"}),
    ("returned", "Returned", {"status": Status.RETURNED.value}),
    ("awaiting", "Awaiting review", {}),
)
"""Each number's attribute, its heading, and the filters of the list that it opens."""

Index = Callable[..., HttpResponse]


def with_workload(index: Index) -> Index:
    """Return the admin's index with, for a manager, the work of their teams before its lists."""

    def workload_index(
        request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = extra_context or {}
        person = signed_in(request).user
        if person.is_team_manager:
            context = {**context, **_workload_context(request, person)}
        return index(request, context)

    return workload_index


@dataclass(frozen=True, slots=True)
class Number:
    """A number of assessments, and the list that it opens."""

    name: str
    heading: str
    value: int
    address: str

    @property
    def is_late(self) -> bool:
        return self.name == "overdue" and self.value > 0


@dataclass(frozen=True, slots=True)
class WorkRow:
    """What the table says of a team, of one of its workers, or of what has no worker."""

    name: str
    numbers: tuple[Number, ...]
    oldest: str
    """How long the first that awaits review has waited; empty where none does."""
    is_without_a_worker: bool = False


@dataclass(frozen=True, slots=True)
class TeamRows:
    """The rows of a team: its own, and below it those of its workers, where they are shown."""

    key: int
    row: WorkRow
    workers: tuple[WorkRow, ...]
    number_of_workers: int
    is_folded: bool


def _workload_context(request: HttpRequest, manager: User) -> dict[str, Any]:
    teams = queries.workload(manager)
    whole = sum((team.whole for team in teams), queries.Work())
    is_long = sum(len(team.workers) for team in teams) > MOST_WORKERS
    shown = request.GET.get(InTeam.parameter_name, "")
    rows = [_rows_of(team, is_folded=is_long and shown != str(team.team.pk)) for team in teams]
    waiting = list(_first_waiting(request, manager)) if whole.awaiting else []
    return {
        "title": "Review",
        "number_of_duplicates": queries.likely_duplicates_for(manager).count(),
        "covers": queries.covers_by(manager),
        "teams_work": rows,
        "columns": [heading for _, heading, _ in COLUMNS],
        "waiting": waiting,
        "number_waiting": whole.awaiting,
        "list_of_any": _list_address({"status": InStatus.ANY}),
    }


def _rows_of(team: queries.TeamWork, *, is_folded: bool) -> TeamRows:
    of_team = {InTeam.parameter_name: str(team.team.pk)}
    rows = []
    if not is_folded:
        for worker, work in team.workers:
            of_worker = {**of_team, OfWorker.parameter_name: str(worker.reference)}
            rows.append(_row(worker.name, work, of_worker))
        if team.without_a_worker.open:
            nobody = {**of_team, OfWorker.parameter_name: OfWorker.NOBODY}
            rows.append(_row("Without a worker", team.without_a_worker, nobody, without=True))
    row = _row(team.team.name, team.whole, of_team)
    return TeamRows(team.team.pk, row, tuple(rows), len(team.workers), is_folded)


def _row(
    name: str, work: queries.Work, filters: dict[str, str], *, without: bool = False
) -> WorkRow:
    numbers = (
        Number(field, heading, getattr(work, field), _list_address({**of_list, **filters}))
        for field, heading, of_list in COLUMNS
    )
    oldest = ""
    if work.oldest is not None:
        oldest = days_ago(timezone.localdate(work.oldest), timezone.localdate())
    return WorkRow(name, tuple(numbers), oldest, without)


def _list_address(filters: dict[str, str]) -> str:
    address = reverse("admin:assessments_assessment_changelist")
    return f"{address}?{urlencode(filters)}" if filters else address


@dataclass(frozen=True, slots=True)
class Waiting:
    """An assessment that awaits review, as the first page lists it."""

    assessment: Assessment
    submitted: str
    deadline: Deadline | None
    codes: tuple[SelectedCode, ...]
    answers: str
    is_resubmitted: bool


def _first_waiting(request: HttpRequest, manager: User) -> Iterator[Waiting]:
    """Yield the few that were submitted first, and record that they were read."""
    awaiting = queries.awaiting_review(manager).order_by("submitted_at", "pk")
    listed = list(queries.with_child_team_and_worker(awaiting)[:MOST_WAITING])
    record_list(signed_in(request), [each.episode.child_id for each in listed])
    facts = queries.facts_for_the_queue([each.pk for each in listed])
    for each in listed:
        day = timezone.localdate(each.submitted_at) if each.submitted_at else timezone.localdate()
        yield Waiting(
            each,
            days_ago(day, timezone.localdate()),
            deadline_of(each),
            tuple(named_codes(edition_of(each), each.codes)),
            reasons_in_words(facts[each.pk].answers),
            facts[each.pk].times_returned > 0,
        )
