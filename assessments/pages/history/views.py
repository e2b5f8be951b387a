"""The history of a record, and what differs between two of its versions."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assessments import queries
from assessments.components.records import assessment_or_404
from assessments.models import Version
from assessments.presenters import history
from assessments.presenters.deadlines import deadline_of
from cinfactors.audit.models import Page


@require_safe
def assessment_history(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Everything that happened to the record, in words; two versions beside each other."""
    assessment = assessment_or_404(request, reference, Page.HISTORY)
    changes = list(queries.changes_of(assessment))
    names = history.Names(*queries.names_of(*history.spoken_of(changes)))
    versions = queries.versions_numbered(assessment)
    compared = _compared(request.GET, versions)
    context = {
        "assessment": assessment,
        "deadline": deadline_of(assessment),
        "days": history.days(changes, names),
        "is_whole": any(
            change.table_name == history.TABLE and not change.old for change in changes
        ),
        "versions": versions,
        "compared": compared,
    }
    return render(request, "pages/history/page.html", context)


def _compared(asked: QueryDict, versions: dict[int, Version]) -> history.VersionComparison | None:
    """The two versions that are asked for, else the last two; None where there is but one.

    Http404 for a number that no version has.
    """
    if len(versions) < 2:
        return None
    *_, before, last = versions
    try:
        earlier, later = int(asked.get("from", before)), int(asked.get("to", last))
        return history.compare_versions(versions[earlier], versions[later])
    except (ValueError, KeyError) as absent:
        raise Http404 from absent
