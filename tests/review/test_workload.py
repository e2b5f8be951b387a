"""The first page of the managers' area: the work of their teams, and what awaits review."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client

from assessments import queries
from assessments.catalogue.working_days import due_date, working_day_after
from assessments.models import Assessment, Status
from assessments.review import workload
from cinfactors.accounts.models import Membership, Role
from cinfactors.audit.models import Reading
from tests import people as make
from tests.pages.page import read, words
from tests.people import People

INDEX = "/admin/"


def rows_of(response) -> dict[str, list[str]]:
    """The numbers of each row of the first table, by its name; in the table's order."""
    table = read(response).select_one("table.workload-table")
    return {
        words(row.select_one("th").text): [
            words(next((cell.find("a") or cell).stripped_strings))
            for cell in row.select("td.workload-number")
        ]
        for row in table.select("tbody tr")
        if row.select("td.workload-number")
    }


def lists_of(response) -> dict[tuple[str, str], str]:
    """The address that each number leads to, by its row and its heading."""
    return {
        (words(row.select_one("th").text), cell["data-label"]): cell.find("a")["href"]
        for row in read(response).select("table.workload-table tbody tr")
        for cell in row.select("td.workload-number")
        if cell.find("a")
    }


def some_work(people: People) -> None:
    """Open work of every kind in North, of Ada, of Ben and of somebody who has left."""
    make.start(people.ada, "EX1")
    make.start(people.ada, "EX2", referred=date(2026, 1, 5))
    make.return_it(make.submit(make.start(people.ben, "EX3")), people.mo)
    make.submit(make.start(people.ben, "EX4"))
    make.authorise(make.submit(make.start(people.ben, "EX5")), people.mo)
    make.cancel(make.start(people.ben, "EX6"))
    gone = make.make_person("Gus Tone", people.north)
    make.start(gone, "EX7")
    gone.is_active = False
    gone.save()
    make.start(people.cleo, "EX8")


@time_machine.travel("2026-05-21 12:00 +0000", tick=False)
def test_a_manager_sees_the_open_work_by_team_and_worker(people: People, mo: Client):
    some_work(people)
    assert rows_of(mo.get(INDEX)) == {
        "North": ["5", "0", "1", "1", "1"],
        "Ada Winter": ["2", "0", "1", "0", "0"],
        "Ben Marsh": ["2", "0", "0", "1", "1"],
        "Without a worker": ["1", "0", "0", "0", "0"],
    }


@time_machine.travel("2026-05-21 12:00 +0000", tick=False)
def test_each_number_opens_a_list_of_as_many(people: People, mo: Client):
    some_work(people)
    page = mo.get(INDEX)
    numbers = rows_of(page)
    opened = lists_of(page)
    assert len(opened) == sum(number != "0" for row in numbers.values() for number in row)
    for (name, heading), address in opened.items():
        place = [label for _, label, _ in workload.COLUMNS].index(heading)
        listed = mo.get(address).context["cl"].result_list
        assert len(listed) == int(numbers[name][place]), (name, heading)


def test_a_number_of_one_of_several_teams_opens_that_teams_list(people: People, mo: Client):
    Membership.objects.create(user=people.mo, team=people.south)
    make.start(people.ada, "EX1")
    make.submit(make.start(people.cleo, "EX2"))
    page = mo.get(INDEX)
    assert list(rows_of(page)) == ["North", "Ada Winter", "Ben Marsh", "South", "Cleo Frost"]
    address = lists_of(page)[("South", "Open")]
    [listed] = mo.get(address).context["cl"].result_list
    assert listed.episode.child.la_child_id == "EX2"


@pytest.mark.parametrize(
    ("due", "expected"),
    [(-1, "overdue"), (0, "due_soon"), (5, "due_soon"), (6, "neither")],
)
def test_due_soon_ends_with_the_fifth_working_day(people: People, due: int, expected: str):
    today = date(2026, 5, 22)  # a Friday before a bank holiday
    last = today - timedelta(days=1) if due < 0 else working_day_after(today, due) if due else today
    referred = next(
        day
        for day in (today - timedelta(days=count) for count in range(120))
        if due_date(day) == last
    )
    with time_machine.travel("2026-05-22 12:00 +0000", tick=False):
        make.start(people.ada, "EX1", referred=referred)
        [team] = queries.workload(people.mo)
    assert (team.whole.overdue, team.whole.due_soon) == (
        expected == "overdue",
        expected == "due_soon",
    )


