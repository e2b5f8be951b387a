"""A social worker and a manager together, from a submission to its second authorisation."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.formats import date_format
from playwright.sync_api import expect

from assessments.models import Status, Version
from tests import people as given
from tests.journeys.accessibility import assert_no_axe_violations
from tests.journeys.visitor import Visitor
from tests.people import People

LIST = "/admin/assessments/assessment/"
ASKED = "What is the evidence of a gang? Nobody but his cousin is named."


def is_read_from_the_beginning(visitor: Visitor) -> None:
    """What is next is not opened at its decision, past everything that is to be read."""
    assert visitor.page.evaluate("[location.hash, scrollY]") == ["", 0]


def test_returned_changed_authorised_reopened_and_authorised_again(people: People, at_a_browser):
    earlier = given.authorise(given.submit(given.start(people.ada), "3A", "4B"), people.mo)
    draft = given.start_after(earlier)
    given.submit(draft, "3A", "3B", "13A", "20", description="Moved house four times this year")
    given.submit(given.start(people.ben, "EX2002"))
    mo, ada = at_a_browser(people.mo), at_a_browser(people.ada)

    mo.opens(LIST)
    mo.sees_heading("Awaiting review")
    assert_no_axe_violations(mo.page, "review_list")
    opens_the_record_of(mo, "EX1001")
    opens_everything(mo)
    assert_no_axe_violations(mo.page, "review_page")

    # Nothing typed is lost where something is missing.
    comments_on(mo, "13A Gangs", ASKED)
    mo.sees("With it goes 1 comment: 13A")
    mo.presses("Return")
    mo.sees("There is a problem")
    assert mo.problems() == ["Select why you are returning it"]
    expect(mo.page.get_by_label("Comment on 13A Gangs")).to_have_value(ASKED)
    assert_no_axe_violations(mo.page, "review_page_with_errors")
    missing = mo.page.get_by_label("A code that is missing")
    expect(missing).to_be_hidden()
    mo.chooses("A factor is missing")
    mo.enters("Comment for the worker", "Please look at the gang again")
    mo.page.get_by_label("A code that is missing").select_option("24A")
    mo.enters("Comment on the missing code", "Is he carrying for them?")
    mo.presses("Return")
    mo.sees("The assessment of EX1001 is back with Ada Winter.")
    mo.sees_heading("Review child EX2002")
    is_read_from_the_beginning(mo)

    ada.opens("/assessments/")
    ada.sees("Please look at the gang again")
    ada.follows("EX1001")
    ada.sees(ASKED, "Is he carrying for them?")
    ada.unticks("13A")
    ada.presses("Save and continue")
    ada.presses("Submit to Mo Harbour")
    ada.sees_heading("Submitted")

    mo.opens(LIST)
    opens_the_record_of(mo, "EX1001")
    mo.sees("Please look at the gang again")
    expect(mo.page.locator(".review-changes").first).to_contain_text(
        re.compile(r"Removed\s*13A Gangs")
    )
    mo.presses_in_place("Authorise 3 factors")
    asked = mo.page.get_by_role("heading", name="Authorise 3A, 3B, 20? It ends today.")
    expect(asked).to_be_focused()
    assert_no_axe_violations(mo.page, "review_confirmation")
    mo.page.get_by_text("It ended before today").click()
    today = timezone.localdate()
    mo.enters_date("End date, if it was before today", today + timedelta(days=1))
    mo.presses("Yes, authorise")
    mo.sees("End date must be today or in the past")
    assert_no_axe_violations(mo.page, "review_confirmation_with_error")
    ended = draft.start_date
    mo.enters_date("End date, if it was before today", ended)
    mo.presses("Yes, authorise")
    mo.sees("The assessment of EX1001 is authorised.", "Review child EX2002")
    is_read_from_the_beginning(mo)

    mo.opens(f"{LIST}{draft.reference}/change/")
    assert_no_axe_violations(mo.page, "review_page_authorised")
    mo.enters("Why do you reopen it?", "The court report names the father")
    mo.presses("Reopen")
    mo.sees("The assessment of EX1001 is reopened for Ada Winter.")
    counted = Version.objects.filter(assessment=draft, authorised_at__isnull=False)
    assert [version.codes for version in counted] == [["3A", "3B", "20"]]

    ada.opens("/assessments/")
    ada.sees("The court report names the father")
    ada.follows("EX1001")
    ada.ticks("4A")
    ada.presses("Save and continue")
    ada.presses("Submit to Mo Harbour")
    ada.sees_heading("Submitted")

    mo.opens(LIST)
    opens_the_record_of(mo, "EX1001")
    keeps = f"The assessment keeps its end, {date_format(ended, 'j F Y')}"
    mo.sees(keeps)
    assert_no_axe_violations(mo.page, "review_page_amended")
    mo.follows("Correct the codes yourself")
    assert_no_axe_violations(mo.page, "review_correction")
    find = mo.page.get_by_label("Find a factor, or type codes")
    mo.unticks("3A")
    # What the guide asks of 3B without 3A is asked at once, and nothing is saved.
    beside = mo.page.locator("#beside-3B")
    expect(beside).to_contain_text("Is the child a victim too")
    assert_no_axe_violations(mo.page, "review_correction_with_questions")
    find.press_sequentially("hit by his stepdad")
    chosen = mo.page.locator("#find-answer").get_by_role("button", name="18C")
    chosen.click()
    expect(mo.box("18C")).to_be_checked()
    assert_no_axe_violations(mo.page, "review_correction_found")
    chosen.click()
    expect(mo.box("18C")).not_to_be_checked()
    mo.page.keyboard.press("Escape")
    find.press_sequentially("18c 3a")
    mo.page.keyboard.press("Enter")
    expect(mo.box("3A")).to_be_checked()
    expect(find).to_have_value("")
    selected = mo.page.locator("#selected .app-selected__one")
    expect(selected.first).to_contain_text("3A")
    mo.presses_in_place("Remove 3A Domestic Abuse, the child")
    mo.presses_in_place("Remove 18C Physical abuse, by an adult")
    expect(mo.box("3A")).not_to_be_checked()
    expect(mo.box("18C")).not_to_be_checked()
    beside.get_by_role("button", name="Considered: not in this case").click()
    expect(beside.locator("summary")).to_contain_text("Considered: ")
    draft.refresh_from_db()
    assert draft.codes == ["3A", "3B", "4A", "20"]
    mo.enters("Why do you correct the codes?", "He was not in the house")
    mo.presses("Correct the codes")
    mo.sees("The codes of EX1001 are corrected, and Ada Winter is told.")
    mo.presses_in_place("Authorise 3 factors")
    mo.sees(f"It keeps its end, {date_format(ended, 'j F Y')}.")
    assert_no_axe_violations(mo.page, "review_confirmation_amended")
    mo.presses("Yes, authorise")
    mo.sees("The assessment of EX1001 is authorised.")
    draft.refresh_from_db()
    assert (draft.status, draft.codes) == (Status.AUTHORISED, ["3B", "4A", "20"])
    assert draft.end_date == ended

    mo.opens(LIST)
    mo.page.get_by_role("checkbox", name="Select the assessment of EX2002").check()
    mo.presses("Authorise the selected together")
    mo.sees_heading("Authorise these together?")
    assert_no_axe_violations(mo.page, "review_together")
    box = mo.page.get_by_role("checkbox", name="Authorise EX2002")
    box.uncheck()
    mo.presses("Yes, authorise those selected")
    mo.sees("Select at least one assessment to authorise")
    assert_no_axe_violations(mo.page, "review_together_none_ticked")
    box.check()
    mo.presses("Yes, authorise those selected")
    mo.sees("1 authorised: EX2002.")


def test_a_record_of_four_codes_is_decided_within_a_screen_of_scrolling(
    people: People, at_a_browser
):
    four = given.submit(given.start(people.ada), "3A", "3B", "6B", "13A")
    given.submit(given.start(people.ben, "EX2002"))
    mo = at_a_browser(people.mo, viewport={"width": 1280, "height": 900})
    mo.opens(f"{LIST}{four.reference}/change/")
    authorise = mo.page.get_by_role("button", name="Authorise 4 factors")
    expect(authorise).to_be_in_viewport()
    # One screen further down the last code has been read, and the decision is still in view.
    mo.page.mouse.wheel(0, 900)
    for code in ("3A", "3B", "6B", "13A"):
        bottom = mo.page.locator(f"#code-{code}").evaluate(
            "each => each.getBoundingClientRect().bottom"
        )
        assert bottom <= 900, code
    authorise.click()
    mo.presses("Yes, authorise")
    mo.sees("The assessment of EX1001 is authorised.", "Review child EX2002")


def test_guidance_is_hidden_in_place_and_on_the_next_record(people: People, at_a_browser):
    first = given.submit(given.start(people.ada), "3A")
    given.submit(given.start(people.ben, "EX2002"), "4B")
    mo = at_a_browser(people.mo)
    mo.opens(f"{LIST}{first.reference}/change/")
    mo.enters("Comment for the worker", "Look again")
    guidance = mo.page.locator(".review-guidance .review-guide")
    expect(guidance.first).to_be_visible()
    with mo.page.expect_response("**/guidance/**"):
        mo.presses_in_place("Hide all guidance")
    expect(guidance.first).to_be_hidden()
    expect(mo.page.get_by_label("Comment for the worker")).to_have_value("Look again")
    mo.follows("Next: EX2002")
    mo.sees_heading("Review child EX2002")
    expect(guidance.first).to_be_hidden()
    mo.presses_in_place("Show all guidance")
    expect(guidance.first).to_be_visible()


def test_on_a_phone_guidance_is_closed_until_it_is_asked_for(people: People, at_a_browser):
    sent = given.submit(given.start(people.ada), "3A")
    mo = at_a_browser(people.mo, viewport={"width": 360, "height": 740})
    mo.opens(f"{LIST}{sent.reference}/change/")
    guidance = mo.page.locator(".review-guidance .review-guide")
    mo.presses_in_place("Show all guidance")
    expect(guidance.first).to_be_visible()
    mo.presses_in_place("Hide all guidance")
    expect(guidance.first).to_be_hidden()
    people.mo.refresh_from_db()
    assert people.mo.shows_review_guidance  # as a wide screen shows it


def test_the_managers_pages_are_printed_with_the_authority_and_without_names(
    people: People, at_a_browser
):
    sent = given.submit(given.start(people.ada), "3A")
    name = sent.episode.child.name
    mo = at_a_browser(people.mo)
    for page in ("/admin/", LIST, f"{LIST}{sent.reference}/change/"):
        mo.opens(page)
        expect(mo.page.locator("main").get_by_text(name).first).to_be_visible()
        mo.page.emulate_media(media="print")
        expect(mo.page.locator("main").get_by_text(name).first).to_be_hidden()
        expect(mo.page.locator(".app-header__authority")).to_be_visible()
        product = mo.page.locator(".app-header__product")
        expect(product).to_have_css("color", "rgb(0, 0, 0)")
        mo.page.emulate_media(media="screen")
    expect(mo.page.get_by_role("button", name="Print", exact=True)).to_be_visible()
    mo.follows("Print with names")
    mo.page.emulate_media(media="print")
    expect(mo.page.locator("main").get_by_text(name).first).to_be_visible()
    expect(mo.page.get_by_role("button", name="Authorise 1 factor")).to_be_hidden()


def test_in_a_low_window_the_reasons_are_one_select(people: People, at_a_browser):
    sent = given.submit(given.start(people.ada), "3A")
    mo = at_a_browser(people.mo, viewport={"width": 1366, "height": 650})
    mo.opens(f"{LIST}{sent.reference}/change/")
    expect(mo.page.get_by_role("radio").first).to_be_hidden()
    reasons = mo.page.get_by_label("Why you return it").and_(mo.page.get_by_role("combobox"))
    reasons.select_option("A factor is missing")
    expect(mo.page.get_by_label("A code that is missing")).to_be_visible()
    reasons.select_option("Recorded for the wrong person")
    expect(mo.page.get_by_label("A code that is missing")).to_be_hidden()
    mo.enters("Comment for the worker", "It is of his sister")
    mo.presses("Return")
    mo.sees("The assessment of EX1001 is back with Ada Winter.")
    assert sent.reviews.get().reason == "wrong_person"


def test_without_scripts_the_server_asks_in_the_same_place(people: People, at_a_browser):
    sent = given.submit(given.start(people.ada), "3A")
    mo = at_a_browser(people.mo, javascript=False)
    mo.opens(f"{LIST}{sent.reference}/change/")
    mo.presses("Authorise 1 factor")
    mo.sees("Authorise 3A? It ends today.")
    mo.follows("Go back")
    mo.presses("Authorise 1 factor")
    mo.presses("Yes, authorise")
    mo.sees("The assessment of EX1001 is authorised.")


@pytest.mark.parametrize("javascript", [True, False])
def test_the_box_of_all_is_shown_where_it_does_something(
    people: People, at_a_browser, javascript: bool
):
    given.submit(given.start(people.ada), "3A")
    mo = at_a_browser(people.mo, javascript=javascript)
    for width in (1280, 360):
        mo.page.set_viewport_size({"width": width, "height": 740})
        mo.opens(LIST)
        assert mo.page.get_by_text("0 of 1 selected").is_visible() == javascript
        assert mo.page.locator("#action-toggle").is_visible() == javascript
        assert mo.page.get_by_role("checkbox", name="Select the assessment of EX1001").is_visible()


def opens_the_record_of(manager: Visitor, la_child_id: str) -> None:
    with manager.page.expect_navigation():
        manager.page.get_by_role("link", name=la_child_id).first.click()


def opens_everything(manager: Visitor) -> None:
    manager.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


def comments_on(manager: Visitor, code: str, text: str) -> None:
    manager.page.get_by_label(f"Comment on {code}").fill(text)
