"""The review queue: what awaits review, oldest first, and what else the teams recorded."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from assessments import queries, services
from assessments.evaluation import edition_of
from assessments.models import Assessment, Child, RuleAnswer, Status
from assessments.presenters.deadlines import deadline_of
from assessments.presenters.selection import named_codes
from assessments.review.decide import DecisionViews
from assessments.review.filters import (
    InCensusYear,
    InStatus,
    InTeam,
    OfWorker,
    Overdue,
    WithCode,
    WithReasons,
)
from assessments.review.messages import days_ago, refusal_in_words
from assessments.review.read_only import PrivateSearchChangeList, signed_in
from assessments.templatetags.record import age, died
from cinfactors.audit.models import Page
from cinfactors.audit.services import record_list
from cinfactors.web.rate_limits import rate_limited_search

Columns = list[str | Callable[[Any], str | bool]]

NOTHING_SELECTED = "Select at least one assessment. Nothing was changed."


class ReviewQueue(PrivateSearchChangeList):
    """Sorted by keys alone; what each row shows is read for the whole page, as `queue_facts`.

    With everything that a row shows, sorting what a manager of many teams sees takes six times
    as long.
    """

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: list[str | None] | None = None
    ) -> QuerySet[Any]:
        return super().get_queryset(request, exclude_parameters).select_related(None)

    def get_ordering_field(self, field_name: Any) -> Any:
        """Sort the column of the deadline by what is due first."""
        if field_name == "referral":
            return queries.due_order(timezone.localdate())
        return super().get_ordering_field(field_name)

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        keys = list(self.result_list.values_list("pk", flat=True))
        rows = self.root_queryset.in_bulk(keys)
        facts = queries.facts_for_the_queue(keys)
        for key, row in rows.items():
            row.queue_facts = facts[key]
        self.result_list = [rows[key] for key in keys if key in rows]


class QueueRow(Protocol):
    """An assessment as a row of the queue."""

    queue_facts: queries.QueueFacts


class ActionFormWithKey(helpers.ActionForm):
    """The form of an action, with its idempotency key."""

    key = forms.UUIDField(label="", widget=forms.HiddenInput, initial=uuid.uuid4)


@admin.register(Assessment)
class AssessmentAdmin(DecisionViews):
    heading = "Assessments"
    list_display: Columns = [
        "child",
        "waiting",
        "referral",
        "factors",
        "reasons",
        "returned",
        "team_name",
        "worker_name",
        "state",
    ]
    list_display_links = ["child"]
    list_filter = [InStatus, InTeam, OfWorker, WithCode, WithReasons, Overdue, InCensusYear]
    search_fields = ["episode__child"]
    ordering = ["submitted_at", "pk"]
    actions = ["authorise_selected"]
    action_form = ActionFormWithKey
    read_as = Page.REVIEW

    def get_queryset(self, request: HttpRequest) -> QuerySet[Assessment]:
        return queries.with_child_team_and_worker(
            queries.assessments_visible_to(signed_in(request).user)
        )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ReviewQueue]:
        return ReviewQueue

    def child_of(self, row: Assessment) -> Child:
        return row.episode.child

    def get_list_display(self, request: HttpRequest) -> Columns:
        """Without the status where all that is shown has the same."""
        if request.GET.get(InStatus.parameter_name) == InStatus.ANY:
            return self.list_display
        return [name for name in self.list_display if name != "state"]

    def get_urls(self) -> list[URLPattern]:
        return [*self.decision_urls(), *super().get_urls()]

    @rate_limited_search
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if "action" in request.POST and not _selected_versions(request):
            self.message_user(request, NOTHING_SELECTED, messages.WARNING)
            return redirect(request.get_full_path())
        context = {"title": self.name_of_list(request.GET)}
        return super().changelist_view(request, context | (extra_context or {}))

    # Columns

    @admin.display(description="child", ordering="episode__child__la_child_id")
    def child(self, assessment: Assessment) -> SafeString:
        return format_html(
            '{} <span class="review-quiet">{}{}</span>',
            assessment.episode.child,
            age(assessment),
            died(assessment.episode.child),
        )

    @admin.display(description="submitted", ordering="submitted_at")
    def waiting(self, assessment: Assessment) -> str:
        if assessment.status != Status.SUBMITTED or assessment.submitted_at is None:
            return "–"
        day = timezone.localdate(assessment.submitted_at)
        return days_ago(day, timezone.localdate())

    @admin.display(description="from referral", ordering="episode__referral_date")
    def referral(self, assessment: Assessment) -> SafeString | str:
        deadline = deadline_of(assessment)
        if deadline is None:
            return "–"
        return format_html(
            '{}<br><span class="{}">{}</span>',
            deadline.place,
            "review-tag review-tag--late" if deadline.overdue else "review-quiet",
            deadline.words,
        )

    @admin.display(description="factors")
    def factors(self, assessment: Assessment) -> SafeString | str:
        if not assessment.codes:
            return "None yet"
        return format_html(
            '<ul class="review-codes">{}</ul>',
            format_html_join(
                "",
                "<li><strong>{}</strong> {}</li>",
                (
                    (each.code, each.name)
                    for each in named_codes(edition_of(assessment), assessment.codes)
                ),
            ),
        )

    @admin.display(description="reasons given")
    def reasons(self, row: QueueRow) -> str:
        return reasons_in_words(row.queue_facts.answers)

    @admin.display(description="returned")
    def returned(self, row: QueueRow) -> SafeString | str:
        facts = row.queue_facts
        times = facts.times_returned
        words = {0: "No", 1: "Once", 2: "Twice"}.get(times, f"{times} times")
        if not facts.comments:
            return words
        return format_html(
            '{}<br><span class="review-quiet">{} of {} comment{} replied to</span>',
            words,
            facts.replied,
            facts.comments,
            "" if facts.comments == 1 else "s",
        )

    @admin.display(description="team", ordering="team__name")
    def team_name(self, assessment: Assessment) -> str:
        return assessment.team.name

    @admin.display(description="worker", ordering="worker__name")
    def worker_name(self, assessment: Assessment) -> str:
        return assessment.worker.name

    @admin.display(description="status", ordering="status")
    def state(self, assessment: Assessment) -> str:
        return assessment.get_status_display()

    # Several at once

    def action_checkbox(  # type: ignore[override]  # a row without a box has an empty text
        self, assessment: Assessment
    ) -> SafeString | str:
        """The box of a row, with the version that the row shows."""
        if assessment.status != Status.SUBMITTED:
            return ""
        child = assessment.episode.child.la_child_id
        attributes = {"class": "action-select", "aria-label": f"Select the assessment of {child}"}
        box = forms.CheckboxInput(attributes, lambda value: False)
        return format_html(
            '{}<input type="hidden" name="version-{}" value="{}">',
            box.render(helpers.ACTION_CHECKBOX_NAME, str(assessment.pk)),
            assessment.pk,
            assessment.version,
        )

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Assessment], *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        _selected_versions(request)  # refuses what is unreadable before Django looks for it
        return super().response_action(request, queryset, *args, **kwargs)

    @admin.action(description="Authorise the selected that have nothing to explain")
    def authorise_selected(
        self, request: HttpRequest, queryset: QuerySet[Assessment]
    ) -> HttpResponse:
        """Each is authorised or refused on its own, as the version that its row showed."""
        selected = _selected_versions(request)
        person = signed_in(request).user
        visible = queries.with_child_team_and_worker(queries.assessments_visible_to(person))
        # Not of the list's own rows: where the form is sent twice, they are authorised by then.
        by_key = {each.pk: each for each in visible.filter(pk__in=selected)}
        chosen = {by_key[pk].reference: version for pk, version in selected.items() if pk in by_key}
        results = services.authorise_each(
            chosen=list(chosen.items()),
            by=person,
            key=uuid.UUID(request.POST["key"]),
        )
        children = {each.reference: each.episode.child for each in by_key.values()}
        record_list(request, [child.pk for child in children.values()], Page.REVIEW)
        outcomes = [
            {
                "reference": result.reference,
                "child": children[result.reference],
                "refusal": refusal_in_words(result.refusal) if result.refusal else "",
            }
            for result in results
        ]
        counts = Counter(bool(each["refusal"]) for each in outcomes)
        context = {
            **self.admin_site.each_context(request),
            "title": "What became of each",
            "opts": self.opts,
            "outcomes": outcomes,
            "authorised": counts[False],
            "refused": counts[True],
            "address": request.get_full_path(),
            "media": self.media,
        }
        return TemplateResponse(request, "review/authorised.html", context)


def _selected_versions(request: HttpRequest) -> dict[int, int]:
    """Return the keys of the selected rows, each with the version that the row showed.

    Raises BadRequest for what no page of ours sends.
    """
    try:
        return {
            int(key): int(request.POST[f"version-{int(key)}"])
            for key in request.POST.getlist(helpers.ACTION_CHECKBOX_NAME)
        }
    except (KeyError, ValueError) as unreadable:
        raise BadRequest("selection") from unreadable


def reasons_in_words(answers: Iterable[Mapping[str, Any]]) -> str:
    """The answers to the rules that came with a submission, counted by kind."""
    kinds = Counter(answer["kind"] for answer in answers)
    parts = []
    if reasons := kinds[RuleAnswer.Kind.REASON]:
        parts.append(f"{reasons} reason{'' if reasons == 1 else 's'}")
    if considered := kinds[RuleAnswer.Kind.CONSIDERED]:
        parts.append(f"{considered} considered")
    return ", ".join(parts) or "None"
