"""Answers that come after the person has gone on: what was done since is not lost or undone."""

from __future__ import annotations

from io import BytesIO
from threading import Event

import pytest
from playwright.sync_api import Route, expect

from cinfactors.wsgi import application
from tests import people as given
from tests.journeys.conftest import serving
from tests.journeys.visitor import Visitor


class SlowNetwork:
    """Holds back each change that the page sends until it is let through."""

    def __init__(self, visitor: Visitor) -> None:
        self.page = visitor.page
        self.held: list[Route] = []
        self.page.route("**/autosave/", lambda route: self.held.append(route))

    def holds_one(self) -> None:
        for _ in range(3000):
            if self.held:
                return
            self.page.wait_for_timeout(10)
        pytest.fail("The page has sent nothing.")

    def lets_one_through(self) -> None:
        self.holds_one()
        with self.page.expect_response("**/autosave/"):
            self.held.pop().continue_()

    def is_fast_again(self) -> None:
        self.lets_one_through()
        self.page.unroute("**/autosave/")


@pytest.fixture
def network(ada) -> SlowNetwork:
    return SlowNetwork(ada)


def test_the_page_shows_that_it_waits_for_a_slow_answer(ada, network):
    waiting = ada.page.locator("#factors[data-slow][data-save-state=saving]")
    ada.ticks("3A")
    expect(waiting).to_have_count(1)
    network.is_fast_again()
    ada.waits_until_saved()
    expect(waiting).to_have_count(0)


def test_21_waits_for_the_choice_although_its_answer_was_late(ada, draft, network):
    ada.ticks("3A")
    network.lets_one_through()
    ada.waits_until_saved()
    ada.box("21").click()
    network.holds_one()
    ada.ticks("4B")
    network.lets_one_through()
    expect(ada.page.locator("#beside-21")).to_be_empty()
    network.is_fast_again()
    offer = ada.page.locator("#beside-21").get_by_role("button", name="Remove the 2 factors")
    expect(offer).to_be_visible()
    ada.waits_until_saved()
    ada.sees_ticked("3A", "4B")
    assert given.codes_of(draft) == ["3A", "4B"]


def test_a_late_answer_shows_nothing_that_the_next_one_has_otherwise(ada, draft, network):
    selected = ada.page.locator("#selected li")
    ada.ticks("13A")
    network.holds_one()
    ada.ticks("24A")
    network.lets_one_through()
    network.holds_one()
    expect(selected).to_have_count(0)
    expect(ada.page.locator("#beside-13A")).to_be_empty()
    network.is_fast_again()
    expect(selected).to_have_count(2)
    ada.waits_until_saved()
    expect(ada.page.locator("#beside-13A")).to_be_empty()
    assert given.codes_of(draft) == ["13A", "24A"]


def test_leaving_waits_although_a_late_answer_says_that_it_is_closed(ada, draft, network):
    given.submit(draft, "3A")
    ada.ticks("4B")
    network.holds_one()
    ada.ticks("16A")
    network.lets_one_through()
    network.holds_one()
    ada.presses_in_place("Save and continue")
    network.is_fast_again()
    expect(ada.page.locator("#state")).to_contain_text("this assessment is not with you any more")
    expect(ada.box("1A")).to_be_disabled()
    ada.sees_ticked("4B", "16A")


def test_another_conflict_after_a_late_answer_is_focused(ada, draft, network):
    given.record(draft, "3A")
    ada.ticks("21")
    network.lets_one_through()
    conflict = ada.page.locator("#conflict")
    expect(conflict).to_be_focused()
    ada.chooses("What this page has")
    ada.presses_in_place("Save these choices")
    network.holds_one()
    ada.unticks("21")
    ada.ticks("20")
    ada.page.get_by_label("Describe what was found").fill("Debts")
    network.lets_one_through()
    network.holds_one()
    assert given.codes_of(draft) == ["21"]
    given.record(draft, "20", description="Hoarding")
    network.is_fast_again()
    expect(ada.page.locator("#factors[data-save-state=conflict]")).to_have_count(1)
    expect(conflict).to_be_focused()
    assert given.codes_of(draft) == ["20"]


