"""What the department will publish of a census year, from its last check, for data officers."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from assessments import queries
from assessments.catalogue import loader
from assessments.census.figures import BANDS
from assessments.census.years import CensusYear
from assessments.models import CensusCheck
from assessments.presenters.choices import every_code
from cinfactors.accounts.requests import SignedInRequest


class FactorRow(NamedTuple):
    """How often a code stands in the return."""

    name: str
    episodes: int
    share: float | None
    """Per cent of the episodes with any code."""
    assessments: int


@require_safe
def figures(request: SignedInRequest) -> HttpResponse:
    """Show the factors and the working days of a year, as the last check counted them."""
    years = queries.return_years(timezone.localdate())
    year = years.get(request.GET.get("year", [*years][-1]))
    if year is None or not queries.may_make_census_files(request.user):
        raise Http404
    check = queries.census_check_of(request.user, year.name)
    context: dict[str, Any] = {"year": year.name, "check": check}
    if check is not None and check.figures:
        context |= _counted(check, year)
    return render(request, "pages/census/figures.html", context)


def _counted(check: CensusCheck, year: CensusYear) -> dict[str, Any]:
    found = check.figures
    names = queries.names_of((), [*map(int, check.late_by_team)])[1]
    late = [(key, name, check.late_by_team[str(key)]) for key, name in names.items()]
    names_of_bands = [name for name, _ in BANDS]
    return {
        "counted": found,
        "factors": _factors(found, year),
        "bands": [*zip(names_of_bands, found["from_referral"], found["from_start"], strict=True)],
        "late": sum(check.late_by_team.values()),
        "teams": sorted(late, key=lambda row: row[1].casefold()),
    }


def _factors(found: dict[str, Any], year: CensusYear) -> list[FactorRow]:
    """Return a row to each code of the year, those never recorded too, and to what else stands."""
    episodes, assessments = found["factors_in_episodes"], found["factors_in_assessments"]
    known = loader.edition_for(year.first_day).codes
    of_any = found["episodes_with_factors"]
    return [
        FactorRow(
            name,
            number := episodes.get(code, 0),
            100 * number / of_any if of_any else None,
            assessments.get(code, 0),
        )
        for code, name in every_code()
        if code in known or code in episodes
    ]
