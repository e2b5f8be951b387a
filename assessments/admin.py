"""The manager's desk: what their teams recorded, found and read. Nothing is changed here.

Addresses name a record by its random reference, and what is searched for is posted and kept in
the session: a child's id has no place in an address.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from assessments import queries
from assessments.models import Assessment, Child, Episode, Review, RuleAnswer, Version
from assessments.record import edition_of
from assessments.summaries import groups_of, named
from cinfactors.admin_lists import AnsweringList


class PrivateSearch(AnsweringList):
    """A list whose search never stands in an address."""

    def get_query_string(self, new_params=None, remove=None) -> str:
        return super().get_query_string(new_params, [*(remove or []), SEARCH_VAR])

    def url_for_result(self, result: Model) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return reverse(name, args=[result.reference])


class ReadOnly(admin.ModelAdmin):
    """Records to be read; each says in `get_queryset` which of them the person may see."""

    actions = None
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    list_per_page = 50

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_team_manager

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_changelist(self, request: HttpRequest, **kwargs) -> type[PrivateSearch]:
        return PrivateSearch

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None):
        """The record of this reference, if the person may see it."""
        try:
            return self.get_queryset(request).get(reference=UUID(object_id))
        except (ValueError, self.model.DoesNotExist):
            return None

    def get_preserved_filters(self, request: HttpRequest) -> str:
        """The filters that links carry along, less the search."""
        kept = request.GET.copy()
        kept.pop(SEARCH_VAR, None)
        request.GET, whole = kept, request.GET
        try:
            return super().get_preserved_filters(request)
        finally:
            request.GET = whole

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        kept = f"search in {self.opts.model_name}"
        if request.method == "POST" and SEARCH_VAR in request.POST:
            request.session[kept] = request.POST[SEARCH_VAR][:100]
            return redirect(request.get_full_path())
        request.GET = request.GET.copy()
        request.GET[SEARCH_VAR] = request.session.get(kept, "")
        return super().changelist_view(request, extra_context)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        # The subtitle would put the child's id into the title, and so into the browser's history.
        context = {"subtitle": "", **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, context)

    def history_view(self, request, object_id, extra_context=None):
        # As above: Django's own title names the child.
        context = {"title": "Change history", **(extra_context or {})}
        return super().history_view(request, object_id, context)


class ReadOnlyInline(admin.TabularInline):
    extra = 0
    can_delete = False
    show_change_link = False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.is_team_manager

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class VersionInline(ReadOnlyInline):
    model = Version
    verbose_name_plural = "submissions"
    fields = ["number", "recorded", "outcome", "submitted_by", "submitted_at", "authorised_by"]
    readonly_fields = ["recorded"]
    ordering = ["-number"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("submitted_by", "authorised_by")

    @admin.display(description="factors")
    def recorded(self, version: Version) -> str:
        return ", ".join(version.codes)


class AnswerInline(ReadOnlyInline):
    model = RuleAnswer
    verbose_name_plural = "answers to the rules"
    fields = ["what", "kind", "text", "answered_by", "answered_at"]
    readonly_fields = ["what"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("answered_by", "assessment")

    @admin.display(description="rule")
    def what(self, answer: RuleAnswer) -> str:
        codes = named(edition_of(answer.assessment), answer.codes)
        about = ", ".join(f"{each.code} {each.name}" for each in codes)
        return f"{answer.rule}: {about}" if about else answer.rule


class ReviewInline(ReadOnlyInline):
    model = Review
    verbose_name_plural = "decisions"
    fields = ["decision", "comment", "decided_by", "decided_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("decided_by")


@admin.register(Assessment)
class AssessmentAdmin(ReadOnly):
    list_display = [
        "child_id",
        "status",
        "recorded",
        "team",
        "worker",
        "referred",
        "submitted_at",
    ]
    list_display_links = ["child_id"]
    list_filter = [
        "status",
        ("team", admin.RelatedOnlyFieldListFilter),
        ("worker", admin.RelatedOnlyFieldListFilter),
        "outcome",
    ]
    search_fields = ["episode__child__la_child_id__iexact"]
    search_help_text = "The child’s whole id"
    ordering = ["submitted_at", "pk"]
    inlines = [VersionInline, AnswerInline, ReviewInline]
    fields = [
        "child_id",
        "status",
        "selection",
        "other_description",
        "outcome",
        "referred",
        "start_date",
        "internal_review_date",
        "end_date",
        "in_team",
        "by_worker",
        "edition",
        "submitted_at",
        "cancellation_reason",
    ]
    readonly_fields = ["child_id", "selection", "referred", "in_team", "by_worker"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return queries.for_reading(queries.assessments_visible_to(request.user))

    @admin.display(description="child")
    def child_id(self, assessment: Assessment) -> str:
        return assessment.episode.child.la_child_id

    @admin.display(description="factors")
    def recorded(self, assessment: Assessment) -> str:
        return ", ".join(assessment.codes)

    @admin.display(description="referred", ordering="episode__referral_date")
    def referred(self, assessment: Assessment) -> date:
        return assessment.episode.referral_date

    @admin.display(description="team")
    def in_team(self, assessment: Assessment) -> str:
        return assessment.team.name

    @admin.display(description="worker")
    def by_worker(self, assessment: Assessment) -> str:
        return assessment.worker.name

    @admin.display(description="factors by domain")
    def selection(self, assessment: Assessment) -> SafeString:
        return format_html_join(
            "",
            "<p><strong>{}</strong><br>{}</p>",
            (
                (
                    group.name,
                    "; ".join(f"{each.code} {each.name}" for each in group.codes)
                    or "None selected",
                )
                for group in groups_of(assessment)
            ),
        )


@admin.register(Child)
class ChildAdmin(ReadOnly):
    list_display = ["la_child_id", "given_name", "family_name", "birth_date", "sex", "disabled"]
    list_filter = ["sex", "disabled"]
    search_fields = ["la_child_id__iexact", "given_name__istartswith", "family_name__istartswith"]
    search_help_text = "The child’s whole id, or how a name begins"
    ordering = ["la_child_id"]
    fields = [
        "la_child_id",
        "given_name",
        "family_name",
        "birth_date",
        "expected_birth_date",
        "sex",
        "disabled",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return queries.children_visible_to(request.user)


@admin.register(Episode)
class EpisodeAdmin(ReadOnly):
    list_display = ["child_id", "referral_date", "referral_source", "primary_need", "closure_date"]
    list_filter = ["no_further_action", "reason_for_closure"]
    search_fields = ["child__la_child_id__iexact"]
    search_help_text = "The child’s whole id"
    ordering = ["-referral_date", "-pk"]
    readonly_fields = ["child_id"]
    fields = [
        "child_id",
        "referral_date",
        "referral_source",
        "primary_need",
        "closure_date",
        "reason_for_closure",
        "no_further_action",
        "family_reference",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return queries.episodes_visible_to(request.user).select_related("child")

    @admin.display(description="child", ordering="child__la_child_id")
    def child_id(self, episode: Episode) -> str:
        return episode.child.la_child_id
