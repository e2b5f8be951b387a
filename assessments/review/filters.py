"""What the list of assessments is filtered by: one exact value of each, of those offered."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from assessments import queries
from assessments.catalogue import loader
from assessments.catalogue.code_names import code_with_name
from assessments.catalogue.types import code_order
from assessments.models import Assessment, Status

YES_NO = (("yes", "Yes"), ("no", "No"))


class Chosen(admin.SimpleListFilter):
    """A value chosen from those offered; IncorrectLookupParameters for any other."""

    everything = "All"

    def __init__(self, request, params, model, model_admin) -> None:
        super().__init__(request, params, model, model_admin)
        if self.value() and self.value() not in dict(self.lookup_choices):
            raise IncorrectLookupParameters

    def value(self) -> str | None:
        return super().value() or None

    def options(self) -> Iterator[tuple[str, str, bool]]:
        """What is offered: the value, what it is called, whether it is chosen."""
        yield "", self.everything, self.value() is None
        for value, label in self.lookup_choices:
            yield value, label, value == self.value()

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset if self.value() is None else self.chosen(queryset, self.value())

    def chosen(self, assessments: QuerySet[Assessment], value: str) -> QuerySet[Assessment]:
        """Those of a value that is offered; each filter says which, or it has a bug."""
        raise NotImplementedError


class InStatus(Chosen):
    title = "status"
    parameter_name = "status"
    everything = "Awaiting review"
    ANY = "any"

    def lookups(self, request, model_admin):
        return [*((each.value, each.label) for each in Status), (self.ANY, "Any status")]

    def queryset(self, request, queryset):
        if self.value() is None:
            awaiting = queries.awaiting_review(request.user)
            # The status a second time, by which the database begins with the few that have it.
            return queryset.filter(status=Status.SUBMITTED, pk__in=awaiting.order_by().values("pk"))
        return queryset if self.value() == self.ANY else queryset.filter(status=self.value())


class InTeam(Chosen):
    title = "team"
    parameter_name = "team"

    def lookups(self, request, model_admin):
        return [(str(each.pk), each.name) for each in queries.teams_of(request.user)]

    def has_output(self) -> bool:
        return len(self.lookup_choices) > 1

    def chosen(self, assessments, value):
        return assessments.filter(team=int(value))


class OfWorker(Chosen):
    title = "worker"
    parameter_name = "worker"

    def lookups(self, request, model_admin):
        return [(str(each.reference), each.name) for each in queries.workers_for(request.user)]

    def chosen(self, assessments, value):
        return assessments.filter(worker__reference=value)


class WithCode(Chosen):
    title = "code"
    parameter_name = "code"

    def lookups(self, request, model_admin):
        return every_code()

    def chosen(self, assessments, value):
        return queries.containing(assessments, value)


@lru_cache(maxsize=1)
def every_code() -> list[tuple[str, str]]:
    """The codes of every edition, since old records keep theirs, by the latest of their names."""
    names = {
        code: code_with_name(edition, code)
        for edition in loader.editions().values()
        for code in edition.codes
    }
    return sorted(names.items(), key=lambda named: code_order(named[0]))


class WithReasons(Chosen):
    title = "reasons given"
    parameter_name = "reasons"

    def lookups(self, request, model_admin):
        return YES_NO

    def chosen(self, assessments, value):
        return queries.with_reasons(assessments, value == "yes")


class Overdue(Chosen):
    title = "overdue"
    parameter_name = "overdue"

    def lookups(self, request, model_admin):
        return YES_NO

    def chosen(self, assessments, value):
        return queries.overdue(assessments, timezone.localdate(), value == "yes")


class InCensusYear(Chosen):
    title = "census year"
    parameter_name = "year"

    def lookups(self, request, model_admin):
        """From the first edition on; a year runs from April and is named by the one it ends in."""
        today = timezone.localdate()
        last = today.year + (today.month >= 4)
        first = min(each.in_force_from for each in loader.editions().values()).year + 1
        return [(str(year), f"{year - 1}-{year % 100:02}") for year in range(last, first - 1, -1)]

    def chosen(self, assessments, value):
        return queries.in_census_year(assessments, int(value))
