"""A manager finds the other record of a child, compares the two, and joins them."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.models import Assessment, Child, Episode
from tests import people as make
from tests.pages.form_data import at
from tests.pages.page import problems, read, words
from tests.services.test_joining import TWICE, authorised, child, close, joined


@pytest.fixture
def later(people) -> Assessment:
    """Open, under the id EX2; an earlier one of EX1 is closed."""
    start = make.start(people.ada, "EX1", referred=timezone.localdate() - timedelta(days=90))
    close(authorised(start, people.mo))
    return make.start(people.ben, "EX2", referred=timezone.localdate())


@pytest.fixture
def mo(people, browser_of) -> Client:
    return browser_of(people.mo)


def joining(assessment: Assessment, other: Child) -> str:
    return reverse("join", args=[assessment.reference, other.reference])


def posted(kept: str, /, **values) -> dict[str, str]:
    return {
        "key": str(uuid.uuid4()),
        "here": "1",
        "there": "1",
        "kept": str(child(kept).reference),
        "reason": TWICE,
    } | values


def test_the_other_record_is_found_by_its_id_and_shown_beside(mo: Client, later: Assessment):
    found = mo.post(at("find_other_record", later), {"la_child_id": " ex1 "})
    assert (found.status_code, found["Location"]) == (302, joining(later, child("EX1")))
    page = read(mo.get(found["Location"]))
    assert [words(each.text) for each in page.select("main thead th")] == ["EX2", "EX1"]
    assert "Joined records cannot be separated again." in page.text


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Enter the child id of the other record"),
        ("EX2", "This is the same record. Enter the id of the other one"),
        ("EX404", "No child of your teams’ assessments has this id"),
        ("EX7", "No child of your teams’ assessments has this id"),
    ],
)
def test_another_id_gets_a_message_beside_it(
    people, mo: Client, later: Assessment, typed: str, message: str
):
    make.start(people.cleo, "EX7")
    response = mo.post(at("find_other_record", later), {"la_child_id": typed})
    assert (response.status_code, problems(response)) == (422, [message])


def test_the_records_are_joined(mo: Client, later: Assessment):
    response = mo.post(joining(later, child("EX1")), posted("EX1"), follow=True)
    assert "Both ids find EX1 now." in words(read(response).text)
    assert {each.child for each in Episode.objects.all()} == {child("EX1")}
    history = words(read(mo.get(at("history", later))).text)
    assert f"joined the record EX2 with this one: “{TWICE}”" in history
    facts = words(read(response).select_one("main").text)
    assert "EX1, recorded before as EX2" in facts


def test_whoever_finds_it_by_the_other_id_is_told_so(mo, people, browser_of, later: Assessment):
    mo.post(joining(later, child("EX1")), posted("EX1"))
    ben = browser_of(people.ben)
    started = ben.post("/assessments/start/", {"la_child_id": "EX2"}, follow=True)
    assert "EX1, Robin Sample Recorded before as EX2" in words(read(started).text)
    found = ben.post("/assessments/", {"words": "EX2"}, follow=True)
    [row] = read(found).select("tbody th")
    assert words(row.text).startswith("EX1 Robin Sample, 9 years recorded before as EX2")
    row = read(ben.get("/assessments/")).select_one("tbody th")
    assert "recorded before" not in row.text


def test_sent_again_after_a_lost_answer_it_leads_to_the_record(mo: Client, later: Assessment):
    for kept in ("EX1", "EX1", "EX2"):
        address, data = joining(later, child("EX1")), posted(kept)
        assert mo.post(address, data)["Location"] == at("record", later)
    assert {each.child for each in Episode.objects.all()} == {child("EX1")}


def test_nothing_typed_is_lost_where_it_is_refused(people, mo: Client, later: Assessment):
    address = joining(later, child("EX1"))
    Episode.objects.filter(child__la_child_id="EX1").update(
        closure_date=None, reason_for_closure="", no_further_action=False
    )
    response = mo.post(address, posted("EX1"))
    assert problems(response) == [
        "Both have an open referral. Close one of the two first (census rule 8815)"
    ]
    page = read(response)
    assert page.select_one("textarea[name=reason]").text.strip() == TWICE
    assert page.select_one("input[name=kept][checked]")["value"] == str(child("EX1").reference)


def test_what_was_changed_meanwhile_is_compared_again(mo: Client, later: Assessment):
    Child.objects.filter(la_child_id="EX1").update(version=2)
    response = mo.post(joining(later, child("EX1")), posted("EX1"))
    assert (
        "One of the records was changed meanwhile. Compare them again" in response.content.decode()
    )
    assert read(response).select_one("input[name=there]")["value"] == "2"


@pytest.mark.parametrize(
    "data",
    [
        {"kept": "x"},
        {"kept": ""},
        {"reason": ""},
        {"reason": "x" * 501},
        {"reason": "\u202e"},
    ],
)
def test_what_a_hostile_or_hurried_manager_sends_joins_nothing(
    mo: Client, later: Assessment, data: dict[str, str]
):
    response = mo.post(joining(later, child("EX1")), posted("EX1", **data))
    assert response.status_code == 422
    assert Episode.objects.filter(child__la_child_id="EX2").exists()


@pytest.mark.parametrize("data", [{"key": ""}, {"here": "-1"}, {"there": "x"}])
def test_hidden_fields_that_no_page_sends_are_a_bad_request(
    mo: Client, later: Assessment, data: dict[str, str]
):
    response = mo.post(joining(later, child("EX1")), posted("EX1", **data))
    assert response.status_code == 400


def test_nobody_else_joins_records(people, browser_of, later: Assessment):
    for person in (people.ada, people.ben, people.cleo, people.nia, people.dee, people.abe):
        for address in (at("find_other_record", later), joining(later, child("EX1"))):
            for method in ("get", "post"):
                assert getattr(browser_of(person), method)(address).status_code == 404


def test_who_joins_what_somebody_else_has_joined_is_led_to_the_record(
    mo: Client, later: Assessment, people
):
    from_page = posted("EX1")
    address = joining(later, child("EX1"))
    joined(child("EX1"), child("EX2"), people.mo)
    assert mo.post(address, from_page | {"reason": "Another"})["Location"] == at("record", later)
