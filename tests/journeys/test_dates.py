"""Changing a referral and a start, and correcting the dates of what is authorised, at a browser."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from assessments.models import Assessment, Child, Episode
from tests import people as given
from tests.journeys.accessibility import assert_no_axe_violations
from tests.people import People


def day(before_today: int) -> date:
    return timezone.localdate() - timedelta(days=before_today)


def test_a_referral_is_put_right_from_check_answers_after_a_question(
    people: People, at_a_browser, javascript: bool
):
    draft = given.record(given.start(people.ada), "4B")
    ada = at_a_browser(people.ada, javascript=javascript)
    ada.opens_check(draft)
    ada.follows("Change the referral date")
    ada.enters_date("Referral date", day(400))
    ada.enters("Family reference (optional)", "FAM1")
    ada.presses("Save")
    ada.sees("Is this right?", "was more than a year ago")
    expect(ada.page.get_by_label("Family reference (optional)")).to_have_value("FAM1")

    # Enter in a box says nothing about the question: it is asked again.
    with ada.page.expect_navigation():
        ada.page.get_by_label("Family reference (optional)").press("Enter")
    ada.sees("Is this right?")
    assert Episode.objects.get().family_reference == ""

    ada.presses("Yes, it is right: save it")
    ada.sees_heading("Check answers")
    ada.sees("The referral is changed.", "FAM1")
    assert Episode.objects.get().referral_date == day(400)


def test_the_question_has_the_focus_and_the_keyboard_alone_answers_it(people: People, at_a_browser):
    draft = given.start(people.ada, referred=day(30), started=day(30))
    ada = at_a_browser(people.ada)
    ada.opens(f"/assessments/{draft.reference}/start-date/")
    ada.enters_date("Start date", day(1))
    ada.presses("Save")
    expect(ada.page.locator("#hardly")).to_be_focused()
    button = ada.page.get_by_role("button", name="Yes, it is right: save it")
    for _ in range(4):
        ada.page.keyboard.press("Tab")
        if button.evaluate("each => each === document.activeElement"):
            break
    expect(button).to_be_focused()
    with ada.page.expect_navigation():
        ada.page.keyboard.press("Enter")
    ada.sees("The start date is changed.")
    assert Assessment.objects.get().start_date == day(1)


def test_starting_keeps_all_that_was_typed_while_it_asks(
    people: People, at_a_browser, javascript: bool
):
    ada = at_a_browser(people.ada, javascript=javascript)
    ada.opens("/assessments/start/new/")
    ada.enters("Child id", "EX7000")
    ada.enters("Family name", "Sample")
    ada.chooses("Born")
    ada.enters_date("Date of birth", date(2015, 5, 3))
    ada.chooses("Female")
    ada.chooses("No")
    ada.enters_date("Referral date", day(40))
    ada.page.get_by_label("Source of the referral").select_option("6")
    ada.enters_date("Start date of the assessment", day(0))
    ada.presses("Start the assessment")
    ada.sees("Is this right?", "working days after the referral")
    assert not Child.objects.exists()
    ada.presses("Yes, it is right: save it")
    ada.sees("EX7000")
    assert Assessment.objects.get().start_date == day(0)


@pytest.mark.parametrize("width", [1280, 360])
def test_a_manager_corrects_the_end_of_what_is_authorised(people: People, at_a_browser, width: int):
    sent = given.submit(given.start(people.ada), "3B")
    done = given.authorise(sent, people.mo)
    mo = at_a_browser(people.mo, width=width)
    mo.opens_record(done)
    mo.follows("Correct the dates")
    mo.enters_date("End date", day(2))
    mo.presses("Correct the dates")
    assert_no_axe_violations(mo.page, "dates with an error")
    mo.sees("Enter why you are correcting the dates")
    mo.enters("Why do you correct the dates?", "The letter in the file says so")
    mo.presses("Correct the dates")
    mo.sees("The dates of the assessment of EX1001 are corrected.", "corrected from")
    assert_no_axe_violations(mo.page, "a record with corrected dates")
    assert Assessment.objects.get().end_date == day(2)


def test_a_manager_is_asked_once_about_dates_that_are_hardly_right(
    people: People, at_a_browser, javascript: bool
):
    done = given.authorise(given.submit(given.start(people.ada, referred=day(40))), people.mo)
    mo = at_a_browser(people.mo, javascript=javascript)
    mo.opens(f"/admin/assessments/assessment/{done.reference}/dates/")
    mo.enters_date("Start date", day(3))
    mo.enters("Why do you correct the dates?", "The letter in the file says so")
    mo.presses("Correct the dates")
    mo.sees("Is this right?", "working days after the referral")
    expect(mo.page.locator("#hardly")).to_be_focused()
    if javascript:
        assert_no_axe_violations(mo.page, "dates that are hardly right")
    mo.presses("Yes, this is right: correct the dates")
    mo.sees("The dates of the assessment of EX1001 are corrected.")
    assert Assessment.objects.get().start_date == day(3)
