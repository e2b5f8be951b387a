"""The filters of the lists: each by one exact value of those that it offers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from assessments import queries
from assessments.models import Assessment, Status
from assessments.presenters.choices import census_years, every_code
from assessments.review.read_only import ReadOnlyAdmin, signed_in

Lookups = list[tuple[str, str]]

YES_NO = [("yes", "Yes"), ("no", "No")]


class ChoiceFilter(ABC, admin.SimpleListFilter):
    """One of the values offered, or all; raises IncorrectLookupParameters for any other value."""

    default_label = "All"

    def __init__(
        self,
        request: HttpRequest,
        params: dict[str, Any],
        model: type[Model],
        model_admin: admin.ModelAdmin[Any],
    ) -> None:
        super().__init__(request, params, model, model_admin)
        if self.value() and self.value() not in dict(self.lookup_choices):
            raise IncorrectLookupParameters

    def value(self) -> str | None:
        return super().value() or None

    def options(self) -> Iterator[tuple[str, str, bool]]:
        """What is offered: the value, its label, whether it is selected."""
        yield "", self.default_label, self.value() is None
        for value, label in self.lookup_choices:
            yield str(value), str(label), value == self.value()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset if value is None else self.matching(queryset, value)

    @abstractmethod
    def matching(self, rows: QuerySet[Any], value: str, /) -> QuerySet[Any]:
        """Return those with a value that is offered."""


class InStatus(ChoiceFilter):
    title = "status"
    parameter_name = "status"
    default_label = "Awaiting review"
    OPEN = "open"
    ANY = "any"

    def __init__(
        self,
        request: HttpRequest,
        params: dict[str, Any],
        model: type[Model],
        model_admin: admin.ModelAdmin[Any],
    ) -> None:
        super().__init__(request, params, model, model_admin)
        self.model_admin = cast(ReadOnlyAdmin, model_admin)

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Lookups:
        statuses = [(each.value, each.label) for each in Status]
        return [*statuses, (self.OPEN, "Open, in any of these"), (self.ANY, "Any status")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Assessment]
    ) -> QuerySet[Assessment]:
        if self.value() is not None:
            return super().queryset(request, queryset)
        if self._is_searched(request):  # what was found in another status is shown with it
            return queryset
        return queries.awaiting_review_among(queryset, signed_in(request).user)

    def _is_searched(self, request: HttpRequest) -> bool:
        return bool(self.model_admin.search_words(request))

    def matching(self, assessments: QuerySet[Assessment], value: str) -> QuerySet[Assessment]:
        if value == self.OPEN:
            return assessments.filter(status__in=queries.OPEN)
        return assessments if value == self.ANY else assessments.filter(status=value)


class InTeam(ChoiceFilter):
    title = "team"
    parameter_name = "team"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Lookups:
        return [(str(each.pk), each.name) for each in queries.teams_of(signed_in(request).user)]

    def has_output(self) -> bool:
        return len(self.lookup_choices) > 1

    def matching(self, assessments: QuerySet[Assessment], value: str) -> QuerySet[Assessment]:
        return assessments.filter(team=int(value))


class OfWorker(ChoiceFilter):
    title = "worker"
    parameter_name = "worker"
    NOBODY = "nobody"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Lookups:
        workers = queries.workers_for(signed_in(request).user)
        names = [(str(each.reference), each.name) for each in workers]
        return [(self.NOBODY, "Without a worker"), *names]

    def matching(self, assessments: QuerySet[Assessment], value: str) -> QuerySet[Assessment]:
        if value == self.NOBODY:
            return assessments.filter(queries.NEEDS_A_WORKER)
        return assessments.filter(worker__reference=value)


class WithCode(ChoiceFilter):
    title = "code"
    parameter_name = "code"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Lookups:
        return every_code()

    def matching(self, assessments: QuerySet[Assessment], value: str) -> QuerySet[Assessment]:
        return queries.containing_code(assessments, value)


class WithReasons(ChoiceFilter):
    title = "reasons given"
    parameter_name = "reasons"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Lookups:
        return YES_NO

    def matching(self, assessments: QuerySet[Assessment], value: str) -> QuerySet[Assessment]:
        return queries.with_explanations(assessments, value == "yes")


class Overdue(ChoiceFilter):
    title = "deadline"
    parameter_name = "overdue"
    SOON = "soon"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Lookups:
        soon = f"Due within {queries.SOON} working days"
        return [("yes", "Overdue"), (self.SOON, soon), ("no", "Not overdue")]

    def matching(self, assessments: QuerySet[Assessment], value: str) -> QuerySet[Assessment]:
        today = timezone.localdate()
        if value == self.SOON:
            return assessments.filter(queries.is_due_soon(today))
        return queries.overdue(assessments, today, value == "yes")


class InCensusYear(ChoiceFilter):
    title = "census year"
    parameter_name = "year"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Lookups:
        return census_years(timezone.localdate())

    def matching(self, assessments: QuerySet[Assessment], value: str) -> QuerySet[Assessment]:
        return queries.in_census_year(assessments, int(value))
