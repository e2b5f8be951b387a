"""What the pages share: finding the assessment, saying what stands against a write."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from assessments import queries
from assessments.models import Assessment
from assessments.presenters.deadlines import deadline_of
from cinfactors.audit.models import Page
from cinfactors.audit.services import record_reading, record_refusal


def assessment_or_404(
    request: HttpRequest, reference: UUID, page: Page = Page.RECORD
) -> Assessment:
    """What is not there and what the person may not see look the same.

    That it is read on the page, or was refused, is recorded.
    """
    try:
        assessment = queries.assessment_for(request.user, reference)
    except Assessment.DoesNotExist as absent:
        record_refusal(request, page, reference=reference)
        raise Http404 from absent
    record_reading_of(request, assessment, page)
    return assessment


def record_reading_of(request: HttpRequest, assessment: Assessment, page: Page) -> None:
    record_reading(request, page, child=assessment.episode.child_id, assessment=assessment.pk)


def own_assessment_or_404(request: HttpRequest, reference: UUID) -> Assessment:
    """The person's own assessment, in whatever status; a refusal is recorded."""
    try:
        return queries.own_assessment(request.user, reference)
    except Assessment.DoesNotExist as absent:
        record_refusal(request, Page.FACTORS, reference=reference)
        raise Http404 from absent


def locked(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """Say that the record cannot be changed now, and why."""
    context = {"assessment": assessment, "deadline": deadline_of(assessment)}
    return render(request, "components/locked.html", context, status=409)
