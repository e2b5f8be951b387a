"""The assessment that a request is about: found or refused, its reading recorded, or locked."""

from __future__ import annotations

from collections.abc import Iterable
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


def managed_assessment_or_404(request: SignedInRequest, reference: UUID) -> Assessment:
    """Return an assessment of the manager's teams that they may see; raises Http404 for others."""
    assessment = assessment_or_404(request, reference)
    if not request.user.is_team_manager:
        raise Http404
    return assessment


def record_reading_of(
    request: SignedInRequest, assessment: Assessment, page: Page, *, listed: Iterable[int] = ()
) -> None:
    """Record that the person reads the assessment on the page, which lists other children too.

    Their own work is never refused for the others.
    """
    record_reading(
        request,
        page,
        child=assessment.episode.child_id,
        assessment=assessment.pk,
        listed=listed,
        is_own=assessment.worker_id == request.user.pk,
    )


def own_assessment_or_404(request: SignedInRequest, reference: UUID) -> Assessment:
    """Return the person's own assessment, in whatever status.

    Raises Http404, and records the refusal.
    """
    try:
        return queries.own_assessment(request.user, reference)
    except Assessment.DoesNotExist as absent:
        record_refusal(request, Page.FACTORS, reference=reference)
        raise Http404 from absent


def assessment_to_correct_or_404(request: SignedInRequest, reference: UUID) -> Assessment:
    """Return an assessment that the person may see, of a child whose facts they may correct.

    Raises Http404, and records the refusal, for others.
    """
    try:
        assessment = queries.assessment_for(request.user, reference)
    except Assessment.DoesNotExist:
        assessment = None
    if assessment is None or not queries.may_correct_facts(request.user, assessment.episode.child):
        record_refusal(request, Page.RECORD, reference=reference)
        raise Http404
    record_reading_of(request, assessment, Page.RECORD)
    return assessment


def locked_response(request: SignedInRequest, assessment: Assessment) -> HttpResponse:
    """Return the page, a 409, that says that the assessment cannot be changed now, and why."""
    context = {"assessment": assessment, "deadline": deadline_of(assessment)}
    return render(request, "components/locked.html", context, status=409)
