"""The assessment that a request is about: found or refused, its reading recorded, or locked."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render

from assessments import queries
from assessments.models import Assessment
from assessments.presenters.deadlines import deadline_of
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.audit.models import Page
from cinfactors.audit.services import record_reading, record_refusal


def assessment_or_404(
    request: SignedInRequest, reference: UUID, page: Page = Page.RECORD
) -> Assessment:
    """Return an assessment that the person may see, and record that they read it on the page.

    Raises Http404, and records the refusal: an absent one and a forbidden one look the same.
    """
    try:
        assessment = queries.assessment_for(request.user, reference)
    except Assessment.DoesNotExist as absent:
        record_refusal(request, page, reference=reference)
        raise Http404 from absent
    record_reading_of(request, assessment, page)
    return assessment


def record_reading_of(request: SignedInRequest, assessment: Assessment, page: Page) -> None:
    """Record that the person reads the assessment on the page."""
    record_reading(request, page, child=assessment.episode.child_id, assessment=assessment.pk)


def own_assessment_or_404(request: SignedInRequest, reference: UUID) -> Assessment:
    """Return the person's own assessment, in whatever status.

    Raises Http404, and records the refusal.
    """
    try:
        return queries.own_assessment(request.user, reference)
    except Assessment.DoesNotExist as absent:
        record_refusal(request, Page.FACTORS, reference=reference)
        raise Http404 from absent


def locked_response(request: SignedInRequest, assessment: Assessment) -> HttpResponse:
    """Return the page, a 409, that says that the assessment cannot be changed now, and why."""
    context = {"assessment": assessment, "deadline": deadline_of(assessment)}
    return render(request, "components/locked.html", context, status=409)
