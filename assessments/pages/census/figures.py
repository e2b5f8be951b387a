"""What the department will publish of a census year, from its last check, for data officers."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from assessments import queries
from assessments.catalogue import loader
from assessments.catalogue.working_days import working_days_allowed
from assessments.census.figures import BANDS
from assessments.census.years import CensusYear
from assessments.components.forms import posted_or_draft
from assessments.components.idempotency import IdempotencyKeyForm, key_of
from assessments.models import CensusCheck
from assessments.pages.census.forms import SubmissionForm
from assessments.presenters.choices import every_code
from assessments.services import FactsRefused
from assessments.services.returns import ReturnRefused, record_submission
from cinfactors.accounts.form_recovery import recovers_form
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.audit.models import Page
from cinfactors.audit.services import record_list
from cinfactors.web.problems import add_messages, problems_of


class FactorRow(NamedTuple):
    """How often a code stands in the return."""

    name: str
    episodes: int
    share: float | None
    """Per cent of the episodes with any code."""
    assessments: int


@recovers_form
@require_http_methods(["GET", "HEAD", "POST"])
def figures(request: SignedInRequest) -> HttpResponse:
    """Show the factors and working days of a year, as the last check counted them, and what changed
    since a return of it was submitted; a POST records that one was.
    """
    years = queries.return_years(timezone.localdate())
    year = years.get(request.GET.get("year", [*years][-1]))
    if year is None or not queries.may_make_census_files(request.user):
        raise Http404
    check = queries.census_check_of(request.user, year.name)
    form = SubmissionForm(posted_or_draft(request))
    if request.method == "POST" and form.is_valid():
        try:
            record_submission(
                year=year,
                submitted_on=form.cleaned_data["submitted_on"],
                serial_number=form.cleaned_data["serial_number"],
                by=request.user,
                key=key_of(request),
                address=request.audit_context.address,
                request_id=request.id,
            )
        except FactsRefused as refused:
            add_messages(form, refused.messages)
        except ReturnRefused as refused:
            form.add_error(None, f"{refused}.")
        else:
            messages.success(request, f"The return of {year.name} is recorded as submitted.")
            return redirect(f"{reverse('census_figures')}?{urlencode({'year': year.name})}")
    context: dict[str, Any] = {
        "year": year.name,
        "check": check,
        "form": form,
        "key": IdempotencyKeyForm(),
        "problems": problems_of(form),
    }
    if check is not None and check.figures:
        context |= _counted(request, check, year) | _continuity(request, check, year)
    status = 422 if form.errors else 200
    return render(request, "pages/census/figures.html", context, status=status)


def _continuity(request: SignedInRequest, check: CensusCheck, year: CensusYear) -> dict[str, Any]:
    last = queries.last_submission(year.name)
    kept = check.continuity.get("this")
    since = queries.continuity_for(request.user, kept) if kept else None
    before = check.continuity.get("before")
    carried_over = queries.continuity_for(request.user, before) if before else None
    shown = [row.assessment for each in (since, carried_over) if each for row in each.rows]
    record_list(request, (each.episode.child_id for each in shown), Page.CENSUS)
    return {
        "last_submission": last,
        "since": since if since and since.submission == last else None,
        "carried_over": carried_over,
    }


def _counted(request: SignedInRequest, check: CensusCheck, year: CensusYear) -> dict[str, Any]:
    found = check.figures
    late = queries.late_counts(request.user, check)
    names = queries.names_of((), late.by_team)[1]
    teams = [(key, name, late.by_team[key]) for key, name in names.items()]
    names_of_bands = [name for name, _ in BANDS]
    return {
        "counted": found,
        "factors": _factors(found, year),
        "bands": [*zip(names_of_bands, found["from_referral"], found["from_start"], strict=True)],
        "late": late,
        # Of referrals in the year; a list of a team says it of each.
        "allowed": working_days_allowed(year.reference_date),
        "teams": sorted(teams, key=lambda row: row[1].casefold()),
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
