"""What the factor page is measured against, behind the same session, sign-in and middleware."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from assessments import queries
from assessments.components.idempotency import key_and_version_fields
from assessments.components.picker.state import picker_state
from assessments.components.picker.typed_codes import NO_TYPED_CODES
from assessments.pages.factors import parts
from assessments.presenters.deadlines import deadline_of
from benchmarks.stock import StockForm

page = b""
"""What `same_bytes` sends: a page that the product rendered."""


def same_bytes(request: HttpRequest) -> HttpResponse:
    """Do everything but render the page; for a post, everything but record it."""
    if request.method == "POST":
        return redirect("assessments")
    return HttpResponse(page)


def stock_page(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Return the factor page with the stock form in place of the picker."""
    assessment = queries.own_assessment(request.user, reference)
    form = StockForm(picker=picker_state(assessment, request.user.density))
    context = {
        "assessment": assessment,
        "deadline": deadline_of(assessment),
        "messages": (),
        "problems": (),
        "unsaved": False,
        "conflict": None,
        "last_review": None,
        "typed": NO_TYPED_CODES,
        "typed_text": "",
    }
    hidden = key_and_version_fields(assessment.version)
    return parts.page_response(request, form, context, hidden_fields=hidden, status=200)
