"""A census task: how far it has come, what it found, and the file that it made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from assessments import queries
from assessments.census.spreadsheets import BYTE_ORDER_MARK, safe, safe_id, written
from assessments.models import CensusTask
from assessments.pages.census.views import ROWS_PER_PAGE
from assessments.presenters.census_tasks import (
    Found,
    Shown,
    groups_of,
    kinds_found,
    name_of_file,
    shown,
    table_of,
)
from assessments.queries import ChildOfReturn
from assessments.services.returns import FILE, is_readable, parts_of, rows_of, stop_task
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.accounts.sessions import is_script_request
from cinfactors.audit.models import Page
from cinfactors.audit.services import record_list, record_made_file, record_reading

ROWS_AT_ONCE = 500
NOT_COMPLETE = "This file is not complete: your access ended while it was made"
UNREADABLE, RESTRICTED = "unreadable", "restricted"
PAGES = {CensusTask.Kind.MERGE: Page.MERGE, CensusTask.Kind.EXPORT: Page.EXPORT}


class Row(NamedTuple):
    shown: Shown
    record: UUID | None
    """Of the assessment here that it is about, or else of the child's latest."""


def _task(request: SignedInRequest, reference: UUID) -> CensusTask:
    found = queries.census_task_of(request.user, reference)
    if found is None:
        raise Http404
    return found


@require_safe
def census_task(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Show how far it has come or, once it is over, what became of it."""
    task = _task(request, reference)
    is_of_a_year = task.kind in {CensusTask.Kind.CHECK, CensusTask.Kind.EXPORT}
    of_the_year = f"{reverse('census')}?year={task.year}"
    context: dict[str, Any] = {
        "task": task,
        "back": of_the_year if is_of_a_year else reverse("census_return"),
        "back_to": f"Census {task.year}" if is_of_a_year else "A return from the case system",
        "may_have_file": queries.may_have_file(request.user, task),
        "kept_until": task.asked_at + queries.CENSUS_TASKS_ARE_KEPT,
    }
    if task.is_over:
        context["withheld"] = _why_withheld(request, task)
        # A script learns that it is over, and reloads the page.
        if not context["withheld"] and not is_script_request(request):
            context |= _found(request, task)
    return render(request, "pages/census/task.html", context)


def _why_withheld(request: SignedInRequest, task: CensusTask) -> str:
    """Return why what came of a task is not shown; empty where it is."""
    if not is_readable(task):
        return UNREADABLE
    return RESTRICTED if queries.is_restricted_since(request.user, task) else ""


def _found(request: SignedInRequest, task: CensusTask) -> dict[str, Any]:
    kinds = kinds_found(task)
    filled = [each for each in kinds if each.number]
    given = request.GET.get("kind", filled[0].kind if filled else "")
    chosen = next((each for each in filled if each.kind == given), None)
    if chosen is None and given:
        raise Http404
    context: dict[str, Any] = {"kinds": kinds, "chosen": chosen, "query": request.GET.copy()}
    if chosen is not None:
        groups = groups_of(task, chosen.kind)
        rules = [(group.partition(" ")[2], number) for group, number in groups.items()]
        if rule := request.GET.get("rule", ""):
            groups = {group: n for group, n in groups.items() if group.partition(" ")[2] == rule}
        if not groups:
            raise Http404
        paginator = Paginator(range(sum(groups.values())), ROWS_PER_PAGE)
        page = paginator.get_page(request.GET.get("page"))
        rows = [*rows_of(task, groups, page.start_index() - 1, page.end_index())]
        found, children = _rows(request, task, rows)
        record_list(request, children, PAGES.get(CensusTask.Kind(task.kind), Page.RECONCILE))
        context |= {
            "rules": rules if len(rules) > 1 else [],
            "rule": rule,
            "page": page,
            "pages": paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
            "rows": found,
            "left_out": len(rows) - len(found),
        }
    return context


def _rows(
    request: SignedInRequest, task: CensusTask, rows: list[list[str]]
) -> tuple[list[Row], set[int]]:
    """Return what may be shown of the rows, and the keys of the children who are recorded here.

    A record may have been restricted since it was compared. One of another year stands as an id
    that nobody has here, or else a file of many ids would tell which of them are restricted.
    """
    every = [shown(task, row) for row in rows]
    if task.kind not in CensusTask.OF_OUR_RECORDS:
        return [Row(each, None) for each in every], set()
    known = queries.children_of_return(request.user, (each.child_id for each in every))
    found = []
    for each in every:
        child = known.get(each.child_id.upper())
        if child is None or not child.is_hidden:
            found.append(Row(each, _record(child, each)))
        elif each.is_of_the_file_alone:
            found.append(Row(each, None))
    return found, {child.key for child in known.values() if not child.is_hidden}


def _record(child: ChildOfReturn | None, row: Shown) -> UUID | None:
    if child is None or not child.records:
        return None
    for day in row.starts:
        if day in child.records:
            return child.records[day]
    return [*child.records.values()][-1]


@require_POST
def stop(request: SignedInRequest, reference: UUID) -> HttpResponse:
    stop_task(_task(request, reference))
    return redirect("census_task", reference)


@require_POST
@transaction.non_atomic_requests
def task_file(request: SignedInRequest, reference: UUID) -> HttpResponseBase:
    """Send the file that was made. Each restricted child of its year counts as read again."""
    task = _task(request, reference)
    if not is_readable(task):
        return redirect("census_task", reference)
    with transaction.atomic():
        if not queries.may_have_file(request.user, task):
            raise Http404
        record_made_file(
            request.user.pk,
            PAGES[CensusTask.Kind(task.kind)],
            queries.restricted_in_file(task),
            address=request.audit_context.address,
            request_id=request.id,
        )
    is_xml = task.kind == CensusTask.Kind.MERGE or task.options["format"] == "xml"
    kind = "application/xml" if is_xml else "text/csv; charset=utf-8"
    response = StreamingHttpResponse(parts_of(task, FILE), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name_of_file(task)}"'
    return response


@require_POST
@transaction.non_atomic_requests
def task_table(request: SignedInRequest, reference: UUID) -> HttpResponseBase:
    """Send everything that was found as a table, each part recorded as a reading of its children.

    What is in records restricted to others is left out.
    """
    task = _task(request, reference)
    if not task.is_over or not any(each.number for each in kinds_found(task)):
        raise Http404
    if _why_withheld(request, task):
        return redirect("census_task", reference)
    response = StreamingHttpResponse(_table(request, task), content_type="text/csv; charset=utf-8")
    name = f"census-{task.year}-{task.kind}-list.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _table(request: SignedInRequest, task: CensusTask) -> Iterator[str]:
    yield BYTE_ORDER_MARK + written([table_of(task)])
    for kind in kinds_found(task):
        rows = rows_of(task, groups_of(task, kind.kind))
        while several := list(islice(rows, ROWS_AT_ONCE)):
            with transaction.atomic():
                request.user.refresh_from_db(fields=["is_active", "role"])
                if not queries.may_make_census_files(request.user):
                    yield written([[NOT_COMPLETE]])
                    return
                found, children = _rows(request, task, several)
                if children:
                    record_reading(request, Page.DOWNLOAD, listed=children)
            yield written(_cells(kind, (each.shown for each in found)))


def _cells(kind: Found, rows: Iterable[Shown]) -> Iterator[list[str]]:
    for row in rows:
        yield [kind.name, safe_id(row.child_id), *map(safe, row.cells.values())]
