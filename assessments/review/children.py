"""Children and their episodes of need, to be found and read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.safestring import SafeString

from assessments import queries
from assessments.models import Child, Episode
from assessments.models.code_sets import ReasonForClosure
from assessments.models.code_sets import Sex as SexOfChild
from assessments.review.filters import YES_NO, ChoiceFilter, Lookups
from assessments.review.read_only import ReadOnlyAdmin, signed_in


class Sex(ChoiceFilter):
    title = "sex"
    parameter_name = "sex"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Lookups:
        return [*SexOfChild.choices]

    def matching(self, children: QuerySet[Any], value: str) -> QuerySet[Any]:
        return children.filter(sex=value)


class Disabled(ChoiceFilter):
    title = "recorded as disabled"
    parameter_name = "disabled"
    ANSWERS = {"yes": True, "no": False, "unknown": None}

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Lookups:
        return [*YES_NO, ("unknown", "Not known")]

    def matching(self, children: QuerySet[Any], value: str) -> QuerySet[Any]:
        answer = self.ANSWERS[value]
        return (
            children.filter(disabled__isnull=True)
            if answer is None
            else children.filter(disabled=answer)
        )


class NoFurtherAction(ChoiceFilter):
    title = "no further action"
    parameter_name = "no_further_action"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Lookups:
        return YES_NO

    def matching(self, episodes: QuerySet[Any], value: str) -> QuerySet[Any]:
        return episodes.filter(no_further_action=value == "yes")


class Closed(ChoiceFilter):
    title = "closed"
    parameter_name = "closed"
    OPEN = "no"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Lookups:
        return [(self.OPEN, "Not closed"), *ReasonForClosure.choices]

    def matching(self, episodes: QuerySet[Any], value: str) -> QuerySet[Any]:
        return episodes.filter(reason_for_closure="" if value == self.OPEN else value)


def id_cell(child: Child) -> SafeString:
    """The child's id, and whether the record is restricted."""
    return render_to_string("review/cells/child_id.html", {"child": child})


class WithAssessments(ReadOnlyAdmin):
    """A page of one record that lists below it the episodes and assessments that belong to it."""

    change_form_template = "review/with_assessments.html"
    heading_of_one = ""
    """What stands before the child's id as the heading of a record's page."""

    def episodes_of(self, row: Any) -> dict[str, Any]:
        """Return by what the episodes of the record are looked up."""
        raise NotImplementedError

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = context["original"]
        context |= {
            "heading": self.heading_of_one,
            "child": self.child_of(row),
            "episodes": queries.episodes_with_assessments(
                signed_in(request).user, **self.episodes_of(row)
            ),
        }
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(Child)
class ChildAdmin(WithAssessments):
    heading = "Children"
    heading_of_one = "Child"
    list_display = ["id_of_child", "given_name", "family_name", "birth_date", "sex", "disabled"]
    list_filter = [Sex, Disabled]
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
        return ["given_name", "family_name", *about, "sex", "disabled"]

    @admin.display(description="child id", ordering="la_child_id")
    def id_of_child(self, child: Child) -> SafeString:
        return id_cell(child)

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
    heading_of_one = "Episode of child"
    list_display = ["child_id", "referral_date", "referral_source", "primary_need", "closed"]
    list_filter = [Closed, NoFurtherAction]
    search_fields = ["child"]
    ordering = ["-referral_date", "-pk"]
    readonly_fields = ["child_name", "closed", "ended_at_once"]
    fields = [
        "child_name",
        "referral_date",
        "referral_source",
        "primary_need",
        "closed",
        "reason_for_closure",
        "ended_at_once",
        "family_reference",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Episode]:
        return queries.episodes_visible_to(signed_in(request).user).select_related("child")

    def child_of(self, row: Episode) -> Child:
        return row.child

    def episodes_of(self, row: Episode) -> dict[str, Any]:
        return {"pk": row.pk}

    @admin.display(description="child", ordering="child__la_child_id")
    def child_id(self, episode: Episode) -> SafeString:
        return id_cell(episode.child)

    @admin.display(description="child")
    def child_name(self, episode: Episode) -> str:
        return episode.child.name

    @admin.display(description="closed", ordering="closure_date")
    def closed(self, episode: Episode) -> str:
        closure = episode.closure_date
        return date_format(closure, "j F Y") if closure else "Not closed"

    @admin.display(description="no further action")
    def ended_at_once(self, episode: Episode) -> str:
        return "Yes" if episode.no_further_action else "No"
