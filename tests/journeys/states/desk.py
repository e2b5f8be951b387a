"""A manager's lists and pages of children, and an administrator's of a team."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from tests import people as given
from tests.journeys.states.opening import SitDown, ready_for_axe
from tests.journeys.visitor import Visitor
from tests.people import People

QUEUE = "/admin/assessments/assessment/"
CHILDREN, EPISODES = "/admin/assessments/child/", "/admin/assessments/episode/"


def episodes_in_the_admin(people: People, open_browser: SitDown) -> Visitor:
    for number in range(3):
        given.start(people.ada, f"EX{number}")
    visitor = open_browser(people.mo)
    visitor.opens(f"{EPISODES}?closed=no")
    visitor.sees("Clear the filters", "Print this list")
    return ready_for_axe(visitor)


def an_episode_in_the_admin(people: People, open_browser: SitDown) -> Visitor:
    episode = given.submit(given.start(people.ada), "3A").episode
    visitor = open_browser(people.mo)
    visitor.opens(f"{EPISODES}{episode.reference}/change/")
    visitor.sees("Episode of child EX1001", "All of child EX1001")
    return ready_for_axe(visitor)


def a_child_in_the_admin(people: People, open_browser: SitDown) -> Visitor:
    visitor = an_episode_in_the_admin(people, open_browser)
    visitor.follows("All of child EX1001")
    visitor.sees("Child EX1001", "Submitted")
    return visitor


def children_of_whom_none_is_found(people: People, open_browser: SitDown) -> Visitor:
    visitor = open_browser(people.mo)
    visitor.opens(CHILDREN)
    visitor.enters("Child id or name", "nobody")
    visitor.presses("Find")
    visitor.sees("No child with this id or name is in this list.")
    return ready_for_axe(visitor)


def likely_duplicates(people: People, open_browser: SitDown) -> Visitor:
    """One of whom both records are seen, and one of whom the other is another team's."""
    for by, la_child_id, name in (
        (people.ben, "EX1", "Robin"),
        (people.ada, "EX2", "Robyn"),
        (people.cleo, "EX3", "Alexa"),
        (people.ada, "EX4", "Alexa"),
    ):
        born = timezone.localdate() - timedelta(days=9 * 366)
        last = given.start(by, la_child_id, given_name=name, birth_date=born)
    given.restrict(last, people.mo)
    visitor = open_browser(people.mo)
    visitor.opens("/duplicates/")
    visitor.sees("Compare and join", "A record of another team.")
    return visitor


def queue_with_a_restricted_record(people: People, open_browser: SitDown) -> Visitor:
    given.restrict(given.submit(given.start(people.ada, "EX1"), "3B", "4A"), people.mo)
    given.submit(given.start(people.ben, "EX2"), "13A")
    visitor = open_browser(people.mo)
    visitor.opens(QUEUE)
    visitor.sees("Restricted record")
    return ready_for_axe(visitor)


def queue_searched_in_every_status(people: People, open_browser: SitDown) -> Visitor:
    given.authorise(given.submit(given.start(people.ada, "EX1")), people.mo)
    visitor = open_browser(people.mo)
    visitor.opens(QUEUE)
    visitor.enters("Child id or name", "EX1")
    visitor.presses("Find")
    visitor.sees("Every status was searched")
    return ready_for_axe(visitor)


def children_with_a_restricted_record(people: People, open_browser: SitDown) -> Visitor:
    visitor = queue_with_a_restricted_record(people, open_browser)
    visitor.opens(CHILDREN)
    visitor.sees("Restricted record")
    return visitor


def several_of_whom_none_is_ticked(people: People, open_browser: SitDown) -> Visitor:
    """One of them overdue and restricted, which its row says too."""
    long_ago = timezone.localdate() - timedelta(days=100)
    late = given.submit(given.start(people.ada, "EX1", referred=long_ago), "3B", "4A")
    given.restrict(late, people.mo)
    given.submit(given.start(people.ben, "EX2"))
    visitor = open_browser(people.mo)
    visitor.opens(QUEUE)
    for child in ("EX1", "EX2"):
        visitor.page.get_by_role("checkbox", name=f"Select the assessment of {child}").check()
    visitor.presses("Authorise the selected together")
    for child in ("EX1", "EX2"):
        visitor.page.get_by_role("checkbox", name=f"Authorise {child}").uncheck()
    visitor.presses("Yes, authorise those selected")
    visitor.sees("There is a problem", "Restricted record")
    return ready_for_axe(visitor)


def a_team_that_cannot_be_closed(people: People, open_browser: SitDown) -> Visitor:
    visitor = open_browser(people.abe)
    visitor.opens(f"/admin/accounts/team/{people.north.pk}/change/")
    visitor.page.get_by_label("In use").uncheck()
    visitor.presses("Save")
    visitor.sees("There is a problem", "Close and move to another team")
    return ready_for_axe(visitor)


STATES = (
    episodes_in_the_admin,
    an_episode_in_the_admin,
    a_child_in_the_admin,
    children_of_whom_none_is_found,
    likely_duplicates,
    queue_with_a_restricted_record,
    children_with_a_restricted_record,
    queue_searched_in_every_status,
    several_of_whom_none_is_ticked,
    a_team_that_cannot_be_closed,
)