def test_what_came_from_another_page_is_said_by_a_late_answer_too(ada, draft, network):
    given.record(draft, "3A")
    ada.ticks("4B")
    network.holds_one()
    ada.ticks("16A")
    network.lets_one_through()
    message = ada.page.locator("#others-changes li")
    expect(message).to_have_text(["Added: 3A Domestic Abuse, the child"])
    network.is_fast_again()
    ada.waits_until_saved()
    expect(message).to_have_count(1)
    ada.sees_ticked("3A", "4B", "16A")
    assert given.codes_of(draft) == ["3A", "4B", "16A"]


def test_a_text_that_is_typed_over_one_from_another_page_is_asked_about(ada, draft, network):
    given.record(draft, "20", description="Debts")
    ada.page.reload()
    draft.refresh_from_db()
    given.record(draft, "20", description="Hoarding")
    ada.ticks("4B")
    network.holds_one()
    box = ada.page.get_by_label("Describe what was found")
    box.fill("Arson")
    network.lets_one_through()
    expect(box).to_have_value("Arson")
    network.is_fast_again()
    ada.sees("Which description do you want to record?")
    expect(ada.page.locator(".app-clashes__value")).to_have_text(["Arson", "Hoarding"])
    assert given.codes_of(draft) == ["4B", "20"]
    assert draft.other_description == "Hoarding"


# Loaded again before the answer


class HeldAtTheServer:
    """The application, which takes posts of changes up only when they are let in."""

    def __init__(self) -> None:
        self.is_open, self.taken_up, self.waiting = Event(), 0, 0

    def __call__(self, environ, start_response):
        if environ["REQUEST_METHOD"] == "POST" and "catch_up" not in peeked(environ):
            self.waiting += 1
            assert self.is_open.wait(30)
            response = application(environ, start_response)
            self.taken_up += 1
            return response
        return application(environ, start_response)


def peeked(environ) -> str:
    """The body of a request, which the application can still read."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = BytesIO(body)
    return body.decode()


def a_tick_is_held_while_the_page_is_loaded_again(people, browser, draft, app) -> Visitor:
    """The page is there again, as it was; the tick is on its way still."""
    ada = Visitor(browser, app.address)
    ada.is_signed_in(people.ada)
    ada.page.on("dialog", lambda dialog: dialog.accept())
    ada.opens_factors(draft)
    ada.ticks("3A")
    while not app.waiting:
        ada.page.wait_for_timeout(10)
    ada.page.reload()
    return ada


def test_a_tick_is_there_although_the_page_was_loaded_again_at_once(people, browser, draft):
    app = HeldAtTheServer()
    with serving(app=app) as app.address:
        ada = a_tick_is_held_while_the_page_is_loaded_again(people, browser, draft, app)
        app.is_open.set()
        expect(ada.box("3A")).to_be_checked()
        ada.waits_until_saved()
        expect(ada.page.locator("#others-changes")).to_have_count(0)
        assert given.codes_of(draft) == ["3A"]
        ada.ticks("4B")
        ada.waits_until_saved()
        assert given.codes_of(draft) == ["3A", "4B"]
        assert draft.version == 3
        for message in ("#conflict", "#others-changes"):
            expect(ada.page.locator(message)).to_have_count(0)
        assert ada.goes_away() == []


def test_a_box_that_was_unticked_and_ticked_again_stays_ticked(people, browser, draft):
    given.record(draft, "3A", "4B")
    app = HeldAtTheServer()
    with serving(app=app) as app.address:
        ada = Visitor(browser, app.address)
        ada.is_signed_in(people.ada)
        ada.opens_factors(draft)
        ada.box("3A").uncheck()
        ada.box("3A").check()
        while not app.waiting:
            ada.page.wait_for_timeout(10)
        ada.page.goto("about:blank")
        app.is_open.set()
        while app.taken_up < 2:
            ada.page.wait_for_timeout(10)
        assert given.codes_of(draft) == ["3A", "4B"]


def test_a_change_before_the_one_on_its_way_arrived_is_no_conflict(people, browser, draft):
    app = HeldAtTheServer()
    with serving(app=app) as app.address:
        ada = a_tick_is_held_while_the_page_is_loaded_again(people, browser, draft, app)
        ada.ticks("4B")
        app.is_open.set()
        expect(ada.box("3A")).to_be_checked()
        ada.waits_until_saved()
        for message in ("#conflict", "#others-changes"):
            expect(ada.page.locator(message)).to_have_count(0)
        assert given.codes_of(draft) == ["3A", "4B"]
        assert ada.goes_away() == []
