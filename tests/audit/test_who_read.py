"""Who read one child's record: for data officers, who say why they ask."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments.models import Child
from cinfactors.accounts.models import Membership
from tests import people as make
from tests.audit.entries import readings
from tests.pages.form_data import at, new_child_form
from tests.pages.page import problems, read, words
from tests.people import People
from tests.services.test_joining import authorised, child, close, joined

ASK = "/reading/child/"
WHY = "Complaint 12 of 3 March"


def ask(client: Client, la_child_id: str = "EX1001", reason: str = WHY):
    return client.post(ASK, {"la_child_id": la_child_id, "reason": reason}, follow=True)


def rows(response) -> list[list[str]]:
    """The rows of the list, without the time."""
    assert response.status_code == 200
    table = read(response).select_one("tbody")
    return [[words(cell.text) for cell in row.select("td")] for row in table.select("tr")]


def address_of(child: Child) -> str:
    return reverse("who_read", args=[child.reference])


def test_every_page_that_showed_the_child_is_listed_with_who_and_what_is_unusual(
    people: People, browser_of
):
    assessment = make.start(people.ada, family_name="Marsh")
    make.start(people.ada, "EX1002")
    browser_of(people.ada).get("/assessments/")
    browser_of(people.ben).get(at("record", assessment))
    browser_of(people.nia).get(at("record", assessment))
    browser_of(people.cleo).post(reverse("start"), {"la_child_id": "ex1001"}, follow=True)
    browser_of(people.cleo).post(
        reverse("start_with_new_child"), new_child_form(la_child_id="EX1001")
    )
    response = ask(browser_of(people.dee))
    assert rows(response) == [
        ["Dee Ledger", "Data officer", f"Who read a record {WHY}", "Nothing"],
        ["Cleo Frost", "South", "Start an assessment", "Out of their team"],
        ["Cleo Frost", "South", "Search", "Out of their team"],
        ["Nia Field", "South", "Record", "Was refused, out of their team"],
        ["Ben Marsh", "North", "Record", "Same family name"],
        ["Ada Winter", "North", "List", "Nothing"],
    ]
    assert "EX1002" not in response.content.decode()


def test_the_marks_of_a_list_are_those_of_the_child(people: People, browser_of):
    make.start(people.ada, family_name="Winter")
    make.start(people.ada, "EX1002", family_name="Frost")
    browser_of(people.ada).get("/assessments/")
    marks = {
        la_child_id: rows(ask(browser_of(people.dee), la_child_id))[-1][3]
        for la_child_id in ("EX1001", "EX1002")
    }
    assert marks == {"EX1001": "Same family name", "EX1002": "Nothing"}


def test_teams_are_those_of_today(people: People, browser_of):
    assessment = make.start(people.ada)
    browser_of(people.ben).get(at("record", assessment))
    Membership.objects.filter(user=people.ben).update(team=people.south)
    people.ben.is_active = False
    people.ben.save()
    assert rows(ask(browser_of(people.dee)))[-1][:2] == ["Ben Marsh", "South, has left"]


def test_asking_is_recorded_with_the_reason_at_each_page(people: People, browser_of):
    assessment = make.start(people.ada)
    dee = browser_of(people.dee, REMOTE_ADDR="192.0.2.7")
    ask(dee)
    dee.get(f"{address_of(assessment.episode.child)}?page=2")
    asked = readings()
    assert len(asked) == 2
    for one in asked:
        assert (one.person_id, one.child_id, one.page, one.reason, one.address) == (
            people.dee.pk,
            assessment.episode.child_id,
            "readers",
            WHY,
            "192.0.2.7",
        )


@pytest.mark.parametrize("reason", ["", "   ", "\u200b", "\n\n"])
def test_nothing_is_shown_without_a_reason(people: People, browser_of, reason: str):
    make.start(people.ada)
    dee = browser_of(people.dee)
    response = ask(dee, reason=reason)
    assert (response.status_code, problems(response)) == (422, ["Enter why you ask"])
    assert 'value="EX1001"' in response.content.decode()
    assert readings() == []


def test_the_address_of_a_child_leads_to_the_question_why(people: People, browser_of):
    child = make.start(people.ada).episode.child
    other = make.start(people.ada, "EX1002").episode.child
    dee = browser_of(people.dee)
    assert dee.get(address_of(child))["Location"] == ASK
    ask(dee)
    assert dee.get(address_of(child)).status_code == 200
    # The reason was for one child, and for one sitting.
    assert dee.get(address_of(other))["Location"] == ASK
    assert browser_of(people.dee).get(address_of(child))["Location"] == ASK


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("x" * 501, "Shorten the text to 500 characters or fewer. It has 501"),
        ("a\x07b", "Remove the characters that cannot be shown, then paste the text again"),
    ],
)
def test_a_reason_that_cannot_be_kept_is_refused_and_comes_back(
    people, browser_of, reason, message
):
    make.start(people.ada)
    response = ask(browser_of(people.dee), reason=reason)
    assert (response.status_code, problems(response)) == (422, [message])
    assert words(reason)[:100] in words(read(response).select_one("textarea").text)
    assert readings() == []


def test_what_was_typed_is_escaped(people: People, browser_of):
    make.start(people.ada)
    response = ask(browser_of(people.dee), reason="<script>alert(1)</script>")
    assert "<script>alert(1)" not in response.content.decode()
    assert "&lt;script&gt;alert(1)" in response.content.decode()


@pytest.mark.parametrize("la_child_id", ["EX10", "EX1001X", "Robin", "EX1001%", "'", "x" * 100])
def test_a_child_is_found_by_the_whole_id_alone(people: People, browser_of, la_child_id: str):
    make.start(people.ada)
    response = ask(browser_of(people.dee), la_child_id)
    assert response.status_code == 422
    assert problems(response) == ["No child whose record you may see has this id"]
    assert WHY in response.content.decode()


def test_everybody_else_gets_not_found(people: People, browser_of):
    child = make.start(people.ada).episode.child
    for person in (people.ada, people.cleo, people.mo, people.nia, people.abe):
        client = browser_of(person)
        for response in (client.get(ASK), ask(client), client.get(address_of(child))):
            assert response.status_code == 404
    assert readings() == []


def test_a_restricted_child_is_there_for_a_data_officer_who_is_named(people: People, browser_of):
    assessment = make.start(people.ada)
    officer = make.make_person("Deb Count", role=people.dee.role)
    make.restrict(assessment, people.mo, officer)
    [latest, *_] = rows(ask(browser_of(officer)))
    assert latest == [
        "Deb Count",
        "Data officer",
        f"Who read a record {WHY}",
        "Restricted record",
    ]
    dee = browser_of(people.dee)
    refused = ask(dee)
    assert problems(refused) == ["No child whose record you may see has this id"]
    assert dee.get(address_of(assessment.episode.child)).status_code == 404
    assert [(one.person_id, one.refused, one.restricted) for one in readings()][1:] == [
        (people.dee.pk, True, True)
    ] * 2


def test_a_child_with_two_records_has_the_readings_of_both_by_either_id(people, browser_of):
    before = timezone.localdate() - timedelta(days=90)
    earlier = make.start(people.ada, "EX1001", referred=before)
    close(authorised(earlier, people.mo))
    later = make.start(people.ben, "EX1002", referred=timezone.localdate())
    mo = browser_of(people.mo)
    for assessment in (earlier, later):
        mo.get(at("history", assessment))
    joined(child("EX1001"), child("EX1002"), people.mo)
    for la_child_id in ("EX1001", "ex1002"):
        response = ask(browser_of(people.dee), la_child_id)
        assert [row[0] for row in rows(response)].count("Mo Harbour") == 2
        assert "EX1001, recorded before as EX1002" in words(read(response).text)


def test_fifty_readings_are_on_a_page_with_links_to_the_others(people: People, browser_of):
    assessment = make.start(people.ada)
    ben, dee = browser_of(people.ben), browser_of(people.dee)
    for _ in range(60):
        ben.get(at("record", assessment))
    response = ask(dee)
    assert len(rows(response)) == 50
    page = words(read(response).text)
    assert (
        "61 pages that showed the child, or were refused, the latest first: from 1 to 50." in page
    )
    second = dee.get(f"{address_of(assessment.episode.child)}?page=2")
    assert len(rows(second)) == 12  # and the reading of the second page


def test_the_page_takes_as_many_queries_however_much_it_shows(people: People, browser_of):
    assessment, numbers = make.start(people.ada), []
    dee = browser_of(people.dee)
    ask(dee)
    for reader in (people.ben, people.mo, people.nia):
        browser_of(reader).get(at("record", assessment))
        with CaptureQueriesContext(connection) as captured:
            dee.get(address_of(assessment.episode.child))
        numbers.append(len(captured))
    assert len({*numbers}) == 1


def test_a_reason_typed_before_the_sign_in_ended_is_kept(people: People, browser_of):
    """As on every form; see tests/accounts/test_form_recovery.py."""
    page = read(browser_of(people.dee).get(ASK))
    assert page.select_one("form[action='/reading/child/'] input[name=typed_by]")
