"""A worker answers a manager's questions in words, and the manager reads the answers."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Route, expect

from assessments.models import Assessment, Reply, Status
from tests import people as given
from tests.journeys.accessibility import assert_no_axe_violations
from tests.journeys.visitor import Visitor
from tests.people import People

WOULD_WARN = "!dispatchEvent(new Event('beforeunload', { cancelable: true }))"


@pytest.fixture
def draft(people: People) -> Assessment:
    """3A and 4B, returned with a question about 4B and one about 13A, which is missed."""
    sent = given.submit(given.start(people.ada), "3A", "4B")
    pinned = {"4B": "How does it affect her?", "13A": "What of the gang?"}
    return given.return_it(sent, people.mo, "See my questions", pinned=pinned)


def comment(visitor: Visitor, key: str) -> Locator:
    return visitor.page.locator(f"#asked-{key}")


def types_reply(visitor: Visitor, key: str, text: str) -> None:
    """In the box below the comment, once it is open."""
    box = comment(visitor, key).get_by_role("textbox")
    if not box.is_visible():
        visitor.page.locator(f"#reply-to-{key}").click()
    box.fill(text)


def replies() -> list[tuple[str, str]]:
    return list(Reply.objects.order_by("pk").values_list("code", "text"))


def test_questions_are_answered_and_the_answers_are_read_under_them(
    people: People, at_a_browser, draft, javascript
):
    ada = at_a_browser(people.ada, javascript=javascript)
    ada.opens("/assessments/")
    ada.follows("EX1001")
    types_reply(ada, "4B", "Some days nobody\ngets her up.")
    save = comment(ada, "4B").get_by_role("button")
    if javascript:
        save.click()
        expect(comment(ada, "4B").locator(".app-reply")).to_contain_text("Some days nobody")
    else:
        ada.ticks("16A")
        with ada.page.expect_navigation():
            save.click()
        ada.sees_ticked("3A", "4B", "16A")
        expect(comment(ada, "4B").locator(".app-reply")).to_contain_text("Some days nobody")
    ada.presses("Save and continue")
    types_reply(ada, "13A", "He left it in the spring.")
    ada.presses("Submit to Mo Harbour")
    ada.sees_heading("Submitted")

    mo = at_a_browser(people.mo)
    mo.opens("/admin/assessments/assessment/")
    mo.sees("2 of 3 comments replied to")
    mo.opens(f"/admin/assessments/assessment/{draft.reference}/change/")
    asked = mo.page.locator(".review-changes")
    expect(asked).to_contain_text("What of the gang?")
    expect(asked).to_contain_text("Ada Winter replied: He left it in the spring.")
    requests = mo.page.locator(".review-request")
    expect(requests.last).to_contain_text("How does it affect her?")
    expect(requests.last).to_contain_text("Ada Winter replied: Some days nobody")
    assert_no_axe_violations(mo.page, "review_page_with_replies")


def test_a_reply_is_saved_by_its_button_and_the_rest_of_the_page_stays(ada, draft):
    types_reply(ada, "13A", "Half of a repl")
    types_reply(ada, "4B", "Some days")
    save = comment(ada, "4B").get_by_role("button")
    save.click()
    expect(comment(ada, "4B").locator(".app-reply")).to_contain_text("Some days")
    expect(comment(ada, "4B").get_by_text("Change the reply")).to_be_visible()
    expect(ada.page.locator("#reply-to-4B")).to_be_focused()
    expect(ada.page.locator("#announcement")).to_contain_text("Your reply is saved.")
    expect(comment(ada, "13A").get_by_role("textbox")).to_have_value("Half of a repl")
    expect(ada.page.locator("#state")).to_contain_text("Not yet: your reply on 13A.")
    assert ada.page.evaluate(WOULD_WARN)
    ada.ticks("16A")
    expect(ada.page.locator("#selected")).to_contain_text("16A")
    expect(ada.page.locator("#state")).to_contain_text("Not yet: your reply on 13A.")
    comment(ada, "13A").get_by_role("button").click()
    expect(comment(ada, "13A").locator(".app-reply")).to_contain_text("Half of a repl")
    ada.waits_until_saved()
    assert not ada.page.evaluate(WOULD_WARN)
    assert replies() == [("4B", "Some days"), ("13A", "Half of a repl")]


def test_what_is_typed_and_ticked_while_a_reply_is_saved_stays(ada, draft):
    held: list[Route] = []
    ada.page.route("**/autosave/", lambda route: held.append(route))
    types_reply(ada, "4B", "Some days")
    with ada.page.expect_request("**/autosave/"):
        comment(ada, "4B").get_by_role("button").click()
    types_reply(ada, "4B", "Some days, and most weekends")
    ada.ticks("16A")
    held.pop().continue_()
    ada.page.unroute("**/autosave/")
    expect(comment(ada, "4B").locator(".app-reply")).to_contain_text("Some days")
    expect(comment(ada, "4B").get_by_role("textbox")).to_have_value("Some days, and most weekends")
    expect(comment(ada, "4B").get_by_role("textbox")).to_be_visible()
    expect(ada.page.locator("#selected")).to_contain_text("16A")
    expect(ada.page.locator("#state")).to_contain_text("Not yet: your reply on 4B.")
    assert replies() == [("4B", "Some days")]


def test_a_reply_to_an_earlier_return_stays_in_its_box(ada, draft, people):
    types_reply(ada, "4B", "Some days")
    given.return_it(given.submit(draft), people.mo, pinned={"4B": "And at weekends?"})
    comment(ada, "4B").get_by_role("button").click()
    expect(ada.page.locator("#saved")).to_contain_text("Not saved: your reply.")
    expect(comment(ada, "4B")).to_contain_text("How does it affect her?")
    expect(comment(ada, "4B").get_by_role("textbox")).to_have_value("Some days")
    assert replies() == []


def test_a_typed_reply_is_saved_on_the_way_to_check_answers(ada, draft):
    types_reply(ada, "general", "Done")
    ada.ticks("16A")
    ada.presses("Save and continue")
    expect(comment(ada, "general").locator(".app-reply")).to_contain_text("Done")
    assert replies() == [("", "Done")]


def test_an_empty_reply_is_refused_beside_its_box(ada, draft):
    types_reply(ada, "4B", " ")
    comment(ada, "4B").get_by_role("button").click()
    expect(comment(ada, "4B").locator(".govuk-error-message")).to_contain_text("Enter your reply")
    expect(comment(ada, "4B").get_by_role("textbox")).to_be_focused()


def test_a_reply_on_check_answers_is_saved_when_a_link_is_followed(
    people: People, at_a_browser, draft
):
    ada = at_a_browser(people.ada)
    ada.opens_check(draft)
    types_reply(ada, "4B", "Some days")
    assert ada.page.evaluate(WOULD_WARN)
    ada.follows("Back to the factors")
    ada.sees_heading("Select the factors identified")
    assert replies() == [("4B", "Some days")]


def test_submitting_nothing_new_is_asked_about_once(
    people: People, at_a_browser, draft, javascript
):
    ada = at_a_browser(people.ada, javascript=javascript)
    ada.opens_check(draft)
    ada.presses("Submit to Mo Harbour")
    ada.sees_heading("Submit it as it is?")
    ada.sees("returned this with 3 comments")
    ada.follows("Go back")
    ada.sees_heading("Check answers")
    ada.presses("Submit to Mo Harbour")
    ada.presses("Submit anyway")
    ada.sees_heading("Submitted")
    draft.refresh_from_db()
    assert draft.status == Status.SUBMITTED


def test_replies_by_the_keyboard_alone(ada, draft):
    ada.page.locator("#reply-to-4B").focus()
    ada.page.keyboard.press("Enter")
    ada.page.keyboard.press("Tab")
    expect(comment(ada, "4B").get_by_role("textbox")).to_be_focused()
    ada.page.keyboard.type("3 of 5 days")
    ada.page.keyboard.press("Tab")
    ada.page.keyboard.press("Enter")
    expect(comment(ada, "4B").locator(".app-reply")).to_contain_text("3 of 5 days")


def test_replies_are_printed_and_their_boxes_are_not(ada, draft):
    given.reply(draft, {"4B": "Some days"})
    ada.page.reload()
    types_reply(ada, "13A", "Nobody has seen this yet")
    ada.page.emulate_media(media="print")
    expect(comment(ada, "4B").locator(".app-reply")).to_be_visible()
    for box in comment(ada, "13A").get_by_role("textbox").all():
        expect(box).to_be_hidden()
