"""The assessments of a census year that took too long, of a team, for data officers."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assessments import queries
from assessments.pages.census.views import ROWS_PER_PAGE
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.audit.models import Page
from cinfactors.audit.services import record_list


@require_safe
def late(request: SignedInRequest) -> HttpResponse:
    """List what the last check of a year found of a team, what took longest first."""
    check = queries.census_check_of(request.user, request.GET.get("year", ""))
    given = request.GET.get("team", "")
    counts = queries.late_counts(request.user, check) if check else None
    team = next((key for key in counts.by_team if str(key) == given), None) if counts else None
    if check is None or team is None:
        raise Http404
    found = queries.late_assessments(request.user, check, team)
    # Keys alone are put in order: with all that is shown of each, that takes many times as long.
    paginator = Paginator(found.values_list("pk", flat=True), ROWS_PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    shown = found.filter(pk__in=[*page]).select_related("child", "assessment", "worker")
    record_list(request, (each.child_id for each in shown), Page.CENSUS)
    context = {
        "query": request.GET.copy(),
        "check": check,
        "team": queries.names_of((), [team])[1][team],
        "page": page,
        "rows": shown,
        "pages": paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
    }
    return render(request, "pages/census/late.html", context)
