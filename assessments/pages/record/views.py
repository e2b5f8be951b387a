"""The record of an assessment, and what its worker does from there: withdraw, cancel, mark read."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments import queries, services
from assessments.components.forms import posted_or_draft
from assessments.components.idempotency import KeyAndVersionForm, key_and_version_of, version_of
from assessments.components.records import (
    assessment_or_404,
    locked_response,
    own_assessment_or_404,
    record_reading_of,
)
from assessments.components.replies import managers_words
from assessments.evaluation import evaluate
from assessments.models import Assessment
from assessments.pages.record.forms import CancellationForm, ReadForm
from assessments.presenters.code_notes import pinned_notes
from assessments.presenters.corrected_dates import corrected_from
from assessments.presenters.deadlines import deadline_of
from assessments.presenters.decisions import decisions
from assessments.presenters.questions import questions_of
from assessments.presenters.selection import codes_by_domain
from cinfactors.accounts.form_recovery import recovers_form
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.audit.models import Page
from cinfactors.web.problems import add_messages, problems_of


@require_safe
def assessment_record(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Show everything that is recorded, read-only."""
    assessment = assessment_or_404(request, reference)
    person = request.user
    evaluation = evaluate(assessment)
    versions = list(queries.versions_of(assessment))
    reviews = list(queries.reviews_of(assessment))
    feedback = queries.review_feedback(assessment)
    context = {
        "assessment": assessment,
        "deadline": deadline_of(assessment),
        "joined_ids": queries.ids_joined_to(assessment.episode.child),
        "edition": evaluation.edition,
        "groups": codes_by_domain(evaluation.edition, assessment.codes),
        "questions": [question for question in questions_of(evaluation) if question.answered],
        "versions": versions,
        "decisions": decisions(reviews, versions),
        "corrected_from": corrected_from(reviews, versions),
        "words": managers_words(feedback, evaluation),
        "notes": pinned_notes(feedback, take_replies=False),
        "census": queries.census_of_record(person, assessment),
        "may_mark_read": assessment.worker_id == person.pk and person.is_social_worker,
        "may_correct": queries.may_correct_facts(person, assessment.episode.child),
        "may_correct_start": queries.may_correct_start(person, assessment),
        "may_correct_dates": queries.may_reopen(person, assessment),
        "may_record": queries.may_record(person, assessment),
        "may_cancel": queries.may_cancel(person, assessment),
        "may_start_for_family": queries.may_start_for_family(person, assessment),
        "may_withdraw": queries.may_withdraw(person, assessment),
        "may_reassign": assessment.status in queries.OPEN,
        "may_review": queries.may_review(person, assessment),
        "may_void": queries.may_void(person, assessment),
        "key_and_version": KeyAndVersionForm(initial={"version": assessment.version}),
    }
    return render(request, "pages/record/page.html", context)


@require_POST
def correction_read(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Mark a manager's correction as read by the worker."""
    own = queries.own_assessments(request.user).filter(reference=reference)
    if not own.exists():
        raise Http404
    form = ReadForm(request.POST)
    if not form.is_valid():
        raise BadRequest("review")
    unread = queries.unread_corrections(request.user).filter(assessment__in=own)
    for review in unread.filter(pk=form.cleaned_data["review"]):
        services.mark_read(review=review, by=request.user)
    return redirect("record", reference)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Ask whether to take the submission back, then do so."""
    assessment = own_assessment_or_404(request, reference)
    if request.method != "POST":
        return _withdraw_page(request, assessment)
    key, version = key_and_version_of(request.POST)
    try:
        services.withdraw_submission(
            assessment=assessment, by=request.user, version=version, key=key
        )
    except (services.Locked, services.EditConflict):
        return locked_response(request, assessment_or_404(request, reference))
    messages.success(request, "The submission is withdrawn. You can change the factors again.")
    return redirect("factors", assessment.reference)


def _withdraw_page(request: SignedInRequest, assessment: Assessment) -> HttpResponse:
    if not queries.may_withdraw(request.user, assessment):
        return redirect("record", assessment.reference)
    record_reading_of(request, assessment, Page.RECORD)
    context = {
        "assessment": assessment,
        "deadline": deadline_of(assessment),
        "key_and_version": KeyAndVersionForm(initial={"version": assessment.version}),
    }
    return render(request, "pages/record/withdraw.html", context)


@recovers_form
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Cancel an assessment that was started in error, with the reason."""
    assessment = own_assessment_or_404(request, reference)
    data = posted_or_draft(request)
    form = CancellationForm(data)
    if request.method == "POST":
        return _cancel_assessment(request, assessment, form)
    if not queries.may_cancel(request.user, assessment):
        return redirect("record", assessment.reference)
    return _cancel_page(request, assessment, form, data)


def _cancel_assessment(
    request: SignedInRequest, assessment: Assessment, form: CancellationForm
) -> HttpResponse:
    key, version = key_and_version_of(request.POST)
    if not form.is_valid():
        return _cancel_page(request, assessment, form, request.POST)
    try:
        services.cancel(
            assessment=assessment,
            reason=form.cleaned_data["reason"],
            by=request.user,
            version=version,
            key=key,
        )
    except (services.Locked, services.EditConflict):
        return locked_response(request, assessment_or_404(request, assessment.reference))
    except services.FactsRefused as refused:
        add_messages(form, refused.messages)
        return _cancel_page(request, assessment, form, request.POST)
    messages.success(request, "The assessment is cancelled. Its record stays.")
    return redirect("record", assessment.reference)


def _cancel_page(
    request: SignedInRequest,
    assessment: Assessment,
    form: CancellationForm,
    data: QueryDict | None,
) -> HttpResponse:
    record_reading_of(request, assessment, Page.CANCEL)
    context = {
        "assessment": assessment,
        "deadline": deadline_of(assessment),
        "form": form,
        "key_and_version": KeyAndVersionForm(initial={"version": version_of(assessment, data)}),
        "problems": problems_of(form),
    }
    status = 422 if form.errors else 200
    return render(request, "pages/record/cancel.html", context, status=status)
