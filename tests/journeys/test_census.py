"""A data officer brings a census year from defects to a green light."""

from __future__ import annotations

from pathlib import Path

from assessments.models import Episode
from tests.journeys.states.census import (
    COMPARE,
    FILL,
    a_query,
    a_year_with_defects,
    sends,
    their_return,
    this_year,
    work,
)


def test_a_data_officer_checks_a_year_until_nothing_is_found(people, at_a_browser, javascript):
    a_year_with_defects(people)
    dee = at_a_browser(people.dee, javascript=javascript)
    dee.opens("/guidance/")
    dee.follows("Census")
    year = this_year().name
    dee.sees(f"{year} has not been checked yet")
    dee.presses(f"Check {year}")
    dee.sees(f"{year} was checked again", "1 finding in restricted records")
    dee.follows("2 findings")
    dee.sees("The primary need is missing", "Choose the primary need")
    dee.follows("South")
    dee.does_not_see("EX1001")
    dee.follows("EX2001")
    dee.sees_heading("Record of the assessment")
    dee.sees("EX2001")
    Episode.objects.update(primary_need="N1")
    dee.opens("/census/")
    dee.presses("Check again")
    dee.sees("Nothing found", "DfE would refuse and query nothing")


def test_a_query_is_explained_once(people, at_a_browser, javascript):
    a_query(people)
    dee = at_a_browser(people.dee, javascript=javascript)
    dee.opens("/census/")
    dee.page.get_by_role("link", name="Explain").click()
    dee.presses("Keep the note")
    dee.sees("Enter why it is right as it is")
    dee.enters("Why is it right as it is?", "The court closed it")
    dee.presses("Keep the note")
    dee.sees("The query is explained, until its facts change", "Nothing found")
    dee.presses("Check again")
    dee.sees("Nothing found", "Explained: 1 query")
    dee.follows("1 query")
    dee.sees("“The court closed it”")


def test_a_return_is_compared_filled_and_taken_away(people, at_a_browser, javascript):
    content = their_return(people)
    dee = at_a_browser(people.dee, javascript=javascript)
    dee.opens("/census/")
    dee.follows("Send a return")
    sends(dee, content, COMPARE)
    dee.sees("It begins in a moment")
    work()
    if not javascript:  # with it the page looks again by itself
        dee.page.reload()
    dee.sees("2 children and 2 assessments in the return, 2 of them recorded here")
    dee.page.get_by_role("link", name="1 Blank there, recorded here").click()
    dee.sees("EX1001")
    sends(dee, content, FILL)
    work()
    if not javascript:
        dee.page.reload()
    dee.sees("1 assessment filled, 0 replaced")
    with dee.page.expect_download() as download:
        dee.page.get_by_role("button", name="Download the file").click()
    assert download.value.suggested_filename == f"census-{this_year().name}-with-our-factors.xml"
    made = Path(download.value.path()).read_bytes()
    assert len(made) > len(content)
    dee.opens("/census/")
    dee.sees("What you asked for in the last hour", "Our factors put into a return")


def test_a_task_is_stopped(people, at_a_browser, javascript):
    dee = at_a_browser(people.dee, javascript=javascript)
    sends(dee, their_return(people), COMPARE)
    dee.presses("Stop")
    dee.sees("It was stopped, and what it had was deleted")
    work()
    dee.page.reload()
    dee.sees("It was stopped")
