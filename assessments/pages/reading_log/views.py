"""Unusual reading of children's records, for data officers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from assessments import queries
from assessments.pages.reading_log.forms import ReadingLogForm
from assessments.presenters.readings import page_in_words, unusual_marks
from cinfactors.accounts.models import User
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.audit.models import Page, Reading
from cinfactors.audit.services import record_reading
from cinfactors.web.problems import problems_of

ROWS_PER_PAGE = 50
MOST_CHILDREN = 10
"""How many children a row of the log names; the page of its hour names them all."""

CHILDREN_PER_PAGE = 100
MOST_IN_HOUR = 1000
"""How many children of an hour are listed, as many as of any other list."""

HOUR = "%Y-%m-%dT%H"
"""How an address has an hour of the clock, in UTC."""
FIRST_YEAR = 2000
HIDDEN = "A restricted record"
"""In place of an id: of a child whom the data officer may not see, and nobody was refused."""


@dataclass(frozen=True, slots=True)
class UnusualHour:
    """What one person read in one hour of the clock, and why it is unusual.

    `children` has the ids of those whose records were opened, or refused, by key: as many as
    `MOST_CHILDREN`, with `more` besides. Those of lists are on the page of the hour, at `address`.
    """

    person: str
    address: str
    first: datetime
    last: datetime
    times: int
    children: Mapping[int, str]
    more: int
    lists: int
    addresses: tuple[str, ...]
    reasons: tuple[str, ...]


@require_http_methods(["GET", "HEAD", "POST"])
def reading_log(request: SignedInRequest) -> HttpResponse:
    """Show one day's unusual reading, of everybody or one person; this is recorded as well.

    The day and the person are posted, since a name is typed, and kept as day and reference.
    """
    if not queries.may_read_the_log(request.user):
        raise Http404
    today = {"day": timezone.localdate().isoformat()}
    form = ReadingLogForm(request.POST or today | request.GET.dict())
    is_valid = form.is_valid()
    if request.method == "POST" and is_valid:
        return redirect(f"{request.path}?{urlencode(_chosen(form))}")
    day: date = (is_valid and form.cleaned_data["day"]) or timezone.localdate()
    person = form.selected if is_valid else None
    paginator = Paginator(queries.unusual_readings(request.user, day, by=person), ROWS_PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    hours = _unusual_hours(request.user, list(page))
    shown = (child for hour in hours for child in hour.children)
    record_reading(request, Page.READING, listed=shown)
    # The day is named: the next page is of the same one, also after midnight.
    query = request.GET.copy()
    query["day"] = day.isoformat()
    context = {
        "form": form,
        "problems": problems_of(form),
        "query": query,
        "day": day,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1) if day < timezone.localdate() else None,
        "person": person,
        "page": page,
        "hours": hours,
        "many": queries.UNUSUAL_CHILDREN_PER_HOUR,
        "outside": queries.UNUSUAL_OUTSIDE_PER_HOUR,
    }
    return render(
        request, "pages/reading_log/page.html", context, status=422 if form.errors else 200
    )


def _chosen(form: ReadingLogForm) -> dict[str, str]:
    """Return the day and the person as the parameters of an address."""
    found = {name: form.cleaned_data.get(name) for name in ("day", "person")}
    return {name: str(value) for name, value in found.items() if value}


@require_safe
def reading_hour(request: SignedInRequest, reference: UUID, hour: str) -> HttpResponse:
    """Show every child whom one person was shown or refused in an hour; recorded as well."""
    person, start = queries.person_in_log(request.user, reference), _hour(hour)
    if person is None or start is None:
        raise Http404
    keys, are_more = queries.children_read_in_hour(request.user, person, start, MOST_IN_HOUR)
    paginator = Paginator(keys, CHILDREN_PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    shown = list(page)
    record_reading(request, Page.READING, listed=shown)
    readings = queries.readings_in_hour(request.user, person, start)
    children = _children_of(queries.of_children(readings, shown), person, shown)
    refused = {each.key for each in children if each.was_refused}
    ids = queries.child_ids(request.user, {*shown}, refused)
    context = {
        "person": person,
        "hour": start,
        "until": start + timedelta(hours=1),
        "page": page,
        "pages": paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "query": request.GET,
        "rows": [(ids.get(each.key, HIDDEN), each) for each in children],
        "most": MOST_IN_HOUR if are_more else None,
    }
    return render(request, "pages/reading_log/hour.html", context)


def _hour(written: str) -> datetime | None:
    """Return the moment at which an hour of the clock begins, as an address has it, in UTC."""
    try:
        hour = datetime.strptime(written, HOUR).replace(tzinfo=UTC)
    except ValueError:
        return None
    return hour if hour.year >= FIRST_YEAR and hour <= timezone.now() else None


@dataclass(slots=True)
class ChildOfHour:
    """A child whom one person was shown or refused in an hour: how often, where, and marks."""

    key: int
    first: datetime | None = None
    times: int = 0
    was_refused: bool = False
    pages: dict[str, None] = field(default_factory=dict)
    marks: dict[str, None] = field(default_factory=dict)


def _children_of(
    readings: Iterable[Reading], person: User, keys: Sequence[int]
) -> list[ChildOfHour]:
    """Return what the readings, the earliest first, say of each of the children, in their order."""
    found = {key: ChildOfHour(key) for key in keys}
    for reading in readings:
        for key in [reading.child_id, *(reading.children or ())]:
            child = found.get(key) if key is not None else None
            if key is None or child is None:
                continue
            child.first = child.first or reading.at
            child.times += 1
            if reading.refused and not reading.reason and key == reading.child_id:
                child.was_refused = True
            child.pages[page_in_words(reading)] = None
            marks = unusual_marks(reading, [key], sees_every_team=person.is_data_officer)
            child.marks |= dict.fromkeys(marks)
    return list(found.values())


def _unusual_hours(reader: User, rows: list[dict[str, Any]]) -> list[UnusualHour]:
    for row in rows:
        row["named"] = sorted(row["which"])[:MOST_CHILDREN]
    ids = queries.child_ids(
        reader,
        {child for row in rows for child in row["named"]},
        {child for row in rows for child in row["which_refused"]},
    )
    people = queries.readers_with_teams({row["person_id"] for row in rows})
    return [_unusual_hour(row, people.get(row["person_id"]), ids) for row in rows]


def _unusual_hour(
    row: Mapping[str, Any], person: User | None, ids: Mapping[int, str]
) -> UnusualHour:
    address = ""
    if person is not None:
        hour = row["hour"].astimezone(UTC).strftime(HOUR)
        address = reverse("reading_hour", args=[person.reference, hour])
    return UnusualHour(
        person=person.name if person else "Somebody who is not known",
        address=address,
        first=row["first"],
        last=row["last"],
        times=row["times"],
        children={child: ids.get(child, HIDDEN) for child in row["named"]},
        more=len(row["which"]) - len(row["named"]),
        lists=row["lists"],
        addresses=tuple(row["addresses"]),
        reasons=tuple(_why_unusual(row)),
    )


def _why_unusual(row: Mapping[str, Any]) -> Iterator[str]:
    if row["times_restricted"]:
        yield f"refused a restricted record {_number_of_times(row['times_restricted'])}"
    if row["times_refused"]:
        yield f"refused a record of another team {_number_of_times(row['times_refused'])}"
    if row["times_id_in_use"]:
        yield f"entered the id of another child {_number_of_times(row['times_id_in_use'])}"
    if row["times_out_of_team"]:
        yield f"read out of their team {_number_of_times(row['times_out_of_team'])}"
    if row["times_downloaded"]:
        yield (
            f"downloaded a list {_number_of_times(row['times_downloaded'])}, with "
            f"{row['downloaded']:,} children in all"
        )
    if row["times_same_name"]:
        yield f"a child of their own family name {_number_of_times(row['times_same_name'])}"
    if row["opened"] >= queries.UNUSUAL_CHILDREN_PER_HOUR:
        yield f"opened the records of {row['opened']} children in an hour"
    if row["outside"] >= queries.UNUSUAL_OUTSIDE_PER_HOUR:
        yield f"was shown {row['outside']} children outside their own caseload in an hour"


def _number_of_times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")
