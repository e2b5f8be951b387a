"""The census page: what DfE would say of our records of a year, for data officers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from assessments import queries
from assessments.census.years import CensusYear
from assessments.models import CensusCheck, CensusFinding, CensusTask
from assessments.pages.census.forms import ExportForm, YearForm
from assessments.queries import FindingCount
from assessments.services.returns import check_year, start_task
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.accounts.sessions import is_script_request
from cinfactors.audit.models import Page
from cinfactors.audit.services import record_list
from cinfactors.web.problems import problems_of

ROWS_PER_PAGE = 50
EXPLAINED = "explained"
"""In place of a kind: the queries on which a note says why they stand."""
MOST_CHILDREN_AT_ONCE = 10_000
"""As many as are done within a second or two. More are done in the background."""


@dataclass(frozen=True, slots=True)
class TeamRow:
    """What a team, or one of its social workers, has to look at."""

    key: int | None
    name: str
    errors: int
    queries: int
    if_still_open: int
    open: int | None = None


@require_http_methods(["GET", "HEAD", "POST"])
def census(request: SignedInRequest) -> HttpResponse:
    """Show what was found in a year, from the last check; a POST checks it again."""
    if not queries.may_make_census_files(request.user):
        raise Http404
    years = queries.return_years(timezone.localdate())
    if request.method == "POST":
        form = YearForm(request.POST, years=years)
        if form.is_valid():
            return _check_again(request, years[form.cleaned_data["year"]])
        return census_page(request, request.POST.get("year", ""), status=422)
    year = request.GET.get("year", [*years][-1])
    if is_script_request(request):
        # Fetched each second: nobody is shown any children by it.
        context = {"year": year, "under_way": queries.check_under_way(year)}
        return render(request, "pages/census/under_way.html", context)
    return census_page(request, year)


def census_page(
    request: SignedInRequest,
    given: str,
    *,
    export_form: ExportForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Return the page of the year that was given; if it is none, of the latest, with an error."""
    years = queries.return_years(timezone.localdate())
    form = YearForm({"year": given}, years=years)
    year = form.cleaned_data["year"] if form.is_valid() else [*years][-1]
    check = queries.census_check_of(request.user, year)
    context = {
        "form": form,
        "problems": problems_of(export_form if export_form and not form.errors else form),
        "export_form": export_form or ExportForm(initial={"year": year}, years=years),
        "authority_number": settings.LEA,
        "may_export_restricted": queries.may_export_restricted(request.user),
        "year": year,
        "check": check,
        "under_way": queries.check_under_way(year),
        "failed": queries.failed_nightly_check(year),
        "tasks": queries.census_tasks_of(request.user),
    }
    if check is not None:
        context |= _found(request, check)
    status = 422 if form.errors else status
    return render(request, "pages/census/page.html", context, status=status)


def _check_again(request: SignedInRequest, year: CensusYear) -> HttpResponse:
    today = timezone.localdate()
    children = queries.number_of_children_in_return(year, today)
    if children > MOST_CHILDREN_AT_ONCE:
        if queries.check_under_way(year.name) is None:
            start_task(
                CensusTask.Kind.CHECK,
                by=request.user,
                year=year.name,
                children=children,
                address=request.audit_context.address,
                request_id=request.id,
            )
    else:
        check_year(year)
        messages.success(request, f"{year.name} was checked again")
    return redirect(f"{reverse('census')}?{urlencode({'year': year.name})}")


def _found(request: SignedInRequest, check: CensusCheck) -> dict[str, Any]:
    every = queries.census_findings(request.user, check)
    everything = every.filter(~queries.is_explained())
    explained = every.filter(queries.is_explained())
    teams = queries.finding_counts(everything, "team")
    chosen = _chosen_team(request, teams)
    kind = request.GET.get("kind", "")
    if kind and kind not in {*CensusFinding.Kind.values, EXPLAINED}:
        raise Http404
    found, workers = explained if kind == EXPLAINED else everything, []
    if chosen is not None:
        found = found.filter(team=chosen.key)
        workers = queries.finding_counts(found, "worker")
    if kind and kind != EXPLAINED:
        found = found.filter(kind=kind)
    listed = found.select_related("child", "assessment", "team", "worker")
    paginator = Paginator(listed, ROWS_PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    record_list(request, (each.child_id for each in page if each.child_id), Page.CENSUS)
    notes = queries.notes_on([each.reference for each in page])
    query = request.GET.copy()
    query["year"] = check.year
    totals = {each: sum(team.numbers.get(each, 0) for team in teams) for each in _KINDS}
    return {
        "page": page,
        "pages": paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "query": query,
        "kind": kind,
        "kinds": [(each.value, each.label, totals[each.value]) for each in CensusFinding.Kind],
        "team": chosen,
        "teams": _team_rows(teams, check),
        "workers": _worker_rows(workers),
        "hidden": queries.hidden_census_findings(request.user, check),
        "open": sum(check.open_by_team.values()) + check.open_in_restricted,
        "explained": explained.count(),
        "rows": [(each, notes.get(each.reference)) for each in page],
        "nothing_found": not any(totals.values()),
    }


_KINDS = tuple(CensusFinding.Kind.values)


def _chosen_team(request: SignedInRequest, teams: list[FindingCount]) -> FindingCount | None:
    given = request.GET.get("team", "")
    if not given:
        return None
    for team in teams:
        if team.key is not None and str(team.key) == given:
            return team
    # Nothing is left to look at in this one, which its page says.
    if given.isascii() and given.isdigit() and len(given) < 10:
        for key, name in queries.names_of((), [int(given)])[1].items():
            return FindingCount(key, name, {})
    raise Http404


def _team_rows(teams: list[FindingCount], check: CensusCheck) -> list[TeamRow]:
    names = {each.key: each for each in teams}
    open_by_team = {int(key): number for key, number in check.open_by_team.items()}
    others = {*open_by_team} - {*names}
    rows = [_row(each, open_by_team.get(each.key or 0, 0)) for each in teams]
    rows += [
        TeamRow(None, name, 0, 0, 0, open_by_team[key])
        for key, name in queries.names_of((), others)[1].items()
    ]
    return sorted(rows, key=lambda row: row.name.casefold())


def _worker_rows(workers: list[FindingCount]) -> list[TeamRow]:
    return [_row(each, None) for each in workers]


def _row(each: FindingCount, still_open: int | None) -> TeamRow:
    errors, queried, if_still_open = (each.numbers.get(kind, 0) for kind in _KINDS)
    name = each.name or "Without an assessment"
    return TeamRow(each.key, name, errors, queried, if_still_open, still_open)
