"""What data officers see of a census year."""

from __future__ import annotations

import io
import uuid
from datetime import date, timedelta

from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import FilePayload

from assessments import queries
from assessments.census.years import CensusYear
from assessments.models import (
    Assessment,
    CensusFinding,
    CensusTask,
    CensusTaskPart,
    Outcome,
)
from assessments.services.returns import Export, check_year, explain_query, export_return
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


def explaining_a_query_about_the_year(people: People, open_browser: SitDown) -> Visitor:
    mine = with_need(completed(people.ada, people.mo, "EX1001"))
    mine.episode.child.sex = "U"
    mine.episode.child.save()
    check_year(this_year())
    finding = CensusFinding.objects.get(rule="2886")
    visitor = opened(people, open_browser)
    visitor.sees("The whole year")
    visitor.opens(f"/census/explain/{finding.reference}/")
    visitor.sees("The sex of 100% of the children")
    return visitor


def census_nightly_check_failed(people: People, open_browser: SitDown) -> Visitor:
    with_need(completed(people.ada, people.mo, "EX1001"))
    check_year(this_year())
    now = timezone.now()
    CensusTask.objects.create(
        kind="check", status="failed", asked_at=now, ended_at=now, year=this_year().name
    )
    visitor = opened(people, open_browser)
    visitor.sees("The nightly check failed")
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


def record_with_what_the_census_would_say(people: People, open_browser: SitDown) -> Visitor:
    mine = completed(people.ada, people.mo, "EX1001")
    visitor = open_browser(people.ada)
    visitor.opens_record(mine)
    visitor.sees(f"Census {this_year().name}", "DfE would refuse", "The primary need is missing")
    return visitor


def draft_to_look_at_by_the_end_of_the_year(people: People, open_browser: SitDown) -> Visitor:
    mine = with_need(given.start(people.ada, "EX1001", referred=first_referral()))
    visitor = open_browser(people.ada)
    visitor.opens_record(mine)
    visitor.page.get_by_text("to look at by 31 March").click()
    return visitor


def a_submission_is_recorded(people: People, open_browser: SitDown, day: date | None) -> Visitor:
    with_need(completed(people.ada, people.mo, "EX1001"))
    check_year(this_year())
    visitor = open_browser(people.dee)
    visitor.opens(f"/census/figures/?year={this_year().name}")
    visitor.page.get_by_text("was submitted").click()
    if day is None:
        visitor.expects(422)
        visitor.page.get_by_role("button", name="Record the submission").click()
        return visitor
    visitor.enters_date("Date submitted", day)
    visitor.enters("Serial number of the return", "001")
    visitor.presses("Record the submission")
    return visitor


def submission_with_an_error(people: People, open_browser: SitDown) -> Visitor:
    visitor = a_submission_is_recorded(people, open_browser, None)
    visitor.sees("There is a problem")
    return visitor


def changes_since_the_submission(people: People, open_browser: SitDown) -> Visitor:
    visitor = a_submission_is_recorded(people, open_browser, timezone.localdate())
    with_need(completed(people.cleo, people.nia, "EX2001"))
    check_year(this_year())
    visitor.opens(f"/census/figures/?year={this_year().name}")
    visitor.sees("EX2001")
    return visitor


# A return that is sent


def work() -> None:
    """Do what waits, as the worker beside the web server would."""
    call_command("run_tasks", batch=True, verbosity=0, startup_delay=False)


def their_return(people: People) -> bytes:
    """A return of this year: without the factors of one child, with others of another."""
    mine = with_need(completed(people.ada, people.mo, "EX1001"))
    with_need(completed(people.cleo, people.nia, "EX2001"))
    file = io.BytesIO()
    wanted = Export(this_year(), timezone.localdate(), "2026-01-01T00:00:00", allow_errors=True)
    export_return(wanted, by=None, file=file)
    codes = "".join(f"<AssessmentFactors>{code}</AssessmentFactors>" for code in mine.codes)
    content = file.getvalue()
    blank, _, rest = content.partition(codes.encode())
    return blank + rest.replace(codes.encode(), b"<AssessmentFactors>5A</AssessmentFactors>")


