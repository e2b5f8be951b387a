"""A data officer's list as a file of comma-separated values."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from django.db import transaction
from django.http import Http404, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from assessments import queries
from assessments.catalogue import loader
from assessments.catalogue.code_names import listed
from assessments.census.spreadsheets import BYTE_ORDER_MARK, safe, safe_id, written
from assessments.models import Assessment
from assessments.pages.worklist.forms import SearchForm
from assessments.pages.worklist.requested import requested_list
from assessments.presenters.deadlines import deadline_of
from assessments.templatetags.record import age, died
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.audit.models import Page
from cinfactors.audit.services import record_reading

ROWS_AT_ONCE = 1000
NOT_COMPLETE = "This file is not complete: your access ended while it was made"
HEADINGS = (
    "Child id",
    "Name",
    "Age when it started",
    "Referred",
    "Started",
    "Ended",
    "Working days from referral",
    "Factors",
    "Social worker",
    "Team",
    "Status",
)


@require_POST
def download(request: SignedInRequest) -> HttpResponseBase:
    """Send every row of the list that the address asks for, recorded as a reading of each child.

    It is recorded part by part, each before it is sent, so that what was sent is recorded
    whenever the sending ends. Each part is read by keys in a transaction of its own: a slow
    connection keeps none open, and a record that was restricted meanwhile is left out. Nothing
    is sent any more once the person's access has ended.
    """
    if not request.user.is_data_officer:
        raise Http404
    search = SearchForm(request.POST)
    # Of the page, not of the session: there another window's search may stand, or none.
    is_sent = "words" in request.POST and search.is_valid()
    asked = requested_list(request, search.cleaned_data["words"].strip() if is_sent else "")
    if not is_sent or asked.filters is None or asked.filters.errors:
        return redirect(f"{reverse('assessments')}?{request.GET.urlencode()}")
    assessments = asked.assessments
    if asked.words:
        assessments = queries.search_by_child(assessments, asked.words)
    tab = asked.tab(request.GET.get("tab", queries.EVERY_STATUS), {})
    keys = queries.keys_of_list(asked.in_tab(assessments, tab))
    response = StreamingHttpResponse(_parts(request, keys), content_type="text/csv; charset=utf-8")
    name = f"assessments-{timezone.localdate()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _parts(request: SignedInRequest, keys: array[int]) -> Iterator[str]:
    person = request.user
    yield BYTE_ORDER_MARK + written([HEADINGS])
    for start in range(0, len(keys), ROWS_AT_ONCE):
        with transaction.atomic():
            person.refresh_from_db(fields=["is_active", "role"])
            if not (person.is_active and person.is_data_officer):
                yield written([[NOT_COMPLETE]])
                return
            rows = queries.listed_by_key(person, keys[start : start + ROWS_AT_ONCE])
            children = {each.episode.child_id for each in rows}
            if children:
                record_reading(request, Page.DOWNLOAD, listed=children)
        yield written(map(_cells, rows))


def _cells(assessment: Assessment) -> tuple[str, ...]:
    child, deadline = assessment.episode.child, deadline_of(assessment)
    return (
        safe_id(child.la_child_id),
        safe(child.name),
        f"{age(assessment)}{died(child)}",
        assessment.episode.referral_date.isoformat(),
        assessment.start_date.isoformat(),
        assessment.end_date.isoformat() if assessment.end_date else "",
        deadline.words if deadline else "",
        # With their names, so that no spreadsheet takes a code for a number.
        listed(loader.edition(assessment.edition), assessment.codes),
        safe(assessment.worker.name),
        safe(assessment.team.name),
        assessment.get_status_display(),
    )
