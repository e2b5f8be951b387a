"""Each change is saved, whatever fails meanwhile; nothing is lost and nothing overwritten."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Route, expect

from tests import people as given
from tests.journeys.conftest import serving
from tests.journeys.visitor import Visitor

WOULD_WARN = """() => !dispatchEvent(new Event("beforeunload", {cancelable: true}))"""


def sees_not_saved(ada, words: str) -> None:
    expect(ada.page.locator("#state")).to_contain_text(f"Not saved: {words}")
    assert ada.page.evaluate(WOULD_WARN)


def is_saved(ada, draft, *codes: str) -> None:
    ada.waits_until_saved()
    assert not ada.page.evaluate(WOULD_WARN)
    ada.sees_ticked(*codes)
    assert given.codes_of(draft) == list(codes)


def test_nothing_is_lost_while_the_network_is_down(ada, draft):
    ada.loses_answers()
    ada.context.set_offline(True)
    ada.ticks("3A")
    sees_not_saved(ada, "there is no answer from the server")
    ada.ticks("4B")
    ada.unticks("3A")
    # To leave the page now would lose what is ticked: it stays, and goes on when all is saved.
    ada.presses_in_place("Save and continue")
    ada.sees_heading("Select the factors identified")
    assert given.codes_of(draft) == []
    ada.context.set_offline(False)
    ada.sees_heading("Check answers")
    assert given.codes_of(draft) == ["4B"]


def test_quick_changes_on_a_slow_network_are_sent_one_at_a_time(ada, draft):
    session = ada.context.new_cdp_session(ada.page)
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 150, "downloadThroughput": -1, "uploadThroughput": -1},
    )
    under_way, most, posted = set(), [0], []

    def began(request) -> None:
        if request.url.endswith("/autosave/"):
            under_way.add(request)
            most[0] = max(most[0], len(under_way))
            posted.append(parse_qs(request.post_data).get("codes", []))

    ada.page.on("request", began)
    ada.page.on("response", lambda response: under_way.discard(response.request))
    for code in ("1A", "2B", "3A", "3B", "4B", "13A", "16A"):
        ada.ticks(code)
    ada.unticks("2B", "13A")
    # Pressed at once, it waits for what is under way.
    ada.presses("Save and continue")
    ada.sees_heading("Check answers")
    assert given.codes_of(draft) == ["1A", "3A", "3B", "4B", "16A"]
    assert most == [1]
    # The newest state wins: what was passed over is not sent.
    assert 2 <= len(posted) < 9
    assert set(posted[-1]) == {"1A", "3A", "3B", "4B", "16A"}


def test_a_server_that_is_restarted_carries_on(people, browser, draft):
    with serving() as address:
        ada = Visitor(browser, address)
        ada.is_signed_in(people.ada)
        ada.opens_factors(draft)
        ada.ticks("3A")
        is_saved(ada, draft, "3A")
    ada.loses_answers()
    ada.ticks("4B")
    sees_not_saved(ada, "there is no answer from the server")
    with serving(port=urlsplit(address).port):
        is_saved(ada, draft, "3A", "4B")
        assert ada.goes_away() == []


def test_a_request_whose_response_was_lost_is_retried_and_recorded_once(ada, draft):
    ada.loses_answers()
    lost = []

    def lose(route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch())
            route.abort()

    ada.page.route("**/autosave/", lose)
    ada.ticks("3A")
    sees_not_saved(ada, "there is no answer from the server")
    assert given.codes_of(draft) == ["3A"]
    ada.ticks("4B")
    is_saved(ada, draft, "3A", "4B")
    assert draft.version == 3


def test_saving_goes_on_after_signing_in_again_in_another_tab(people, ada, draft):
    ada.loses_answers()
    ada.ticks("3A")
    is_saved(ada, draft, "3A")
    ada.is_signed_out_by_time()
    ada.ticks("4B", "20")
    sees_not_saved(ada, "you have been signed out. What you selected stays here")
    assert given.codes_of(draft) == ["3A"]
    with ada.context.expect_page() as opened:
        ada.page.get_by_role("link", name="Sign in again (opens in a new tab)").click()
    other = ada.opens_another_tab()
    other.page.close()
    other.page = opened.value
    other.signs_in(people.ada)
    other.sees_heading("You are signed in again")
    other.page.close()
    ada.page.bring_to_front()
    is_saved(ada, draft, "3A", "4B", "20")


def test_two_tabs_are_shown_the_differences_and_choose_code_by_code(ada, draft):
    other = ada.opens_another_tab()
    other.opens_factors(draft)
    ada.ticks("3A", "4B")
    is_saved(ada, draft, "3A", "4B")
    other.ticks("16A")
    expect(other.page.locator("#conflict")).to_be_focused()
    rows = other.page.locator("#conflict tbody tr")
    expect(rows).to_have_count(3)
    assert given.codes_of(draft) == ["3A", "4B"]
    # While it is not decided, a tick overwrites nothing.
    other.ticks("20")
    other.unticks("20")
    assert other.page.evaluate(WOULD_WARN)
    # Nor is anything else carried out, and the page is not left.
    for button in ("Save and continue", "Show key points only"):
        other.page.get_by_role("button", name=button).first.click()
        expect(other.page.locator("#conflict")).to_be_focused()
        announcement = other.page.locator("#announcement")
        expect(announcement).to_contain_text("Not done: say first what to record")
    # A choice and its box are one.
    other.unticks("16A")
    expect(rows.filter(has_text="16A").get_by_label("No")).to_be_checked()
    other.ticks("16A")
    rows.filter(has_text="3A Domestic Abuse").get_by_label("Yes").check()
    expect(other.box("3A")).to_be_checked()
    assert given.codes_of(draft) == ["3A", "4B"]
    other.presses_in_place("Save these choices")
    expect(other.page.locator("#conflict")).to_have_count(0)
    is_saved(other, draft, "3A", "16A")
    # The first tab in turn.
    ada.ticks("9A")
    expect(ada.page.locator("#conflict")).to_be_visible()
    ada.follows("use what is saved instead")
    ada.sees_ticked("3A", "16A")


def test_an_assessment_submitted_meanwhile_shows_that_it_is_closed(people, ada, draft):
    ada.ticks("3A")
    is_saved(ada, draft, "3A")
    given.submit(draft, "3A", "4B")
    ada.ticks("16A")
    expect(ada.page.locator("#state")).to_contain_text(
        "Not saved: this assessment is not with you any more"
    )
    expect(ada.box("1A")).to_be_disabled()
    assert given.codes_of(draft) == ["3A", "4B"]


def test_text_typed_during_a_request_is_saved_too(ada, draft):
    held: list[Route] = []
    ada.page.route("**/autosave/", lambda route: held.append(route))
    with ada.page.expect_request("**/autosave/"):
        ada.ticks("20")
    description = ada.page.get_by_label("Describe what was found, in a few words")
    description.press_sequentially("Debts")
    assert ada.page.evaluate(WOULD_WARN)
    held.pop().continue_()
    ada.page.unroute("**/autosave/")
    is_saved(ada, draft, "20")
    assert draft.other_description == "Debts"
    # It is saved by a pause, without leaving the box.
    expect(description).to_be_focused()


def test_unsaved_reasons_and_notes_are_listed_until_their_buttons_are_pressed(ada, draft):
    page = ada.page
    ada.ticks("13A", "6B")
    ada.waits_until_saved()
    reason = page.get_by_label("Or give the reason")
    note = page.locator("#beside-6B").get_by_role("textbox")
    reason.fill("No sign of it")
    assert page.evaluate(WOULD_WARN)
    expect(page.locator("#state")).to_contain_text("Not yet: what you typed beside 13A.")
    note.fill("Asked the school")
    ada.ticks("1A")
    # The answer to something else takes neither for saved.
    expect(page.locator("#selected")).to_contain_text("1A")
    expect(page.locator("#state")).to_contain_text("Not yet: what you typed beside")
    expect(page.locator("#factors")).to_have_attribute("data-save-state", "open")
    assert page.evaluate(WOULD_WARN)
    page.get_by_role("button", name="Save the reason").click()
    expect(page.locator("#beside-13A summary")).to_be_visible()
    expect(page.locator("#state")).to_contain_text("Not yet: what you typed beside 6B.")
    expect(note).to_have_value("Asked the school")
    page.locator("#beside-6B").get_by_role("button", name="Considered: not in this case").click()
    is_saved(ada, draft, "1A", "6B", "13A")
    assert [answer.text for answer in draft.answers.order_by("pk")] == [
        "No sign of it",
        "Asked the school",
    ]


def test_leaving_right_after_ticking_21_waits_for_the_choice(ada, draft):
    ada.ticks("3A")
    is_saved(ada, draft, "3A")
    save = "document.querySelector('.app-panel__save [value=check]')"
    ada.page.evaluate(f"() => {{ document.getElementById('code-21').click(); {save}.click(); }}")
    offer = ada.page.locator("#typed-answer").get_by_role("button", name="Remove the 1 factor")
    offer.click()
    undo = ada.page.locator("#typed-answer").get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    is_saved(ada, draft, "21")
    undo.click()
    is_saved(ada, draft, "3A")
    ada.sees_heading("Select the factors identified")
