"""The history of a record, and what differs between two of its versions."""

from __future__ import annotations

from uuid import UUID

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


@require_safe
def assessment_history(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Everything that happened to the record, in words; two versions beside each other."""
    assessment = assessment_or_404(request, reference, Page.HISTORY)
    changes = list(queries.changes_of(assessment))
    names = history.Names(*queries.names_of(*history.people_and_teams_in(changes)))
    versions = queries.versions_numbered(assessment)
    compared = _compared(request.GET, versions)
    context = {
        "assessment": assessment,
        "deadline": deadline_of(assessment),
        "days": history.days(changes, names),
        "is_complete": history.is_complete(changes),
        "versions": versions,
        "compared": compared,
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
