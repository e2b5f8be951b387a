"""The columns of the list of assessments: those that its status needs, each drawn by a template."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from django.contrib import admin
from django.db.models.expressions import Combinable
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString

from assessments import queries
from assessments.evaluation import edition_of
from assessments.models import Assessment, RuleAnswer, Status
from assessments.presenters.deadlines import deadline_of
from assessments.presenters.selection import named_codes
from assessments.review.filters import InStatus
from assessments.review.messages import days_ago
from assessments.review.read_only import ReadOnlyAdmin, signed_in

Columns = list[str | Callable[[Any], str | bool]]

NOTHING = "–"

AWAITING: Columns = [
    "child",
    "waiting",
    "referral",
    "factors",
    "reasons",
    "returned",
    "authorise_together",
    "team_name",
    "worker_name",
]
WITH_WORKER: Columns = ["child", "referral", "factors", "returned", "team_name", "worker_name"]
AMENDED: Columns = ["child", "ended", "factors", "authorised_by", "team_name", "worker_name"]
OVER: Columns = ["child", "state", "changed", "factors", "team_name", "worker_name"]
MIXED: Columns = [
    "child",
    "state",
    "waiting",
    "referral",
    "ended",
    "factors",
    "team_name",
    "worker_name",
]
COLUMNS: Mapping[str, Columns] = {
    "": AWAITING,
    Status.SUBMITTED: [name for name in AWAITING if name != "authorise_together"],
    Status.DRAFT: [name for name in WITH_WORKER if name != "returned"],
    Status.RETURNED: WITH_WORKER,
    Status.REOPENED: AMENDED,
    Status.AUTHORISED: [*AMENDED[:2], "outcome", *AMENDED[2:]],
    Status.CANCELLED: OVER,
    Status.VOIDED: OVER,
    InStatus.OPEN: [name for name in MIXED if name != "ended"],
    InStatus.ANY: MIXED,
}
"""By the status that the list shows."""

OLDEST_FIRST, LATEST_END_FIRST = ("submitted_at", "pk"), ("-end_date", "-pk")


class QueueRow(Protocol):
    """An assessment as a row of the queue."""

    queue_facts: queries.QueueFacts


class QueueColumns(ReadOnlyAdmin):
    """The part of the assessments' admin that says which columns a list has, and in what order."""

    list_display = MIXED
    list_display_links = ["child"]

    def status_of_list(self, request: HttpRequest) -> str:
        """Return what the list is filtered to; a search of what awaits review finds any status."""
        status = request.GET.get(InStatus.parameter_name, "")
        if not status and self.search_words(request):
            return InStatus.ANY
        return status

    def get_list_display(self, request: HttpRequest) -> Columns:
        columns = COLUMNS.get(self.status_of_list(request), MIXED)
        if len(queries.teams_of(signed_in(request).user)[:2]) > 1:
            return columns
        return [name for name in columns if name != "team_name"]

    def get_ordering(self, request: HttpRequest) -> list[str | Combinable]:
        """What waits longest, is due or ended last comes first."""
        match self.status_of_list(request):
            case "" | Status.SUBMITTED:
                return [*OLDEST_FIRST]
            case Status.DRAFT | Status.RETURNED | InStatus.OPEN:
                return [queries.due_order(timezone.localdate()), "episode__referral_date", "pk"]
            case Status.AUTHORISED | Status.REOPENED:
                return [*LATEST_END_FIRST]
        return ["-pk"]

    @admin.display(description="child", ordering="episode__child__la_child_id")
    def child(self, assessment: Assessment) -> SafeString:
        return _cell("child", assessment=assessment, child=assessment.episode.child)

    @admin.display(description="submitted", ordering="submitted_at")
    def waiting(self, assessment: Assessment) -> str:
        if assessment.status != Status.SUBMITTED or assessment.submitted_at is None:
            return NOTHING
        day = timezone.localdate(assessment.submitted_at)
        return f"{date_format(day, 'j M')}, {days_ago(day, timezone.localdate()).lower()}"

    @admin.display(description="from referral", ordering="episode__referral_date")
    def referral(self, assessment: Assessment) -> SafeString | str:
        deadline = deadline_of(assessment)
        return _cell("deadline", deadline=deadline) if deadline else NOTHING

    @admin.display(description="factors")
    def factors(self, assessment: Assessment) -> SafeString | str:
        if not assessment.codes:
            return "None yet"
        return _cell("factors", codes=named_codes(edition_of(assessment), assessment.codes))

    @admin.display(description="reasons given")
    def reasons(self, row: QueueRow) -> str:
        return reasons_in_words(row.queue_facts.answers)

    @admin.display(description="returned")
    def returned(self, row: QueueRow) -> SafeString:
        return _cell("returned", facts=row.queue_facts)

    @admin.display(description="authorise together")
    def authorise_together(self, row: QueueRow) -> SafeString:
        return _cell("authorise_together", reasons=row.queue_facts.reasons_to_read)

    @admin.display(description="ended", ordering="end_date")
    def ended(self, assessment: Assessment) -> str:
        return date_format(assessment.end_date, "j F Y") if assessment.end_date else NOTHING

    @admin.display(description="outcome")
    def outcome(self, assessment: Assessment) -> str:
        return assessment.get_outcome_display() or NOTHING

    @admin.display(description="authorised by")
    def authorised_by(self, row: QueueRow) -> str:
        return row.queue_facts.authorised_by or NOTHING

    @admin.display(description="since")
    def changed(self, assessment: Assessment) -> str:
        return date_format(timezone.localdate(assessment.saved_at), "j F Y")

    @admin.display(description="team", ordering="team__name")
    def team_name(self, assessment: Assessment) -> str:
        return assessment.team.name

    @admin.display(description="worker", ordering="worker__name")
    def worker_name(self, assessment: Assessment) -> str:
        return assessment.worker.name

    @admin.display(description="status", ordering="status")
    def state(self, assessment: Assessment) -> str:
        return assessment.get_status_display()


def _cell(name: str, **context: Any) -> SafeString:
    return render_to_string(f"review/cells/{name}.html", context)


def reasons_in_words(answers: Iterable[Mapping[str, Any]]) -> str:
    """The answers to the rules that came with a submission, counted by kind."""
    kinds = Counter(answer["kind"] for answer in answers)
    parts = []
    if reasons := kinds[RuleAnswer.Kind.REASON]:
        parts.append(f"{reasons} reason{'' if reasons == 1 else 's'}")
    if considered := kinds[RuleAnswer.Kind.CONSIDERED]:
        parts.append(f"{considered} considered")
    return ", ".join(parts) or "None"