def sends(visitor: Visitor, content: bytes, action: str) -> None:
    visitor.opens("/census/return/")
    visitor.chooses(action)
    file = FilePayload(name="theirs.xml", mimeType="text/xml", buffer=content)
    visitor.page.get_by_label("The return, as XML").set_input_files(file)
    visitor.presses("Send the return")


def _sent(name: str, action: str, *words: str, is_done: bool = True):
    def state(people: People, open_browser: SitDown) -> Visitor:
        content = their_return(people)
        visitor = open_browser(people.dee)
        sends(visitor, content, action)
        if is_done:
            work()
        visitor.sees(*words)
        return visitor

    state.__name__ = name
    return state


COMPARE, FILL = "Compare it with what is recorded here", "Put the factors recorded here into it"
return_waiting = _sent("return_waiting", COMPARE, "It begins in a moment", "Stop", is_done=False)
return_compared = _sent(
    "return_compared", COMPARE, "2 of them recorded here", "Blank there, recorded here"
)
return_filled = _sent("return_filled", FILL, "1 assessment filled", "Download the file")
return_judged = _sent(
    "return_judged", "Check it by the census rules", "Check of a return", "Kept until"
)


def return_of_records_restricted_since(people: People, open_browser: SitDown) -> Visitor:
    visitor = return_filled(people, open_browser)
    given.restrict(Assessment.objects.earliest("pk"), people.mo)
    visitor.page.reload()
    visitor.sees("Records were restricted since this was made", "you may not export them")
    return visitor


def return_no_longer_readable(people: People, open_browser: SitDown) -> Visitor:
    visitor = return_filled(people, open_browser)
    CensusTaskPart.objects.update(content=b"of another key")
    visitor.page.reload()
    visitor.sees("What came of it can no longer be read")
    return visitor


def return_refused(people: People, open_browser: SitDown) -> Visitor:
    visitor = open_browser(people.dee)
    sends(visitor, b"Not a return", COMPARE)
    work()
    visitor.sees("The file was refused: line 1")
    return visitor


def return_under_way(people: People, open_browser: SitDown) -> Visitor:
    visitor = return_waiting(people, open_browser)
    CensusTask.objects.update(status="running", heard_at=timezone.now(), progress=2, of=5)
    visitor.page.reload()
    visitor.sees("40 per cent is done")
    return visitor


def a_return_too_many(people: People, open_browser: SitDown) -> Visitor:
    waits = {"kind": "judge", "status": "waiting", "asked_at": timezone.now()}
    CensusTask.objects.bulk_create(CensusTask(**waits, asked_by=people.dee) for _ in range(20))
    visitor = open_browser(people.dee)
    visitor.expects(422)
    sends(visitor, b"<Message/>", COMPARE)
    visitor.sees("There is a problem", "as is kept for one person")
    return visitor


def return_with_an_error(people: People, open_browser: SitDown) -> Visitor:
    visitor = open_browser(people.dee)
    visitor.opens("/census/return/")
    visitor.expects(422)
    visitor.page.get_by_role("button", name="Send the return").click()
    visitor.sees("There is a problem", "Select what to do with the return")
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
    explaining_a_query_about_the_year,
    census_nightly_check_failed,
    explaining_a_query_with_an_error,
    census_with_an_explained_query,
    record_with_what_the_census_would_say,
    draft_to_look_at_by_the_end_of_the_year,
    submission_with_an_error,
    changes_since_the_submission,
    return_with_an_error,
    return_waiting,
    return_under_way,
    return_compared,
    return_filled,
    return_of_records_restricted_since,
    return_no_longer_readable,
    return_judged,
    return_refused,
    a_return_too_many,
)
