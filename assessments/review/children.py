"""Children and their episodes of need, to be found and read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from assessments import queries
from assessments.models import Child, Episode
from assessments.review.read_only import ReadOnlyAdmin, signed_in


class WithAssessments(ReadOnlyAdmin):
    """A page of one record that lists below it the episodes and assessments that belong to it."""

    change_form_template = "review/with_assessments.html"

    def episodes_of(self, row: Any) -> dict[str, Any]:
        """Return by what the episodes of the record are looked up."""
        raise NotImplementedError

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        person = signed_in(request).user
        context["episodes"] = queries.episodes_with_assessments(
            person, **self.episodes_of(context["original"])
        )
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(Child)
class ChildAdmin(WithAssessments):
    heading = "Children"
    list_display = ["la_child_id", "given_name", "family_name", "birth_date", "sex", "disabled"]
    list_filter = ["sex", "disabled"]
    search_fields = ["pk"]
    ordering = ["la_child_id"]
    readonly_fields = ["born"]

    def get_fields(self, request: HttpRequest, obj: Child | None = None) -> list[Any]:
        """Leave out what is about other children: of an expected birth, or of a death."""
        about = ["birth_date"] if obj is None or obj.birth_date else ["expected_birth_date"]
        if obj and obj.not_born:
            about.append("born")
        if obj and obj.death_date:
            about.append("death_date")
        return ["la_child_id", "given_name", "family_name", *about, "sex", "disabled"]

    @admin.display(description="born")
    def born(self, child: Child) -> str:
        return "No: the pregnancy ended" if child.not_born else "Yes"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Child]:
        return queries.children_visible_to(signed_in(request).user)

    def child_of(self, row: Child) -> Child:
        return row

    def episodes_of(self, row: Child) -> dict[str, Any]:
        return {"child": row}


@admin.register(Episode)
class EpisodeAdmin(WithAssessments):
    heading = "Episodes of need"
    list_display = ["child_id", "referral_date", "referral_source", "primary_need", "closure_date"]
    list_filter = ["no_further_action", "reason_for_closure"]
    search_fields = ["child"]
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

    def get_queryset(self, request: HttpRequest) -> QuerySet[Episode]:
        return queries.episodes_visible_to(signed_in(request).user).select_related("child")

    def child_of(self, row: Episode) -> Child:
        return row.child

    def episodes_of(self, row: Episode) -> dict[str, Any]:
        return {"pk": row.pk}

    @admin.display(description="child", ordering="child__la_child_id")
    def child_id(self, episode: Episode) -> str:
        return episode.child.la_child_id
