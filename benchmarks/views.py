"""What the factor page is measured against, behind the same session, sign-in and middleware."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from assessments.forms import PressForm
from assessments.summaries import picker_state, side_panel
from assessments.views.pages import assessment_or_404, deadline_of
from benchmarks.stock import StockForm

page = b""
"""What `same_bytes` sends: a page that the product drew."""


def same_bytes(request: HttpRequest) -> HttpResponse:
    """The floor: everything but making the page; of a post, everything but recording it."""
    if request.method == "POST":
        return redirect("assessments")
    return HttpResponse(page)


def stock_page(request: HttpRequest, reference: UUID) -> HttpResponse:
    """The factor page with the stock form in the picker's place."""
    assessment = assessment_or_404(request, reference)
    form = StockForm(picker=picker_state(assessment, request.user.density))
    context = {
        "assessment": assessment,
        "deadline": deadline_of(assessment),
        "form": form,
        "press": PressForm(initial={"version": assessment.version}),
        "panel": side_panel(form.picker),
        "edition": form.picker.edition,
        "density": request.user.density,
        "saved_before": True,
    }
    return render(request, "assessments/factors.html", context)
