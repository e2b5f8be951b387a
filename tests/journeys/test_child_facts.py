"""Correcting a child's facts at a browser, with and without JavaScript."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from assessments.models import Assessment, Child
from tests import people as given
from tests.people import People


def test_an_unborn_child_is_born_and_the_worker_answers_what_is_asked_then(
    people: People, at_a_browser, javascript: bool
):
    draft = given.set_outcome(given.record(given.start_unborn(people.ada), "6B"))
    ada = at_a_browser(people.ada, javascript=javascript)
    ada.opens_check(draft)
    ada.sees("Nothing more about these factors.")
    ada.follows("Record the birth")
    ada.sees_heading("Record the birth")
    ada.enters_date("Date of birth", timezone.localdate())
    ada.enters("Given name", "Alex")
    ada.chooses("Female")
    ada.chooses("No")
    ada.presses("Save")
    ada.sees_heading("Check answers")
    ada.sees("The birth is recorded.", "(1 of 1 open)", "Alex Sample")
    ada.opens_record(draft)
    ada.sees("Not born when it started")


def test_a_slip_is_put_right_from_the_record_after_a_question(
    people: People, at_a_browser, javascript: bool
):
    draft = given.start(people.ada)
    mo = at_a_browser(people.mo, javascript=javascript)
    mo.opens_record(draft)
    mo.follows("Change the date of birth")
    year = mo.page.get_by_label("Year").first
    year.fill("1985")
    mo.enters("Given name", "Kim")
    mo.presses("Save")
    mo.sees("Is this right?")
    assert Child.objects.get().given_name == "Robin"

    # Enter in a box says nothing about the question: it is asked again.
    with mo.page.expect_navigation():
        mo.page.get_by_label("Given name").press("Enter")
    mo.sees("Is this right?")
    assert Child.objects.get().given_name == "Robin"
    expect(mo.page.get_by_label("Given name")).to_have_value("Kim")

    mo.presses("Yes, it is right: save it")
    mo.sees_heading("Record of the assessment")
    mo.sees("The child’s details are changed.")
    child = Child.objects.get()
    assert (child.given_name, child.birth_date.year) == ("Kim", 1985)


def test_check_answers_keeps_what_was_typed_when_a_fact_is_changed(people: People, at_a_browser):
    draft = given.record(given.start(people.ada), "3B")
    ada = at_a_browser(people.ada)
    ada.opens_check(draft)
    ada.chooses("Early help")
    ada.follows("Change the sex")
    ada.sees_heading("Change the child’s details")
    ada.does_not_see("are saved")
    ada.chooses("Male")
    ada.presses("Save")
    ada.sees_heading("Check answers")
    assert Assessment.objects.get().outcome == "early_help"
    assert Child.objects.get().sex == "M"


@pytest.mark.parametrize("width", [1280, 360])
def test_the_keyboard_alone_records_that_a_child_is_not_born(
    people: People, at_a_browser, width: int
):
    unborn = given.start_unborn(people.ada, referred=timezone.localdate() - timedelta(days=200))
    ada = at_a_browser(people.ada, width=width)
    ada.opens_record(unborn)
    ada.page.get_by_role("link", name="Record as not born").focus()
    with ada.page.expect_navigation():
        ada.page.keyboard.press("Enter")
    ada.sees("We are sorry.")
    ada.page.get_by_role("button", name="Save").focus()
    with ada.page.expect_navigation():
        ada.page.keyboard.press("Enter")
    ada.sees("Nothing more is asked about this child.")
    ada.does_not_see("overdue")
