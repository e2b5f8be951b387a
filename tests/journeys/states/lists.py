"""Lists of assessments."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from assessments.models import Assessment
from tests import people as given
from tests.journeys.states.opening import SitDown, opened
from tests.journeys.visitor import Visitor
from tests.people import People


def list_that_is_empty(people: People, open_browser: SitDown) -> Visitor:
    return opened("/assessments/")(people, open_browser)


def thirty_drafts(people: People) -> list[Assessment]:
    days = timezone.localdate() - timedelta(days=100)
    return [
        given.start(
            people.ada,
            f"EX{5000 + number}",
            given_name=f"Alex{'andra' if number % 3 else ''}",
            family_name="Sample-Placeholder" if number % 4 else "Sample",
            referred=days + timedelta(days=3 * number),
        )
        for number in range(30)
    ]


def list_that_is_full(people: People, open_browser: SitDown) -> Visitor:
    drafts = thirty_drafts(people)
    given.record(drafts[0], "1A", "2B", "3A", "3B", "4A", "10A", "13A", "16A", "24A")
    given.return_it(given.submit(drafts[20]), people.mo)
    given.correct(given.submit(drafts[21], "3A"), people.mo, "3B")
    return opened("/assessments/")(people, open_browser)


def list_on_its_second_page(people: People, open_browser: SitDown) -> Visitor:
    thirty_drafts(people)
    return opened("/assessments/?page=2")(people, open_browser)


def list_of_the_team(people: People, open_browser: SitDown) -> Visitor:
    given.submit(given.start(people.ben))
    return opened("/assessments/?whose=team&tab=with-manager")(people, open_browser)


def list_for_a_manager(people: People, open_browser: SitDown) -> Visitor:
    given.authorise(given.submit(given.start(people.ben)), people.mo)
    visitor = open_browser(people.mo)
    visitor.opens("/assessments/?tab=authorised")
    return visitor


def list_searched(people: People, open_browser: SitDown) -> Visitor:
    given.start(people.ada)
    visitor = list_that_is_empty(people, open_browser)
    visitor.enters("Find a child by id or name", "robin")
    visitor.presses("Find")
    visitor.sees("Clear the search")
    return visitor


def list_searched_without_results(people: People, open_browser: SitDown) -> Visitor:
    visitor = list_that_is_empty(people, open_browser)
    visitor.enters("Find a child by id or name", "nobody")
    visitor.presses("Find")
    visitor.sees("Nothing found here.")
    return visitor


def work_of_the_teams(people: People, open_browser: SitDown) -> Visitor:
    given.return_it(given.submit(given.start(people.ada, "EX1")), people.mo)
    given.submit(given.start(people.ben, "EX2"), "3B", "13A")
    gone = given.make_person("Gus Tone", people.north)
    given.start(gone, "EX3", referred=timezone.localdate() - timedelta(days=100))
    gone.is_active = False
    gone.save()
    visitor = open_browser(people.mo)
    visitor.opens("/admin/")
    visitor.sees("Awaiting review (1)")
    return visitor


def everybodys_assessments(people: People) -> None:
    """Of two teams, in most statuses, one of them overdue."""
    days = timezone.localdate() - timedelta(days=100)
    given.start(people.ada, "EX5001", referred=days)
    given.submit(given.start(people.ben, "EX5002"), "3A", "4B", "10A")
    done = given.authorise(given.submit(given.start(people.cleo, "EX5003"), "4B"), people.nia)
    given.reopen(done, people.nia)
    given.authorise(given.submit(given.start(people.cleo, "EX5004"), "16A"), people.nia)
    given.return_it(given.submit(given.start(people.ada, "EX5005"), "4B"), people.mo)
    given.cancel(given.start(people.ben, "EX5006"))


def list_for_a_data_officer(people: People, open_browser: SitDown) -> Visitor:
    everybodys_assessments(people)
    visitor = open_browser(people.dee)
    visitor.opens("/assessments/")
    return visitor


def list_that_is_filtered(people: People, open_browser: SitDown) -> Visitor:
    everybodys_assessments(people)
    visitor = open_browser(people.dee)
    cleo = people.cleo.reference
    visitor.opens(f"/assessments/?team={people.south.pk}&worker={cleo}&code=4B&reopened=yes")
    return visitor


def list_filtered_by_what_nothing_has(people: People, open_browser: SitDown) -> Visitor:
    visitor = open_browser(people.dee)
    visitor.opens("/assessments/?overdue=yes")
    return visitor


def list_with_a_name_that_several_have(people: People, open_browser: SitDown) -> Visitor:
    everybodys_assessments(people)
    given.make_person("Adam Frost", people.south)
    visitor = open_browser(people.dee)
    visitor.expects(422)
    visitor.opens("/assessments/#filters")
    visitor.enters("Social worker", "ada")
    visitor.presses("Filter")
    return visitor


STATES = (
    work_of_the_teams,
    list_that_is_empty,
    list_that_is_full,
    list_on_its_second_page,
    list_of_the_team,
    list_for_a_manager,
    list_searched,
    list_searched_without_results,
    list_for_a_data_officer,
    list_that_is_filtered,
    list_filtered_by_what_nothing_has,
    list_with_a_name_that_several_have,
)
