"""The history of a record, and what differs between two of its versions."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assessments import queries
from assessments.components.records import assessment_or_404
from assessments.models import Version
from assessments.presenters import history
from assessments.presenters.deadlines import deadline_of
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.audit.models import Page

CHANGES_PER_PAGE = 100
"""How many changes of rows a page tells; one may be several events."""


@require_safe
def assessment_history(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """What happened to the record, in words, the latest first; two versions beside each other."""
    assessment = assessment_or_404(request, reference, Page.HISTORY)
    record = queries.history_of(assessment)
    paginator = Paginator(record.keys, CHANGES_PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    shown = {*page}
    around = record.around(shown)
    changes = [change for change in around if change.pk in shown]
    starts = record.started_with(changes)
    people_and_teams = history.people_and_teams_in([*around, *starts.values()])
    names = history.Names(*queries.names_of(*people_and_teams))
    versions = queries.versions_numbered(assessment)
    context = {
        "assessment": assessment,
        "deadline": deadline_of(assessment),
        "page": page,
        "pages": paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "query": request.GET,
        "days": history.days(
            changes,
            names,
            around=around,
            starts=starts,
            version_numbers={version.pk: number for number, version in versions.items()},
            redated=queries.versions_with_corrected_dates(assessment),
        ),
        "is_complete": queries.history_is_complete(assessment),
        "versions": versions,
        "compared": _compared(request.GET, versions),
    }
    return render(request, "pages/history/page.html", context)


def _compared(query: QueryDict, versions: dict[int, Version]) -> history.VersionComparison | None:
    """Compare the versions numbered in `from` and `to`, else the last two; None for fewer.

    Raises Http404 for a number that no version has.
    """
    if len(versions) < 2:
        return None
    *_, before, last = versions
    try:
        earlier, later = int(query.get("from", before)), int(query.get("to", last))
        return history.compare_versions(versions[earlier], versions[later])
    except (ValueError, KeyError) as absent:
        raise Http404 from absent
