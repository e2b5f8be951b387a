"""What data officers see of a census year."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from django.utils import timezone

from assessments import queries
from assessments.census.years import CensusYear
from assessments.models import Assessment, CensusFinding, Outcome
from assessments.services.returns import check_year, explain_query
from cinfactors.accounts.models import User
from tests import people as given
from tests.journeys.states.opening import SitDown
from tests.journeys.visitor import Visitor
from tests.people import People


def this_year() -> CensusYear:
    return [*queries.return_years(timezone.localdate()).values()][-1]


def first_referral() -> date:
    """A day of the census year, in its first days too."""
    return max(this_year().first_day, timezone.localdate() - timedelta(days=10))


def with_need(assessment: Assessment, need: str = "N1") -> Assessment:
    assessment.episode.primary_need = need
    assessment.episode.save()
    return assessment


def completed(worker: User, manager: User, la_child_id: str) -> Assessment:
    """Completed today, and so of no other finding than that it has no primary need."""
    draft = given.start(worker, la_child_id, referred=first_referral())
    return given.authorise(given.submit(draft), manager)


def a_year_with_defects(people: People) -> None:
    """Two without a primary need, one of them in South, and one in a restricted record."""
    completed(people.ada, people.mo, "EX1001")
    completed(people.cleo, people.nia, "EX2001")
    given.restrict(completed(people.ada, people.mo, "EX6000"), people.mo)


def opened(people: People, open_browser: SitDown, query: str = "") -> Visitor:
    visitor = open_browser(people.dee)
    visitor.opens(f"/census/{query}")
    return visitor


def census_not_checked_yet(people: People, open_browser: SitDown) -> Visitor:
    return opened(people, open_browser)


def census_with_nothing_found(people: People, open_browser: SitDown) -> Visitor:
    with_need(completed(people.ada, people.mo, "EX1001"))
    check_year(this_year())
    return opened(people, open_browser)


def census_with_findings(people: People, open_browser: SitDown) -> Visitor:
    a_year_with_defects(people)
    given.start(people.ben, "EX1002", referred=first_referral())
    check_year(this_year())
    return opened(people, open_browser)


def census_findings_of_a_team(people: People, open_browser: SitDown) -> Visitor:
    a_year_with_defects(people)
    check_year(this_year())
    return opened(people, open_browser, f"?team={people.north.pk}&kind=error")


def census_of_another_year(people: People, open_browser: SitDown) -> Visitor:
    visitor = open_browser(people.dee)
    visitor.expects(422)
    visitor.opens("/census/?year=2023-24")
    visitor.sees("There is a problem")
    return visitor


def census_export_refused(people: People, open_browser: SitDown) -> Visitor:
    visitor = census_with_findings(people, open_browser)
    visitor.expects(422)
    visitor.page.get_by_role("button", name="Make the file").click()
    visitor.sees("There is a problem", "Restricted records stand in this return")
    return visitor


def a_query(people: People) -> CensusFinding:
    """No factors identified, and the case closed for another reason (8873)."""
    draft = with_need(given.start(people.ada, "EX1003", referred=first_referral()))
    submitted = given.submit(draft, "21", outcome=Outcome.NO_FURTHER_ACTION)
    episode = given.authorise(submitted, people.mo).episode
    episode.closure_date, episode.reason_for_closure = timezone.localdate(), "RC7"
    episode.save()
    check_year(this_year())
    return CensusFinding.objects.get(kind="query")


def explaining_a_query(people: People, open_browser: SitDown) -> Visitor:
    finding = a_query(people)
    visitor = open_browser(people.dee)
    visitor.opens(f"/census/explain/{finding.reference}/")
    return visitor


def explaining_a_query_with_an_error(people: People, open_browser: SitDown) -> Visitor:
    visitor = explaining_a_query(people, open_browser)
    visitor.expects(422)
    visitor.page.get_by_role("button", name="Keep the note").click()
    visitor.sees("There is a problem", "Enter why it is right as it is")
    return visitor


def census_with_an_explained_query(people: People, open_browser: SitDown) -> Visitor:
    finding = a_query(people)
    explain_query(finding=finding, text="The court closed it", by=people.dee, key=uuid.uuid4())
    return opened(people, open_browser, "?kind=explained")


def took_too_long(worker: User, manager: User, la_child_id: str) -> Assessment:
    """Of an earlier referral, longer ago than it may take, and completed today."""
    referred = timezone.localdate() - timedelta(days=120)
    draft = with_need(given.start(worker, la_child_id, referred=referred))
    return given.authorise(given.submit(draft), manager)


def census_figures(people: People, open_browser: SitDown) -> Visitor:
    with_need(completed(people.ada, people.mo, "EX1001"))
    took_too_long(people.cleo, people.nia, "EX2001")
    check_year(this_year())
    visitor = opened(people, open_browser)
    visitor.follows(f"What DfE will see of {this_year().name}")
    visitor.sees("Working days of assessments", "Took too long", "South")
    return visitor


def census_late_assessments(people: People, open_browser: SitDown) -> Visitor:
    visitor = census_figures(people, open_browser)
    visitor.follows("South")
    visitor.sees("EX2001", "where 45 are allowed")
    return visitor


def census_figures_of_a_year_not_checked(people: People, open_browser: SitDown) -> Visitor:
    visitor = open_browser(people.dee)
    visitor.opens("/census/figures/")
    return visitor


STATES = (
    census_figures,
    census_late_assessments,
    census_figures_of_a_year_not_checked,
    census_not_checked_yet,
    census_with_nothing_found,
    census_with_findings,
    census_findings_of_a_team,
    census_of_another_year,
    census_export_refused,
    explaining_a_query,
    explaining_a_query_with_an_error,
    census_with_an_explained_query,
)
