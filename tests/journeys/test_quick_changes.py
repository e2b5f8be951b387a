"""Several things done before the first is answered: each is carried out, or told."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from tests import people as given
from tests.journeys.visitor import Visitor

AT_ONCE = """selectors => {
    for (const selector of selectors) document.querySelector(`#factors ${selector}`).click();
}"""
TYPE_AT_ONCE = """([code, ...texts]) => {
    document.getElementById(`code-${code}`).click();
    const typed = document.getElementById("typed");
    for (const text of texts) {
        typed.value = text;
        document.querySelector("[value=typed]").click();
    }
}"""


def presses_at_once(ada: Visitor, *selectors: str) -> None:
    """Within one task of the browser, so that no answer comes between."""
    codes = ada.page.locator("[name=codes]").evaluate_all("boxes => boxes.map(box => box.value)")
    ada.page.evaluate(AT_ONCE, [f"#code-{each}" if each in codes else each for each in selectors])


def is_saved(ada: Visitor, draft, *codes: str) -> None:
    ada.waits_until_saved()
    ada.sees_ticked(*codes)
    draft.refresh_from_db()
    assert draft.codes == list(codes)


def test_a_conflict_is_shown_however_much_was_done_meanwhile(ada, draft):
    given.record(draft, "3A")
    presses_at_once(ada, "4B", "16A")
    expect(ada.page.locator("#conflict")).to_be_focused()
    ada.sees("This assessment was changed by you at")
    expect(ada.page.locator("#conflict tbody tr")).to_have_count(3)
    expect(ada.page.locator("#state")).to_contain_text("Not saved")
    # More of it is no request that goes on and on.
    ada.ticks("9A")
    expect(ada.page.locator("#factors[data-work=conflict]")).to_have_count(1)
    ada.presses_in_place("Save these choices")
    is_saved(ada, draft, "4B", "9A", "16A")


def test_an_assessment_that_was_taken_away_says_so_to_quick_hands(ada, draft):
    given.submit(draft, "3A")
    presses_at_once(ada, "4B", "16A")
    expect(ada.page.locator("#state")).to_contain_text("this assessment is not with you any more")
    ada.sees_ticked("4B", "16A")


def test_a_button_asks_of_the_page_as_it_was_when_it_was_pressed(ada, draft):
    ada.page.evaluate(TYPE_AT_ONCE, ["3A", "4b", "6b"])
    is_saved(ada, draft, "3A", "4B", "6B")
    ada.box("21").click()
    ada.page.locator("[name=instead]").last.click()
    expect(ada.page.locator("[name=undo]").first).to_be_visible()
    presses_at_once(ada, "21", "[name=undo]", "16A")
    is_saved(ada, draft, "3A", "4B", "6B", "16A")


def test_21_ticked_and_what_it_stood_with_unticked_at_once_is_21(ada, draft):
    presses_at_once(ada, "3A")
    is_saved(ada, draft, "3A")
    presses_at_once(ada, "21", "3A")
    is_saved(ada, draft, "21")
    presses_at_once(ada, "4B", "21")
    is_saved(ada, draft, "4B")


def test_the_density_changes_whatever_is_ticked_meanwhile(ada, draft):
    presses_at_once(ada, "[name=density]", "[name=density]", "3A")
    expect(ada.page.get_by_role("button", name="Show full guidance")).to_be_visible()
    is_saved(ada, draft, "3A")


def test_a_pause_in_typing_that_ends_on_a_slow_network_is_saved(ada, draft):
    ada.page.clock.install()
    ada.opens_factors(draft)
    held: list[Route] = []
    ada.page.route("**/working/", lambda route: held.append(route), times=1)
    with ada.page.expect_request("**/working/"):
        ada.ticks("20")
    ada.page.get_by_label("Describe what was found").press_sequentially("Debts")
    ada.page.clock.fast_forward(1000)
    held.pop().continue_()
    is_saved(ada, draft, "20")
    assert draft.other_description == "Debts"
