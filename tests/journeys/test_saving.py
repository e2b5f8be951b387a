"""Each change is saved, whatever fails meanwhile; nothing is lost and nothing overwritten."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Route, expect

from tests import people as given
from tests.journeys.conftest import serving
from tests.journeys.visitor import Visitor

CLICK_BOXES = "codes => codes.forEach(code => document.getElementById(`code-${code}`).click())"
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
    codes = ("1A", "2B", "3A", "3B", "4B", "13A", "16A", "2B", "13A")
    # Quicker than any answer, however fast the machine is.
    ada.page.evaluate(CLICK_BOXES, codes)
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


def test_two_tabs_are_merged_and_what_came_from_the_other_is_named_and_undone(ada, draft):
    other = ada.opens_another_tab()
    ada.ticks("3A", "9A")
    is_saved(ada, draft, "3A", "9A")
    other.opens_factors(draft)
    ada.unticks("9A")
    ada.ticks("4B")
    is_saved(ada, draft, "3A", "4B")
    other.ticks("16A")
    message = other.page.locator("#others-changes")
    expect(message.locator("li")).to_have_text(
        [
            "Added: 4B Mental health disorder, a parent or carer",
            "Removed: 9A Unaccompanied asylum seeker",
        ]
    )
    is_saved(other, draft, "3A", "4B", "16A")
    # The focus stays, and a screen reader is told.
    expect(other.box("16A")).to_be_focused()
    announcement = other.page.locator("#announcement")
    expect(announcement).to_contain_text("Also saved from another page. Added: 4B")
    # The message stays while one works on.
    other.ticks("1A")
    is_saved(other, draft, "1A", "3A", "4B", "16A")
    expect(message.locator("li")).to_have_count(2)
    message.get_by_role("button", name="Undo").click()
    expect(message).to_have_count(0)
    is_saved(other, draft, "1A", "3A", "9A", "16A")
    assert other.focused().count() == 1
    # The first tab in turn.
    ada.ticks("20")
    expect(ada.page.locator("#others-changes li")).to_have_count(4)
    is_saved(ada, draft, "1A", "3A", "9A", "16A", "20")
    ada.page.get_by_role("button", name="Hide this message").click()
    expect(ada.page.locator("#others-changes")).to_have_count(0)


def test_a_page_that_is_left_stays_until_what_came_from_another_was_seen(ada, draft):
    given.record(draft, "3A")
    ada.page.evaluate(
        """() => {
            document.getElementById("code-4B").click();
            document.querySelector(".app-panel__save [value=check]").click();
        }"""
    )
    expect(ada.page.locator("#others-changes")).to_be_focused()
    is_saved(ada, draft, "3A", "4B")
    ada.presses("Save and continue")
    ada.sees_heading("Check answers")


def test_what_clashes_is_chosen_and_nothing_is_preset(ada, draft):
    given.record(draft, "3A", "4B")
    ada.ticks("21")
    conflict = ada.page.locator("#conflict")
    expect(conflict).to_be_focused()
    radios = conflict.get_by_role("radio")
    expect(radios).to_have_count(2)
    expect(conflict.locator("input:checked")).to_have_count(0)
    assert given.codes_of(draft) == ["3A", "4B"]
    # While it is not decided, a tick overwrites nothing.
    ada.unticks("21")
    ada.ticks("21")
    assert ada.page.evaluate(WOULD_WARN)
    # Nor is anything else carried out, and the page is not left.
    for button in ("Save and continue", "Show key points only"):
        ada.page.get_by_role("button", name=button).first.click()
        expect(conflict).to_be_focused()
        announcement = ada.page.locator("#announcement")
        expect(announcement).to_contain_text("Not done: say first what to record")
    # Saved without choosing, it is refused beside the choice.
    ada.presses_in_place("Save these choices")
    ada.sees("Choose which factors to record")
    expect(radios.first).to_be_focused()
    assert given.codes_of(draft) == ["3A", "4B"]
    ada.chooses("What is saved")
    ada.presses_in_place("Save these choices")
    expect(conflict).to_have_count(0)
    is_saved(ada, draft, "3A", "4B")


def test_of_two_descriptions_the_chosen_one_is_put_into_the_box(ada, draft):
    given.record(draft, "20", "4B", description="Hoarding\nand debts")
    ada.page.reload()
    other = ada.opens_another_tab()
    other.opens_factors(draft)
    ada.enters("Describe what was found, in a few words", "Arson")
    is_saved(ada, draft, "4B", "20")
    other.enters("Describe what was found, in a few words", "Fire")
    expect(other.page.locator("#conflict")).to_be_focused()
    other.sees("Which description do you want to record?")
    values = other.page.locator(".app-clashes__value")
    expect(values).to_have_text(["Fire", "Arson"])
    assert given.codes_of(draft) == ["4B", "20"]
    assert draft.other_description == "Arson"
    other.chooses("What is saved")
    other.presses_in_place("Save these choices")
    is_saved(other, draft, "4B", "20")
    expect(other.page.get_by_label("Describe what was found")).to_have_value("Arson")
    assert draft.other_description == "Arson"


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
    reason = page.get_by_label("Or: why does 24A not apply?")
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
    expect(page.locator("#beside-13A summary")).to_contain_text("Explained:")
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
