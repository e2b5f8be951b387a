"""A manager voids a record that was authorised and is another child's."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assessments import queries, services
from assessments.components.forms import posted_or_draft
from assessments.components.idempotency import (
    KeyAndVersionForm,
    key_and_version_of,
    version_of,
)
from assessments.components.records import (
    assessment_or_404,
    locked_response,
    managed_assessment_or_404,
)
from assessments.components.way_back import way_back
from assessments.models import Assessment, Status
from assessments.pages.voiding.forms import VoidForm
from assessments.presenters.deadlines import deadline_of
from cinfactors.accounts.form_recovery import recovers_form
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.web.problems import Problem, add_messages, problems_of


@recovers_form
@require_http_methods(["GET", "HEAD", "POST"])
def void(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Ask why, and void the record."""
    assessment = managed_assessment_or_404(request, reference)
    form = VoidForm(posted_or_draft(request))
    if request.method == "POST":
        return _void(request, assessment, form)
    if not queries.may_void(request.user, assessment):
        return redirect("record", assessment.reference)
    return _page(request, assessment, form)


def _void(request: SignedInRequest, assessment: Assessment, form: VoidForm) -> HttpResponse:
    key, version = key_and_version_of(request.POST)
    if not form.is_valid():
        return _page(request, assessment, form)
    try:
        services.void(
            assessment=assessment,
            reason=form.cleaned_data["reason"],
            by=request.user,
            version=version,
            key=key,
        )
    except services.NotPermitted as refused:
        raise Http404 from refused
    except services.FactsRefused as refused:
        return _page(request, assessment, form, add_messages(form, refused.messages))
    except (services.Locked, services.AlreadyDecided, services.EditConflict):
        now = assessment_or_404(request, assessment.reference)
        if now.status == Status.VOIDED or not queries.may_void(request.user, now):
            return locked_response(request, now)
        problem = Problem("The record was changed meanwhile. Read it, then void it again")
        return _page(request, now, form, [problem])
    messages.success(request, "The record is voided. It stays here, and is never counted.")
    return redirect(way_back(request, assessment.reference).address)


def _page(
    request: SignedInRequest, assessment: Assessment, form: VoidForm, others: Sequence[Problem] = ()
) -> HttpResponse:
    problems = [*others, *problems_of(form)]
    seen = None if others else posted_or_draft(request)
    context = {
        "assessment": assessment,
        "deadline": deadline_of(assessment),
        "form": form,
        "key_and_version": KeyAndVersionForm(initial={"version": version_of(assessment, seen)}),
        "problems": problems,
    }
    status = 422 if problems else 200
    return render(request, "pages/voiding/page.html", context, status=status)
