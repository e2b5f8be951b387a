"""Unusual reading of children's records, for data officers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from assessments import queries
from assessments.pages.reading_log.forms import ReadingLogForm
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.audit.models import Page
from cinfactors.audit.services import record_reading

ROWS_PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class UnusualHour:
    """What one person read in one hour of the clock, and why it is unusual."""

    person: str
    first: datetime
    last: datetime
    times: int
    children: tuple[str, ...]
    addresses: tuple[str, ...]
    reasons: tuple[str, ...]


@require_safe
def reading_log(request: SignedInRequest) -> HttpResponse:
    """Show one day's unusual reading, of everybody or one person; this is recorded as well."""
    if not queries.may_read_the_log(request.user):
        raise Http404
    record_reading(request, Page.READING)
    form = ReadingLogForm(
        request.GET or None,
        initial={"day": timezone.localdate().isoformat()},
        people=queries.people_by_name(),
    )
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    day: date = chosen.get("day") or timezone.localdate()
    person = chosen.get("person")
    paginator = Paginator(queries.unusual_readings(request.user, day, by=person), ROWS_PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "day": day,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1) if day < timezone.localdate() else None,
        "person": person,
        "page": page,
        "hours": _unusual_hours(list(page)),
        "many": queries.UNUSUAL_CHILDREN_PER_HOUR,
    }
    return render(
        request, "pages/reading_log/page.html", context, status=422 if form.errors else 200
    )


def _unusual_hours(rows: list[dict[str, Any]]) -> list[UnusualHour]:
    ids = queries.child_ids({child for row in rows for child in row["which"]})
    people, _ = queries.names_of({row["person_id"] for row in rows}, ())
    return [
        UnusualHour(
            person=people.get(row["person_id"], "Somebody who is not known"),
            first=row["first"],
            last=row["last"],
            times=row["times"],
            children=tuple(sorted(ids[child] for child in row["which"] if child in ids)),
            addresses=tuple(row["addresses"]),
            reasons=tuple(_why_unusual(row)),
        )
        for row in rows
    ]


def _why_unusual(row: dict[str, Any]) -> Iterator[str]:
    if row["times_restricted"]:
        yield f"refused a restricted record {_number_of_times(row['times_restricted'])}"
    if row["times_refused"]:
        yield f"refused a record of another team {_number_of_times(row['times_refused'])}"
    if row["times_out_of_team"]:
        yield f"read out of their team {_number_of_times(row['times_out_of_team'])}"
    if row["times_same_name"]:
        yield f"a child of their own family name {_number_of_times(row['times_same_name'])}"
    if row["children"] >= queries.UNUSUAL_CHILDREN_PER_HOUR:
        yield f"{row['children']} children in an hour"


def _number_of_times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")
