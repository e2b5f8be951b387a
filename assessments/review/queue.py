"""The review queue: what awaits review, oldest first, and what else the teams recorded."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.safestring import SafeString

from assessments import queries, services
from assessments.components.idempotency import key_of
from assessments.models import Assessment, Child, Status
from assessments.review.columns import QueueColumns
from assessments.review.decide import REFUSED, DecisionViews
from assessments.review.filters import (
    InCensusYear,
    InStatus,
    InTeam,
    OfWorker,
    Overdue,
    WithCode,
    WithReasons,
)
from assessments.review.messages import refusal_in_words
from assessments.review.read_only import PrivateSearchChangeList, signed_in
from assessments.review.together import listed_versions, selected_versions, to_authorise
from cinfactors.audit.models import Page
from cinfactors.audit.services import record_list
from cinfactors.web.problems import Problem
from cinfactors.web.rate_limits import rate_limited_search

NOTHING_SELECTED = "Select at least one assessment. Nothing was changed."
NOTHING_TICKED = "Select at least one assessment to authorise"

MOST_ELSEWHERE = 5
"""How many that are in another status than the list's are named below a search."""


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
        self.number_with_box = sum(not facts[key].reasons_to_read for key in keys)
        self.elsewhere = self._found_in_another_status(request)
        # A search without a status is of every status, whatever the filter's box shows.
        self.goes_beyond_the_queue = not self.params.get(InStatus.parameter_name) and any(
            row.status != Status.SUBMITTED for row in self.result_list
        )
        if not self.number_with_box:
            # No row has a box, and so neither has the heading.
            self.list_display = [name for name in self.list_display if name != "action_checkbox"]

    def _found_in_another_status(self, request: HttpRequest) -> list[Assessment]:
        """Return some of what the search finds that is in no status which the list shows."""
        status = self.params.get(InStatus.parameter_name, "")
        if not self.query or status in ("", InStatus.ANY):
            return []
        shown = queries.OPEN if status == InStatus.OPEN else [status]
        others = self.root_queryset.exclude(status__in=shown)
        found = queries.searched(others, "episode__child", self.query)
        return list(found.order_by("-pk")[:MOST_ELSEWHERE])

    @property
    def takes_several(self) -> bool:
        """Whether a row of the page can be authorised together with others."""
        return "action_checkbox" in self.list_display


class ActionFormWithKey(helpers.ActionForm):
    """The form of an action, with its idempotency key."""

    key = forms.UUIDField(label="", widget=forms.HiddenInput, initial=uuid.uuid4)


