"""What the factor page is measured against, behind the same session, sign-in and middleware."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from assessments import queries
from assessments.components.picker.state import picker_state
from assessments.evaluation import evaluate
from assessments.pages.factors import parts
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
    picker = picker_state(evaluate(assessment), request.user.density)
    page = parts.FactorPage(request, assessment, picker, assessment.version)
    return parts.page_response(page, status=200, parts=STOCK_PARTS)


STOCK_PARTS = tuple(
    replace(part, draw=lambda page: StockForm(picker=page.picker).render_picker())
    if part.id == "picker"
    else part
    for part in parts.PARTS
)
