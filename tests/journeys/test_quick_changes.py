"""Several changes before the first is answered: each is carried out, or the page says why not."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from tests import people as given
from tests.journeys.visitor import Visitor

AT_ONCE = """selectors => {
    for (const selector of selectors) document.querySelector(`#factors ${selector}`).click();
}"""
TYPE_AT_ONCE = """([code, ...texts]) => {
    document.getElementById(`code-${code}`).click();
    const typed = document.getElementById("find");
    for (const text of texts) {
        typed.value = text;
        document.querySelector("[value=typed]").click();
    }
}"""


def presses_at_once(ada: Visitor, *selectors: str) -> None:
    """Within one task of the browser, so that no response comes between."""
    codes = ada.page.locator("[name=codes]").evaluate_all("boxes => boxes.map(box => box.value)")
    ada.page.evaluate(AT_ONCE, [f"#code-{each}" if each in codes else each for each in selectors])


def is_saved(ada: Visitor, draft, *codes: str) -> None:
    ada.waits_until_saved()
    ada.sees_ticked(*codes)
    draft.refresh_from_db()
    assert draft.codes == list(codes)


def test_a_conflict_is_shown_whatever_changed_meanwhile(ada, draft):
    given.record(draft, "3A")
    presses_at_once(ada, "21", "9A", "9A")
    expect(ada.page.locator("#conflict")).to_be_focused()
    ada.sees("This assessment was changed by you at")
    expect(ada.page.locator("#state")).to_contain_text("Not saved")
    # More of it is no request that goes on and on.
    ada.unticks("21")
    ada.ticks("21")
    expect(ada.page.locator("#factors[data-save-state=conflict]")).to_have_count(1)
    ada.chooses("What this page has")
    ada.presses_in_place("Save these choices")
    is_saved(ada, draft, "21")


def test_quick_changes_to_a_submitted_assessment_show_that_it_is_closed(ada, draft):
    given.submit(draft, "3A")
    presses_at_once(ada, "4B", "16A")
    expect(ada.page.locator("#state")).to_contain_text("this assessment is not with you any more")
    ada.sees_ticked("4B", "16A")


def test_a_button_acts_on_the_selection_at_the_time_it_was_pressed(ada, draft):
    ada.page.evaluate(TYPE_AT_ONCE, ["3A", "4b", "6b"])
    is_saved(ada, draft, "3A", "4B", "6B")
    ada.box("21").click()
    ada.page.locator("[name=instead]").last.click()
    expect(ada.page.locator("[name=undo]").first).to_be_visible()
    presses_at_once(ada, "21", "[name=undo]", "16A")
    is_saved(ada, draft, "3A", "4B", "6B", "16A")


def test_ticking_21_and_unticking_the_others_at_once_records_21(ada, draft):
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


def test_text_typed_on_a_slow_network_is_saved(ada, draft):
    ada.page.clock.install()
    ada.opens_factors(draft)
    held: list[Route] = []
    ada.page.route("**/autosave/", lambda route: held.append(route), times=1)
    with ada.page.expect_request("**/autosave/"):
        ada.ticks("20")
    ada.page.get_by_label("Describe what was found").press_sequentially("Debts")
    ada.page.clock.fast_forward(1000)
    held.pop().continue_()
    is_saved(ada, draft, "20")
    assert draft.other_description == "Debts"


TYPES_WHILE_IT_MOVES = """([box, text, words]) => {
    document.getElementById(`code-${box}`).click();
    const typed = document.getElementById(text);
    typed.focus();
    typed.value = words;
    typed.setSelectionRange(5, 5);
    typed.dispatchEvent(new InputEvent("input", {bubbles: true}));
}"""


def test_typed_text_moves_with_its_question_to_another_code(ada, draft):
    """With 3C the question is beside 3C; with 3B too, beside 3B, and moves there during typing."""
    ada.ticks("3C")
    ada.waits_until_saved()
    ada.page.evaluate(TYPES_WHILE_IT_MOVES, ["3B", "text-child-as-victim", "she was at school"])
    moved = ada.page.locator("#beside-3B textarea")
    expect(moved).to_have_value("she was at school")
    expect(ada.page.locator("#beside-3C")).to_be_empty()
    expect(moved).to_be_focused()
    assert moved.evaluate("box => box.selectionStart") == 5
    # No letter that follows presses a key of the page.
    ada.page.keyboard.type("ncds")
    expect(moved).to_have_value("she wncdsas at school")
    # It comes back with its question.
    ada.unticks("3B")
    ada.unticks("3C")
    expect(ada.page.locator("#beside-3C")).to_be_empty()
    ada.ticks("3C")
    expect(ada.page.locator("#beside-3C textarea")).to_have_value("she wncdsas at school")


def test_a_description_is_kept_when_the_density_changes_while_20_is_not_selected(ada, draft):
    ada.ticks("20")
    ada.enters("Describe what was found, in a few words", "Hoarding")
    ada.waits_until_saved()
    ada.unticks("20")
    ada.presses_in_place("Show key points only")
    expect(ada.page.get_by_role("button", name="Show full guidance")).to_be_visible()
    ada.ticks("20")
    ada.waits_until_saved()
    draft.refresh_from_db()
    assert (draft.codes, draft.other_description) == (["20"], "Hoarding")


def test_only_text_that_is_no_code_stays_in_its_box(ada, draft):
    box = ada.page.locator("#find")
    box.fill("3a 99")
    ada.page.keyboard.press("Enter")
    expect(ada.box("3A")).to_be_checked()
    expect(box).to_have_value("99")
    ada.presses_in_place("Remove 3A Domestic Abuse, the child")
    expect(ada.box("3A")).not_to_be_checked()
    ada.presses("Save and continue")
    ada.sees_heading("Check answers")
    assert given.codes_of(draft) == []


def test_a_corrected_error_disappears_from_the_page(ada, draft):
    given.record(draft, "6B")
    ada.opens_factors(draft)
    ada.page.locator("#text-young-carer").fill("An aunt provides the care")
    ada.presses("Save and continue")
    assert ada.page.title().startswith("Error: ")
    ada.page.locator("#answer-young-carer").click()
    expect(ada.page.locator("#error-summary, #not-saved")).to_have_count(0)
    assert not ada.page.title().startswith("Error: ")


def test_undo_stays_while_only_the_appearance_of_the_page_changes(ada, draft):
    ada.ticks("3A", "4B")
    ada.waits_until_saved()
    ada.box("21").click()
    ada.page.locator("#beside-21").get_by_role("button", name="Remove the 2 factors").click()
    undo = ada.page.locator("#typed-answer").get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    ada.presses_in_place("Show key points only")
    expect(ada.page.get_by_role("button", name="Show full guidance")).to_be_visible()
    undo.click()
    expect(ada.box("3A")).to_be_checked()
    ada.waits_until_saved()
    assert given.codes_of(draft) == ["3A", "4B"]


def test_what_a_button_selects_is_announced(ada, draft):
    ada.ticks("13A")
    ada.waits_until_saved()
    ada.presses_in_place("Add 24A Child criminal exploitation")
    announcement = ada.page.locator("#announcement")
    expect(announcement).to_contain_text("Selected: Child criminal exploitation")


def test_a_findings_button_removes_its_code(ada, draft):
    ada.ticks("8B", "8C")
    finding = ada.page.locator("#finding-private-fostering-one-kind")
    finding.get_by_role("button", name="Remove 8C").click()
    expect(ada.box("8C")).not_to_be_checked()
    ada.waits_until_saved()
    assert given.codes_of(draft) == ["8B"]
