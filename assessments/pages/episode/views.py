"""Changing the referral, and the start of an assessment."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from assessments import queries, services
from assessments.components.corrections import (
    Correction,
    correction_context,
    correction_page,
)
from assessments.components.records import assessment_to_correct_or_404
from assessments.models import Assessment
from assessments.pages.episode.forms import ChangeReferralForm, ChangeStartForm
from cinfactors.accounts.form_recovery import recovers_form
from cinfactors.accounts.requests import SignedInRequest


@recovers_form
@require_http_methods(["GET", "HEAD", "POST"])
def change_referral(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Correct the referral; close the episode, or open it again."""
    assessment = assessment_to_correct_or_404(request, reference)
    return correction_page(request, assessment, REFERRAL)


@recovers_form
@require_http_methods(["GET", "HEAD", "POST"])
def change_start_date(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Correct the start; or say why it stays, and who could do what about that."""
    assessment = assessment_to_correct_or_404(request, reference)
    if request.method != "POST" and not queries.may_change_start(request.user, assessment):
        return _start_stays(request, assessment)
    return correction_page(request, assessment, START)


def _change_referral(
    assessment: Assessment, values: dict[str, Any], **carried: Any
) -> services.FactsCorrected:
    reason = values.pop("reason", "")
    referral = services.Referral(**values)
    return services.change_referral(
        episode=assessment.episode, referral=referral, reason=reason, **carried
    )


def _change_start(
    assessment: Assessment, values: dict[str, Any], **carried: Any
) -> services.FactsCorrected:
    values = {"reason": ""} | values
    return services.change_start_date(assessment=assessment, **values, **carried)


def _start_stays(request: SignedInRequest, assessment: Assessment) -> HttpResponse:
    """Say that the start cannot be changed now, and why; as a 409 where it was sent."""
    context = correction_context(request, assessment) | {
        "may_withdraw": queries.may_withdraw(request.user, assessment),
        "may_review": queries.may_review(request.user, assessment),
        "may_reopen": queries.may_reopen(request.user, assessment),
        "was_sent": request.method == "POST",
    }
    status = 409 if request.method == "POST" else 200
    return render(request, "pages/episode/start_stays.html", context, status=status)


REFERRAL = Correction(
    "pages/episode/referral.html",
    "Change the referral",
    ChangeReferralForm,
    lambda assessment: assessment.episode,
    _change_referral,
    "The referral is changed.",
)
START = Correction(
    "pages/episode/start_date.html",
    "Change the start date",
    ChangeStartForm,
    lambda assessment: assessment,
    _change_start,
    "The start date is changed.",
    may=queries.may_change_start,
    stays=_start_stays,
)
