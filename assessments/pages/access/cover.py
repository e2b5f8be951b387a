"""A manager's page of cover: who sees and decides on what they do while they are away."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from assessments import queries, services
from assessments.components.forms import posted_or_draft
from assessments.components.idempotency import IdempotencyKeyForm, key_of
from assessments.pages.access.forms import CoverForm
from cinfactors.accounts.form_recovery import recovers_form
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.web.problems import Problem, add_messages, problems_of


@recovers_form
@require_http_methods(["GET", "HEAD", "POST"])
def cover(request: SignedInRequest) -> HttpResponse:
    """Show the cover that is arranged, and arrange it for some days."""
    if not request.user.is_team_manager:
        raise Http404
    managers = queries.people_who_can_cover(request.user)
    form = CoverForm(posted_or_draft(request), managers=managers)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form)
    try:
        services.arrange_cover(
            manager=request.user, by=request.user, key=key_of(request), **form.cleaned_data
        )
    except services.FactsRefused as refused:
        return _page(request, form, add_messages(form, refused.messages))
    messages.success(request, "The cover is arranged.")
    return redirect("cover")


@require_POST
def end_cover(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """End cover before its last day, as either of the two managers."""
    if not request.user.is_team_manager:
        raise Http404
    found = get_object_or_404(queries.covers_of(request.user), reference=reference)
    services.end_cover(cover=found, by=request.user)
    messages.success(request, "The cover has ended.")
    return redirect("cover")


def _page(
    request: SignedInRequest, form: CoverForm, others: Sequence[Problem] = ()
) -> HttpResponse:
    """Return the page with the problems of the form, and others before them."""
    problems = [*others, *problems_of(form)]
    context = {
        "covers": queries.covers_of(request.user),
        "only_theirs": queries.restricted_children_managed_only_by(request.user).count(),
        "form": form,
        "key_form": IdempotencyKeyForm(),
        "problems": problems,
    }
    status = 422 if problems else 200
    return render(request, "pages/access/cover.html", context, status=status)
