"""What follows a submission, and what ends an assessment: seen, withdrawn, cancelled."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from assessments import queries, services
from assessments.forms import PressForm, ReasonForm
from assessments.models import Assessment, Status
from assessments.views.pages import (
    add_messages,
    assessment_or_404,
    deadline_of,
    locked,
    own_assessment_or_404,
    press_of,
    problems_of,
    record_reading_of,
    version_of,
)
from cinfactors.accounts.held_forms import keeps_typed_work
from cinfactors.history.models import Page


@require_safe
def submitted(request: HttpRequest, reference: UUID) -> HttpResponse:
    """What was done, and what happens next."""
    assessment = own_assessment_or_404(request, reference)
    if assessment.status != Status.SUBMITTED:
        return redirect("record", assessment.reference)
    record_reading_of(request, assessment, Page.SUBMITTED)
    context = {"assessment": assessment, "managers": queries.managers_of(assessment)}
    return render(request, "assessments/submitted.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Ask whether to take the submission back, then do so."""
    assessment = own_assessment_or_404(request, reference)
    if request.method != "POST":
        return _withdraw_page(request, assessment)
    key, version = press_of(request)
    try:
        services.withdraw_submission(
            assessment=assessment, by=request.user, version=version, key=key
        )
    except (services.Locked, services.EditConflict):
        return locked(request, assessment_or_404(request, reference))
    messages.success(request, "The submission is withdrawn. You can change the factors again.")
    return redirect("factors", assessment.reference)


def _withdraw_page(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    if not queries.may_withdraw(request.user, assessment):
        return redirect("record", assessment.reference)
    record_reading_of(request, assessment, Page.RECORD)
    context = {
        "assessment": assessment,
        "deadline": deadline_of(assessment),
        "press": PressForm(initial={"version": assessment.version}),
    }
    return render(request, "assessments/withdraw.html", context)


@keeps_typed_work
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Cancel an assessment that was started in error, with the reason."""
    assessment = own_assessment_or_404(request, reference)
    typed = request.POST if request.method == "POST" else request.held_data
    form = ReasonForm(typed)
    if request.method == "POST":
        key, version = press_of(request)
        if form.is_valid():
            try:
                services.cancel(
                    assessment=assessment,
                    reason=form.cleaned_data["reason"],
                    by=request.user,
                    version=version,
                    key=key,
                )
            except (services.Locked, services.EditConflict):
                return locked(request, assessment_or_404(request, reference))
            except services.FactsRefused as refused:
                add_messages(form, refused.messages)
            else:
                messages.success(request, "The assessment is cancelled. Its record stays.")
                return redirect("record", assessment.reference)
    elif not queries.may_cancel(request.user, assessment):
        return redirect("record", assessment.reference)
    record_reading_of(request, assessment, Page.CANCEL)
    context = {
        "assessment": assessment,
        "deadline": deadline_of(assessment),
        "form": form,
        "press": PressForm(initial={"version": version_of(assessment, typed)}),
        "problems": problems_of(form),
    }
    status = 422 if form.errors else 200
    return render(request, "assessments/cancel.html", context, status=status)
