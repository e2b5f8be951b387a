"""A manager's list of records that may be of one child."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from assessments import queries, services
from assessments.models import Assessment, Child, LikelyDuplicate
from cinfactors.accounts.models import Team
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.audit.services import record_list

ROWS_PER_PAGE = 25


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two records: the child, if the manager may see them, or else the teams to ask."""

    child: Child | None
    assessment: Assessment | None
    """One of the child's that the manager sees, by which the pages of the record are found."""
    teams: tuple[Team, ...]


@dataclass(frozen=True, slots=True)
class Row:
    duplicate: LikelyDuplicate
    sides: tuple[Side, Side]
    may_join: bool

    @property
    def are_both_visible(self) -> bool:
        return all(side.child is not None for side in self.sides)


class RowForm(forms.Form):
    """Which row of the list a button is about."""

    row = forms.IntegerField(min_value=1, max_value=2**63 - 1)


@require_safe
def likely_duplicates(request: SignedInRequest) -> HttpResponse:
    """List the records that may be of one child, the oldest first."""
    if not request.user.is_team_manager:
        raise Http404
    paginator = Paginator(queries.likely_duplicates_for(request.user), ROWS_PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    rows = _rows(request, list(page))
    shown = [side.child.pk for row in rows for side in row.sides if side.child is not None]
    record_list(request, shown)
    context = {
        "page": page,
        "pages": paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "query": request.GET,
        "rows": rows,
        "are_some_hidden": not all(row.are_both_visible for row in rows),
    }
    return render(request, "pages/duplicates/page.html", context)


def _rows(request: SignedInRequest, duplicates: list[LikelyDuplicate]) -> list[Row]:
    joinable = queries.children_to_join_among(request.user, duplicates)
    visible = queries.with_child_team_and_worker(queries.assessments_visible_to(request.user))
    rows = []
    for each in duplicates:
        sides = []
        for child in (each.child, each.other):
            own = visible.filter(episode__child=child).order_by("-started_at", "-pk").first()
            teams = () if own else tuple(queries.teams_that_assess(child))
            sides.append(Side(child if own else None, own, teams))
        rows.append(Row(each, (sides[0], sides[1]), {each.child_id, each.other_id} <= joinable))
    return rows


@require_POST
def not_the_same(request: SignedInRequest) -> HttpResponse:
    """Keep that the two of a row are not the same child."""
    form = RowForm(request.POST)
    if not form.is_valid():
        raise Http404
    pk = form.cleaned_data["row"]
    waiting = queries.likely_duplicates_for(request.user)
    found = waiting.filter(pk=pk).first()
    if found is None:
        if queries.was_told_apart_by(request.user, pk):
            return redirect("likely_duplicates")
        raise Http404
    try:
        services.say_not_the_same(duplicate=found, by=request.user)
    except services.NotPermitted as refused:
        raise Http404 from refused
    messages.success(request, "It is recorded that they are not the same child.")
    return redirect("likely_duplicates")
