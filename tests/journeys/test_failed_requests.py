"""Requests that fail: the page says why it is not saved, and goes on once it can be."""

from __future__ import annotations

import pytest
from django.conf import settings
from playwright.sync_api import Locator, Route, expect

from tests import people as given
from tests.journeys.visitor import Visitor

MORE_THAN_IS_READ = "x" * 1_100_000
TOO_LONG = "Not saved: what was pasted is too long to be sent. Shorten it."
COMES_BACK = """() => {
    dispatchEvent(new Event("focus"));
    document.dispatchEvent(new Event("visibilitychange"));
    dispatchEvent(new Event("online"));
}"""


def description_of(ada: Visitor) -> Locator:
    ada.loses_answers()
    ada.expects(400)
    ada.ticks("20")
    ada.waits_until_saved()
    return ada.page.get_by_label("Describe what was found, in a few words")


def posts_of(ada: Visitor) -> list[str]:
    """Collect what the page posts from now on."""
    posts: list[str] = []
    ada.page.on("request", lambda each: each.method == "POST" and posts.append(each.url))
    return posts


def test_what_is_too_long_to_be_sent_stays_and_is_saved_once_it_is_shortened(ada, draft):
    description = description_of(ada)
    description.fill(MORE_THAN_IS_READ)
    expect(ada.page.locator("#state")).to_have_text(TOO_LONG)
    expect(ada.page.locator("#announcement")).to_have_text(TOO_LONG)
    expect(ada.page.locator("#factors")).to_have_attribute("data-save-state", "refused")
    assert description.evaluate("box => box.value.length") == len(MORE_THAN_IS_READ)
    description.fill("Hoarding")
    ada.waits_until_saved()
    draft.refresh_from_db()
    assert (draft.codes, draft.other_description) == (["20"], "Hoarding")


def test_what_is_shortened_before_it_is_refused_is_saved(ada, draft):
    description = description_of(ada)
    held: list[Route] = []
    ada.page.route("**/autosave/", lambda route: held.append(route), times=1)
    with ada.page.expect_request("**/autosave/"):
        description.fill(MORE_THAN_IS_READ)
    description.fill("Hoarding")
    # The pause in typing is over before the answer is there.
    ada.page.wait_for_timeout(1000)
    held.pop().continue_()
    ada.waits_until_saved()
    draft.refresh_from_db()
    assert (draft.codes, draft.other_description) == (["20"], "Hoarding")


def test_coming_back_to_a_page_that_is_trying_again_sends_nothing_twice(ada, draft):
    ada.loses_answers()
    ada.page.route("**/autosave/", lambda route: route.abort(), times=1)
    ada.ticks("3A")
    expect(ada.page.locator("#state")).to_contain_text("there is no answer from the server")
    held: list[Route] = []
    ada.page.route("**/autosave/", lambda route: held.append(route), times=1)
    posts = posts_of(ada)
    with ada.page.expect_request("**/autosave/"):
        ada.page.evaluate(COMES_BACK)
    ada.page.evaluate(COMES_BACK)
    held.pop().continue_()
    ada.waits_until_saved()
    ada.ticks("4B")
    ada.waits_until_saved()
    assert len(posts) == 2
    assert given.codes_of(draft) == ["3A", "4B"]
    assert draft.version == 3


def test_coming_back_after_signing_in_again_sends_nothing_twice(people, ada, draft):
    ada.loses_answers()
    ada.is_signed_out_by_time()
    ada.ticks("3A")
    expect(ada.page.locator("#state")).to_contain_text("you have been signed out")
    ada.is_signed_in(people.ada)
    # The page's token is of the session that has ended.
    ada.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
    posts = posts_of(ada)
    ada.page.evaluate(COMES_BACK)
    ada.waits_until_saved()
    ada.ticks("4B")
    ada.waits_until_saved()
    assert len(posts) == 2
    assert given.codes_of(draft) == ["3A", "4B"]


def test_nothing_is_saved_under_somebody_else_who_signs_in(people, ada, draft):
    ada.loses_answers()
    ada.expects(404)
    ada.is_signed_out_by_time()
    ada.ticks("3A")
    expect(ada.page.locator("#state")).to_contain_text("you have been signed out")
    ada.is_signed_in(people.ben)
    ada.page.evaluate(COMES_BACK)
    expect(ada.page.locator("#state")).to_contain_text("somebody else has signed in here")
    expect(ada.box("1A")).to_be_disabled()
    ada.sees_ticked("3A")
    assert given.codes_of(draft) == []


def test_the_page_says_that_it_goes_on_once_it_is_saved(ada, draft):
    ada.loses_answers()
    ada.context.set_offline(True)
    ada.ticks("3A")
    expect(ada.page.locator("#state")).to_contain_text("there is no answer from the server")
    ada.presses_in_place("Save and continue")
    expect(ada.page.locator("#state")).to_contain_text("The page goes on once it is saved.")
    # Somebody who goes on working has not left.
    ada.ticks("4B")
    ada.context.set_offline(False)
    ada.waits_until_saved()
    ada.sees_heading("Select the factors identified")
    assert given.codes_of(draft) == ["3A", "4B"]


def test_what_is_ticked_while_the_page_is_left_is_saved_though_leaving_is_stopped(ada, draft):
    ada.ticks("3A")
    ada.waits_until_saved()
    ada.page.route("**/factors/", lambda route: route.abort("aborted"))
    with ada.page.expect_event("requestfailed"):
        ada.presses_in_place("Save and continue")
    ada.ticks("4B")
    ada.waits_until_saved()
    assert given.codes_of(draft) == ["3A", "4B"]


@pytest.mark.parametrize("status", [400, 404])
def test_what_a_proxy_answers_while_the_server_starts_again_ends_nothing(ada, draft, status: int):
    ada.expects(status)
    ada.page.route("**/autosave/", lambda route: route.fulfill(status=status, body="Not here"))
    ada.ticks("3A")
    expect(ada.page.locator("#state")).to_contain_text("there is no answer from the server")
    ada.page.unroute("**/autosave/")
    ada.page.evaluate(COMES_BACK)
    ada.waits_until_saved()
    assert given.codes_of(draft) == ["3A"]
