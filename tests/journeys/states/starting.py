"""Starting an assessment."""

from __future__ import annotations

from tests import people as given
from tests.journeys.states.opening import SitDown, opened
from tests.journeys.visitor import Visitor
from tests.people import People


def start(people: People, open_browser: SitDown) -> Visitor:
    return opened("/assessments/start/")(people, open_browser)


def start_with_an_error(people: People, open_browser: SitDown) -> Visitor:
    visitor = start(people, open_browser)
    visitor.presses("Continue")
    visitor.sees("There is a problem")
    return visitor


def start_for_a_child_not_found(people: People, open_browser: SitDown) -> Visitor:
    visitor = start(people, open_browser)
    visitor.enters("Child id or name", "EX9999")
    visitor.presses("Continue")
    visitor.sees("There is no child with the id EX9999 here yet")
    return visitor


def start_with_a_new_child(people: People, open_browser: SitDown) -> Visitor:
    return opened("/assessments/start/new/")(people, open_browser)


def start_with_a_new_child_and_errors(people: People, open_browser: SitDown) -> Visitor:
    visitor = start_with_a_new_child(people, open_browser)
    visitor.presses("Start the assessment")
    visitor.sees("There is a problem")
    return visitor


def start_with_two_teams_to_choose_from(people: People, open_browser: SitDown) -> Visitor:
    people.ada.teams.add(people.south)
    return start_with_a_new_child(people, open_browser)


def start_where_one_is_not_completed(people: People, open_browser: SitDown) -> Visitor:
    child = given.start(people.ada).episode.child
    return opened(f"/assessments/start/{child.reference}/")(people, open_browser)


def start_in_an_open_referral(people: People, open_browser: SitDown) -> Visitor:
    child = given.authorise(given.submit(given.start(people.ben)), people.mo).episode.child
    return opened(f"/assessments/start/{child.reference}/")(people, open_browser)


def start_in_an_open_referral_with_errors(people: People, open_browser: SitDown) -> Visitor:
    visitor = start_in_an_open_referral(people, open_browser)
    visitor.presses("Start the assessment")
    visitor.sees("There is a problem")
    return visitor


def start_with_an_unborn_child(people: People, open_browser: SitDown) -> Visitor:
    visitor = start_with_a_new_child(people, open_browser)
    visitor.chooses("Not born yet")
    return visitor


STATES = (
    start,
    start_with_an_error,
    start_for_a_child_not_found,
    start_with_a_new_child,
    start_with_a_new_child_and_errors,
    start_with_an_unborn_child,
    start_with_two_teams_to_choose_from,
    start_where_one_is_not_completed,
    start_in_an_open_referral,
    start_in_an_open_referral_with_errors,
)