def test_what_is_not_of_ones_teams_or_restricted_to_others_is_in_no_number(people: People):
    make.start(people.cleo, "EX1")
    other = make.make_person("Max Lodge", people.north, role=Role.TEAM_MANAGER)
    make.restrict(make.start(people.ada, "EX2"), other)
    assert [team.whole.open for team in queries.workload(people.mo)] == [0]
    assert [team.whole.open for team in queries.workload(other)] == [1]
    for person in (people.ada, people.dee, people.abe):
        assert queries.workload(person) == []


def test_what_a_manager_submitted_themselves_does_not_await_them(people: People, mo: Client):
    own = make.submit(make.start(people.ada, "EX1"))
    people.ada.role, people.ada.is_staff = Role.TEAM_MANAGER, True
    people.ada.save()
    assert own.status == Status.SUBMITTED
    assert [team.whole.awaiting for team in queries.workload(people.ada)] == [0]
    assert [team.whole.awaiting for team in queries.workload(people.mo)] == [1]


def test_what_awaits_review_is_listed_by_name_and_its_reading_recorded(people: People, mo: Client):
    sent = [make.submit(make.start(people.ada, f"EX{place}"), "3B") for place in range(7)]
    page = mo.get(INDEX)
    rows = read(page).select("table.workload-waiting tbody tr")
    assert [words(row.select_one("th a").text) for row in rows] == [f"EX{n}" for n in range(5)]
    assert "Robin Sample, 9 years" in words(rows[0].text)
    assert "3B Domestic Abuse, a parent or carer" in words(rows[0].text)
    assert "Awaiting review (7)" in words(read(page).text)
    assert "All 7 awaiting review" in words(read(page).text)
    reading = Reading.objects.latest("pk")
    assert set(reading.children) == {each.episode.child_id for each in sent[:5]}


def test_the_number_that_awaits_review_stands_in_the_navigation(people: People, browser_of):
    make.submit(make.start(people.ada, "EX1"))
    make.submit(make.start(people.cleo, "EX2"))
    for person, number in ((people.mo, ["1"]), (people.dee, []), (people.ada, [])):
        page = read(browser_of(person).get("/guidance/"))
        found = page.select(".app-navigation__number")
        assert [words(each.contents[0]) for each in found] == number


def test_nothing_to_do_is_said(people: People, mo: Client):
    page = words(read(mo.get(INDEX)).text)
    assert "Nothing awaits your review." in page
    assert rows_of(mo.get(INDEX))["North"] == ["0"] * 5


def test_many_workers_are_folded_and_one_team_is_opened(people: People, mo: Client, monkeypatch):
    monkeypatch.setattr(workload, "MOST_WORKERS", 1)
    Membership.objects.create(user=people.mo, team=people.south)
    page = mo.get(INDEX)
    assert list(rows_of(page)) == ["North", "South"]
    link = read(page).select_one(".workload-fold a")
    assert words(link.text) == "Show the 2 social workers of North"
    opened = mo.get(INDEX + link["href"].split("#")[0])
    assert list(rows_of(opened)) == ["North", "Ada Winter", "Ben Marsh", "South"]


def test_an_administrator_sees_no_work(people: People, browser_of):
    make.submit(make.start(people.ada, "EX1"))
    page = browser_of(people.abe).get(INDEX)
    assert "workload" not in page.content.decode()
    assert "EX1" not in page.content.decode()


def test_a_child_is_found_from_the_first_page(people: People, mo: Client):
    make.authorise(make.submit(make.start(people.ada, "EX1")), people.mo)
    form = read(mo.get(INDEX)).select_one("form.workload-find")
    answer = mo.post(form["action"], {"q": "robin"}, follow=True)
    listed: list[Assessment] = answer.context["cl"].result_list
    assert [each.episode.child.la_child_id for each in listed] == ["EX1"]
