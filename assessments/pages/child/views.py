"""Correcting a child's facts, and adding to them: the birth, the death, that it is not born."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from assessments import services
from assessments.components.corrections import Correction, correction_page, way_back
from assessments.components.forms import Form
from assessments.components.records import assessment_to_correct_or_404
from assessments.models import Assessment, Child
from assessments.pages.child.forms import BirthForm, DeathForm, DetailsForm, NotBornForm
from cinfactors.accounts.form_recovery import recovers_form
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.audit.models import Page
from cinfactors.audit.services import record_refusal
from cinfactors.web.rate_limits import rate_limited_search


@recovers_form
@rate_limited_search
@require_http_methods(["GET", "HEAD", "POST"])
def change_details(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Correct anything that is recorded of the child.

    Of an id that is entered it reveals whether a child has it, as a search does.
    """
    assessment = assessment_to_correct_or_404(request, reference)
    response = correction_page(request, assessment, DETAILS)
    typed = request.POST.get("la_child_id", "").strip()
    if (
        response.status_code == 422
        and typed.upper() != assessment.episode.child.la_child_id.upper()
    ):
        # Whoever reads the log can look into an id that is in use and that nobody is found by.
        record_refusal(request, Page.ADD, la_child_id=typed)
    return response


@recovers_form
@require_http_methods(["GET", "HEAD", "POST"])
def record_birth(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Record that an unborn child is born."""
    return _page_of(request, reference, BIRTH, _may_be_born)


@recovers_form
@require_http_methods(["GET", "HEAD", "POST"])
def record_death(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Record the day on which the child died."""
    return _page_of(request, reference, DEATH, _may_have_died)


@recovers_form
@require_http_methods(["GET", "HEAD", "POST"])
def record_not_born(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Record that the pregnancy ended and the child is not born."""
    return _page_of(request, reference, NOT_BORN, _may_be_born)


def _page_of(
    request: SignedInRequest,
    reference: UUID,
    correction: Correction,
    is_for: Callable[[Child], bool],
) -> HttpResponse:
    """Return the page; or lead back from one that has nothing to record of this child."""
    assessment = assessment_to_correct_or_404(request, reference)
    if request.method != "POST" and not is_for(assessment.episode.child):
        return redirect(way_back(request, assessment))
    return correction_page(request, assessment, correction)


def _may_be_born(child: Child) -> bool:
    return child.is_unborn and not child.not_born


def _may_have_died(child: Child) -> bool:
    return not child.is_unborn and child.death_date is None


def _save_details(
    assessment: Assessment, values: dict[str, Any], **carried: Any
) -> services.FactsCorrected:
    child = assessment.episode.child
    reason = values.pop("reason", "")
    # What the page had no field for stays as it is.
    recorded = {name: getattr(child, name) for name in ("birth_date", "death_date", "not_born")}
    facts = services.ChildFacts(**recorded | values)
    return services.change_details(child=child, facts=facts, reason=reason, **carried)


def _save_birth(
    assessment: Assessment, values: dict[str, Any], **carried: Any
) -> services.FactsCorrected:
    reason = values.pop("reason", "")
    birth = services.Birth(**values)
    return services.record_birth(
        child=assessment.episode.child, birth=birth, reason=reason, **carried
    )


def _save_death(
    assessment: Assessment, values: dict[str, Any], **carried: Any
) -> services.FactsCorrected:
    return services.record_death(
        child=assessment.episode.child, **{"reason": ""} | values, **carried
    )


def _save_not_born(
    assessment: Assessment, values: dict[str, Any], *, confirmed: Sequence[str], **carried: Any
) -> services.FactsCorrected:
    return services.record_not_born(child=assessment.episode.child, **carried)


def _form_of_child(
    form: type[DetailsForm | BirthForm | DeathForm | NotBornForm],
) -> Callable[..., Form]:
    """Return what makes a form of the assessment's child."""

    def make(data: Any, *, assessment: Assessment, asks_reason: bool) -> Form:
        return form(data, child=assessment.episode.child, asks_reason=asks_reason)

    return make


def _child(assessment: Assessment) -> Child:
    return assessment.episode.child


DETAILS = Correction(
    "pages/child/details.html",
    "Change the child’s details",
    _form_of_child(DetailsForm),
    _child,
    _save_details,
    "The child’s details are changed.",
)
BIRTH = Correction(
    "pages/child/birth.html",
    "Record the birth",
    _form_of_child(BirthForm),
    _child,
    _save_birth,
    "The birth is recorded.",
)
DEATH = Correction(
    "pages/child/death.html",
    "Record a death",
    _form_of_child(DeathForm),
    _child,
    _save_death,
    "The date of death is recorded.",
    messages.INFO,
)
NOT_BORN = Correction(
    "pages/child/not_born.html",
    "Record the child as not born",
    _form_of_child(NotBornForm),
    _child,
    _save_not_born,
    "It is recorded. Nothing more is asked about this child.",
    messages.INFO,
)
