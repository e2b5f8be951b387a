"""Correcting a child's facts, and adding to them."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from assessments.models import Assessment
from tests import people as given
from tests.journeys.states.opening import SitDown
from tests.journeys.visitor import Visitor
from tests.people import People


def _opened(people: People, open_browser: SitDown, page: str, **child) -> Visitor:
    start = given.start_unborn if page in ("birth", "not-born") else given.start
    draft = given.record(start(people.ada, **child), "6B")
    visitor = open_browser(people.ada)
    visitor.opens(f"/assessments/{draft.reference}/child/{page}/?from=check")
    return visitor


def details(people: People, open_browser: SitDown) -> Visitor:
    return _opened(people, open_browser, "details")


def details_with_errors(people: People, open_browser: SitDown) -> Visitor:
    visitor = details(people, open_browser)
    visitor.enters("Child id", "not an id")
    visitor.enters("Family name", "")
    visitor.page.get_by_label("Month").first.fill("13")
    visitor.presses("Save")
    visitor.sees("There is a problem")
    return visitor


def details_that_are_hardly_right(people: People, open_browser: SitDown) -> Visitor:
    visitor = details(people, open_browser)
    visitor.page.get_by_label("Year").first.fill("1985")
    visitor.presses("Save")
    visitor.sees("Is this right?")
    return visitor


def details_changed_meanwhile(people: People, open_browser: SitDown) -> Visitor:
    visitor = details(people, open_browser)
    given.change_details(Assessment.objects.get(), people.mo, given_name="Alex", sex="M")
    visitor.enters("Given name", "Kim")
    visitor.presses("Save")
    visitor.sees("Recorded now: Alex")
    return visitor


def details_with_everything(people: People, open_browser: SitDown) -> Visitor:
    done = given.authorise(given.submit(given.start(people.ada)), people.mo)
    given.record_death(done, people.mo)
    visitor = open_browser(people.mo)
    visitor.opens(f"/assessments/{done.reference}/child/details/")
    visitor.sees("Why is it corrected?")
    return visitor


def details_of_a_child_who_is_not_born(people: People, open_browser: SitDown) -> Visitor:
    unborn = given.start_unborn(people.ada)
    given.record_not_born(unborn, people.ada)
    visitor = open_browser(people.ada)
    visitor.opens(f"/assessments/{unborn.reference}/child/details/")
    return visitor


def birth(people: People, open_browser: SitDown) -> Visitor:
    return _opened(people, open_browser, "birth")


def birth_recorded(people: People, open_browser: SitDown) -> Visitor:
    visitor = birth(people, open_browser)
    visitor.enters_date("Date of birth", timezone.localdate())
    visitor.enters("Given name", "Alex")
    visitor.chooses("Female")
    visitor.chooses("No")
    visitor.presses("Save")
    visitor.sees("The assessment now asks 1 thing more")
    return visitor


def birth_that_is_hardly_right(people: People, open_browser: SitDown) -> Visitor:
    expected = timezone.localdate() + timedelta(days=140)
    visitor = _opened(people, open_browser, "birth", expected_birth_date=expected)
    visitor.enters_date("Date of birth", timezone.localdate())
    visitor.chooses("Male")
    visitor.chooses("No")
    visitor.presses("Save")
    visitor.sees("more than 18 weeks before the birth was expected")
    return visitor


def death(people: People, open_browser: SitDown) -> Visitor:
    return _opened(people, open_browser, "death")


def death_recorded(people: People, open_browser: SitDown) -> Visitor:
    draft = given.record(given.start(people.ada), "4B")
    visitor = open_browser(people.ada)
    visitor.opens(f"/assessments/{draft.reference}/child/death/")
    visitor.enters_date("Date of death", timezone.localdate())
    visitor.presses("Save")
    visitor.sees("The date of death is recorded.")
    return visitor


def not_born(people: People, open_browser: SitDown) -> Visitor:
    return _opened(people, open_browser, "not-born")


def not_born_recorded(people: People, open_browser: SitDown) -> Visitor:
    unborn = given.record(given.start_unborn(people.ada), "4B")
    visitor = open_browser(people.ada)
    visitor.opens(f"/assessments/{unborn.reference}/child/not-born/")
    visitor.presses("Save")
    visitor.sees("Nothing more is asked about this child.")
    return visitor


def record_of_an_unborn_child(people: People, open_browser: SitDown) -> Visitor:
    unborn = given.record(given.start_unborn(people.ada), "4B")
    visitor = open_browser(people.ada)
    visitor.opens(f"/assessments/{unborn.reference}/")
    return visitor


def history_of_corrected_facts(people: People, open_browser: SitDown) -> Visitor:
    draft = given.start_unborn(people.ada)
    given.record_birth(draft, people.ada, given_name="Alex")
    given.change_details(draft, people.mo, sex="M", la_child_id="EX2002", disabled=True)
    given.record_death(draft, people.ada)
    visitor = open_browser(people.mo)
    visitor.opens(f"/assessments/{draft.reference}/history/")
    return visitor


STATES = (
    details,
    details_with_errors,
    details_that_are_hardly_right,
    details_changed_meanwhile,
    details_with_everything,
    details_of_a_child_who_is_not_born,
    birth,
    birth_recorded,
    birth_that_is_hardly_right,
    death,
    death_recorded,
    not_born,
    not_born_recorded,
    record_of_an_unborn_child,
    history_of_corrected_facts,
)