@admin.register(Assessment)
class AssessmentAdmin(QueueColumns, DecisionViews):
    heading = "Assessments"
    list_filter = [InStatus, InTeam, OfWorker, WithCode, WithReasons, Overdue, InCensusYear]
    search_fields = ["episode__child"]
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

    def get_urls(self) -> list[URLPattern]:
        return [*self.decision_urls(), *super().get_urls()]

    @rate_limited_search
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if "action" in request.POST and not selected_versions(request):
            if "confirmed" in request.POST and self.has_view_permission(request):
                return self._confirmation_page(request, listed_versions(request), NOTHING_TICKED)
            self.message_user(request, NOTHING_SELECTED, messages.WARNING)
            return redirect(request.get_full_path())
        context = {"title": self.name_of_list(request.GET)}
        return super().changelist_view(request, context | (extra_context or {}))

    # Several at once

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Of what awaits review alone: nothing else in any list can be authorised."""
        return {} if self.status_of_list(request) else super().get_actions(request)

    @admin.display(empty_value="\N{NO-BREAK SPACE}")
    def action_checkbox(  # type: ignore[override]  # a row without a box has no markup
        self, assessment: Assessment
    ) -> SafeString | str:
        """The box of a row that may be authorised with others, with the version that it shows."""
        facts: queries.QueueFacts = assessment.queue_facts  # type: ignore[attr-defined]  # a row
        if facts.reasons_to_read:
            return ""
        child = assessment.episode.child.la_child_id
        attributes = {"class": "action-select", "aria-label": f"Select the assessment of {child}"}
        box = forms.CheckboxInput(attributes, lambda value: False)
        context = {
            "box": box.render(helpers.ACTION_CHECKBOX_NAME, str(assessment.pk)),
            "assessment": assessment,
        }
        return render_to_string("review/cells/box.html", context)

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Assessment], *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        selected_versions(request)  # refuses what is unreadable before Django looks for it
        return super().response_action(request, queryset, *args, **kwargs)

    @admin.action(description="Authorise the selected together")
    def authorise_selected(
        self, request: HttpRequest, queryset: QuerySet[Assessment]
    ) -> HttpResponse:
        """Show what is authorised; once confirmed, each is authorised or refused on its own."""
        selected = selected_versions(request)
        if "confirmed" not in request.POST:
            return self._confirmation_page(request, selected)
        by_key, chosen, absent = self._visible(request, selected)
        results = services.authorise_each(
            chosen=[(by_key[pk].reference, version) for pk, version in chosen.items()],
            by=signed_in(request).user,
            key=key_of(request),
        )
        children = {each.reference: each.episode.child for each in by_key.values()}
        self._say_what_became(request, results, children, absent)
        return redirect(request.get_full_path())

    def _say_what_became(
        self,
        request: HttpRequest,
        results: Sequence[services.Authorised],
        children: Mapping[UUID, Child],
        absent: int,
    ) -> None:
        """Say above the list which are authorised, and of each other one why it is not."""
        done = [str(children[each.reference]) for each in results if not each.refusal]
        if done:
            told = f"{len(done)} authorised: {', '.join(done)}."
            self.message_user(request, told, messages.SUCCESS)
        for each in results:
            if each.refusal:
                why = refusal_in_words(each.refusal)
                context = {"child": children[each.reference], "refusal": why}
                told = render_to_string("review/not_authorised.html", context)
                self.message_user(request, told, messages.WARNING)
        if absent:
            told = render_to_string("review/absent.html", {"absent": absent})
            self.message_user(request, told, messages.WARNING)

    def _visible(
        self, request: HttpRequest, selected: Mapping[int, int]
    ) -> tuple[dict[int, Assessment], dict[int, int], int]:
        """Return the rows that the person may see, their versions, and how many others there are.

        Of those that are not the person's to see any more, the number alone.
        """
        visible = queries.assessments_visible_to(signed_in(request).user)
        # Not of the list's own rows: where the form is sent twice, they are authorised by then.
        rows = queries.with_child_team_and_worker(visible).filter(pk__in=selected)
        by_key = {each.pk: each for each in rows}
        chosen = {pk: version for pk, version in selected.items() if pk in by_key}
        record_list(request, [each.episode.child.pk for each in by_key.values()], Page.REVIEW)
        return by_key, chosen, len(selected) - len(chosen)

    def _confirmation_page(
        self, request: HttpRequest, selected: Mapping[int, int], problem: str = ""
    ) -> HttpResponse:
        """Print what is to be read of each, so that it is read; some may be left out."""
        by_key, chosen, absent = self._visible(request, selected)
        facts = queries.facts_for_the_queue(by_key.keys())
        read = [to_authorise(by_key[pk], version, facts[pk]) for pk, version in chosen.items()]
        left = [each for each in read if not each.refusal]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "address": request.get_full_path(),
            "kept": self.get_preserved_filters(request),
            "media": self.media,
            "title": "Authorise these together?",
            "to_authorise": left,
            "absent": absent,
            "left_out": [each for each in read if each.refusal],
            "today": timezone.localdate(),
            "key": key_of(request),
            "problems": [Problem(problem, "authorise-1")] if problem and left else [],
        }
        status = REFUSED if problem else 200
        return TemplateResponse(request, "review/authorise_several.html", context, status=status)
