"""What data officers see of the reading of records, and what somebody sees who read too many."""

from __future__ import annotations

from django.db.models import F
from django.test import Client
from django.urls import reverse

from assessments.models import Assessment
from cinfactors.accounts.models import User
from tests import people as given
from tests.journeys.states.opening import SitDown
from tests.journeys.visitor import Visitor
from tests.people import People

WHY = (
    "Complaint 12: the father says that a neighbour knew.\nAsked for by the data protection officer"
)


def reads(person: User, *addresses: str, times: int = 1) -> None:
    """Open each address as the person, whatever the answer is."""
    client = Client()
    client.force_login(person)
    for _ in range(times):
        for address in addresses:
            client.get(address)


def record_of(assessment: Assessment) -> str:
    return reverse("record", args=[assessment.reference])


def opened_by_dee(people: People, open_browser: SitDown, path: str = "/reading/") -> Visitor:
    visitor = open_browser(people.dee)
    visitor.opens(path)
    return visitor


def reading_log_without_anything(people: People, open_browser: SitDown) -> Visitor:
    return opened_by_dee(people, open_browser)


def reading_log_with_everything(people: People, open_browser: SitDown) -> Visitor:
    drafts = [given.start(people.ada, f"EX{5000 + number}") for number in range(32)]
    hidden = given.restrict(given.start(people.ada, "EX6000", family_name="Marsh"), people.mo)
    reads(people.mo, *map(record_of, drafts))
    reads(people.ben, *map(record_of, (drafts[0], hidden)))
    reads(people.nia, record_of(drafts[0]), times=3)
    return opened_by_dee(people, open_browser)


def reading_log_with_an_error(people: People, open_browser: SitDown) -> Visitor:
    visitor = open_browser(people.dee)
    visitor.opens("/reading/?day=2999-01-01")
    visitor.sees("There is a problem")
    return visitor


def reading_in_an_hour(people: People, open_browser: SitDown) -> Visitor:
    visitor = reading_log_with_everything(people, open_browser)
    visitor.page.get_by_role("link", name="All children").last.click()
    visitor.sees_heading("Reading of records in an hour")
    return visitor


def ask_who_read(people: People, open_browser: SitDown) -> Visitor:
    return opened_by_dee(people, open_browser, "/reading/child/")


def ask_who_read_with_errors(people: People, open_browser: SitDown) -> Visitor:
    visitor = ask_who_read(people, open_browser)
    visitor.presses("Show who read it")
    visitor.sees("There is a problem")
    return visitor


def asked(people: People, open_browser: SitDown) -> Visitor:
    visitor = ask_who_read(people, open_browser)
    visitor.enters("Child id", "EX1001")
    visitor.enters("Why do you ask?", WHY)
    visitor.presses("Show who read it")
    visitor.sees_heading("Who read a child’s record")
    return visitor


def who_read(people: People, open_browser: SitDown) -> Visitor:
    assessment = given.start(people.ada, family_name="Marsh")
    reads(people.ada, "/assessments/")
    reads(people.ben, record_of(assessment))
    reads(people.nia, record_of(assessment))
    return asked(people, open_browser)


def who_read_on_several_pages(people: People, open_browser: SitDown) -> Visitor:
    assessment = given.start(people.ada)
    reads(people.ben, record_of(assessment), times=60)
    return asked(people, open_browser)


def long_history_of(assessment: Assessment, changes: int) -> Assessment:
    for number in range(changes):
        Assessment.objects.filter(pk=assessment.pk).update(
            codes=["3A", "4B"] if number % 2 else ["3B"], version=F("version") + 1
        )
    return assessment


def history_on_its_second_page(people: People, open_browser: SitDown) -> Visitor:
    assessment = long_history_of(given.start(people.ada), 250)
    visitor = open_browser(people.ada)
    visitor.opens(f"/assessments/{assessment.reference}/history/?page=2")
    visitor.sees("Page 2 of 3, the latest first.")
    return visitor


def too_many_children_of_other_teams(people: People, open_browser: SitDown) -> Visitor:
    children = [given.start(people.cleo, f"EX{5000 + number}") for number in range(31)]
    addresses = [
        reverse("start_for_child", args=[each.episode.child.reference]) for each in children
    ]
    reads(people.ada, *addresses[:30])
    visitor = open_browser(people.ada)
    visitor.expects(429)
    visitor.opens(addresses[30])
    visitor.sees_heading("Too many children of other teams")
    return visitor


STATES = (
    reading_log_without_anything,
    reading_log_with_everything,
    reading_log_with_an_error,
    reading_in_an_hour,
    ask_who_read,
    ask_who_read_with_errors,
    who_read,
    who_read_on_several_pages,
    history_on_its_second_page,
    too_many_children_of_other_teams,
)
