"""The keyboard alone: everything can be reached, with a visible focus, and used."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from assessments.models import Status
from tests import people as given
from tests.journeys.conftest import WIDE
from tests.journeys.states.recording import all_but_solitary_codes
from tests.journeys.visitor import Visitor

MOST_TABS = 130
FOCUSED = """() => {
    const box = document.activeElement;
    if (box === document.body) return null;
    const YELLOW = "rgb(255, 221, 0)";
    const shown = style => style.boxShadow !== "none" || style.backgroundColor === YELLOW || (
        style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0
        && !/, 0\\)$|transparent/.test(style.outlineColor));
    const label = box.labels && box.labels[0];
    const place = box.getBoundingClientRect(), line = box.getClientRects()[0];
    const hit = document.elementFromPoint(
        (line.left + line.right) / 2, (line.top + line.bottom) / 2);
    return {
        name: box.outerHTML.slice(0, 120),
        seen: shown(getComputedStyle(box))
            || [...box.querySelectorAll(".govuk-details__summary-text")].some(
                words => shown(getComputedStyle(words)))
            || (label && shown(getComputedStyle(label, "::before"))) || false,
        inView: place.bottom > 0 && place.top < innerHeight
            && place.right > 0 && place.left < innerWidth,
        covered: hit !== null && !box.contains(hit) && !hit.contains(box)
            && !(label && label.contains(hit)),
    };
}"""


def tab_to(visitor: Visitor, target: Locator) -> None:
    """Press Tab until the target has the focus."""
    for _ in range(MOST_TABS):
        visitor.page.keyboard.press("Tab")
        if target.evaluate("box => box === document.activeElement"):
            return
    pytest.fail(f"{target} is not reached with Tab")


def button(visitor: Visitor, name: str) -> Locator:
    return visitor.page.get_by_role("button", name=name, exact=True).last


def test_from_the_list_to_submission_without_a_mouse(people, at_a_browser, javascript):
    draft = given.start(people.ada)
    ada = at_a_browser(people.ada, javascript=javascript)
    keyboard = ada.page.keyboard
    ada.opens("/assessments/")
    tab_to(ada, ada.page.get_by_role("link", name="EX1001"))
    keyboard.press("Enter")
    ada.sees_heading("Select the factors identified")

    for code in ("2B", "16A", "10A", "24A"):
        tab_to(ada, ada.box(code))
        keyboard.press("Space")
        expect(ada.box(code)).to_be_checked()
    tab_to(ada, button(ada, "Save and continue"))
    keyboard.press("Enter")

    ada.sees_heading("Check answers")
    tab_to(ada, ada.page.get_by_role("radio").first)
    keyboard.press("ArrowDown")
    expect(ada.page.get_by_role("radio", name="Early help")).to_be_checked()
    tab_to(ada, button(ada, "Submit to Mo Harbour"))
    keyboard.press("Enter")

    ada.sees_heading("Submitted")
    draft.refresh_from_db()
    assert draft.status == Status.SUBMITTED
    assert draft.codes == ["2B", "10A", "16A", "24A"]
    assert draft.outcome == "early_help"


def test_enter_in_a_checkbox_saves_and_removes_nothing(people, at_a_browser, javascript):
    draft = given.record(given.start(people.ada), "1A", "3A", "11A")
    ada = at_a_browser(people.ada, javascript=javascript)
    ada.opens_factors(draft)
    ada.ticks("16A")
    ada.box("16A").press("Enter")
    ada.sees_heading("Check answers")
    draft.refresh_from_db()
    assert draft.codes == ["1A", "3A", "11A", "16A"]


def test_enter_in_an_answer_adds_no_code_and_submits_nothing(people, at_a_browser, javascript):
    draft = given.record(given.start(people.ada), "6B", "13A")
    ada = at_a_browser(people.ada, javascript=javascript)
    ada.opens_check(draft)
    chosen = ada.page.get_by_role("radio", name="Early help")
    chosen.check()
    chosen.press("Enter")
    ada.sees("Saved. Nothing is sent until you submit it.")
    draft.refresh_from_db()
    assert draft.codes == ["6B", "13A"]
    assert (draft.status, draft.outcome) == (Status.DRAFT, "early_help")
    assert not draft.answers.exists()


def test_the_skip_links_move_the_focus_past_the_skipped_part(people, at_a_browser, javascript):
    draft = given.start(people.ada)
    ada = at_a_browser(people.ada, javascript=javascript)
    keyboard = ada.page.keyboard
    ada.opens("/assessments/")
    keyboard.press("Tab")
    expect(ada.focused()).to_have_text("Skip to main content")
    expect(ada.focused()).to_be_in_viewport(ratio=1)
    keyboard.press("Enter")
    keyboard.press("Tab")
    expect(ada.page.locator("main :focus")).to_have_count(1)

    ada.opens_factors(draft)
    skips = ada.page.get_by_role("link", name="Skip to ")
    for number in range(1, skips.count()):
        ada.opens_factors(draft)
        tab_to(ada, skips.nth(number))
        expect(skips.nth(number)).to_be_in_viewport(ratio=1)
        domain = ada.page.locator(skips.nth(number).get_attribute("href") or "")
        keyboard.press("Enter")
        keyboard.press("Tab")
        expect(domain.locator(":focus")).to_have_count(1)


def pages_of(people) -> list[str]:
    draft = given.record(given.start(people.ada), "1A", "3B", "13A", "20")
    base = f"/assessments/{draft.reference}"
    child = draft.episode.child.reference
    return [
        "/assessments/",
        f"/assessments/start/{child}/",
        f"{base}/",
        f"{base}/factors/",
        f"{base}/check/",
        f"{base}/cancel/",
        "/guidance/3A/",
        "/account/password/",
    ]


def test_the_focused_element_is_never_covered(people, at_a_browser):
    """In a low window too, where the panel beside the factors scrolls by itself."""
    ada = at_a_browser(people.ada, viewport={"width": WIDE, "height": 500})
    for path in pages_of(people):
        ada.opens(path)
        names = []
        for _ in range(MOST_TABS):
            ada.page.keyboard.press("Tab")
            focused = ada.page.evaluate(FOCUSED)
            if focused is None:
                break
            assert focused["seen"], f"{path}: {focused['name']}"
            assert focused["inView"], f"{path}: {focused['name']}"
            assert not focused["covered"], f"{path}: {focused['name']}"
            names.append(focused["name"])
        assert len(names) > 5, path


def test_the_save_buttons_stay_in_view_however_much_is_selected(people, at_a_browser):
    draft = given.record(given.start(people.ada), *all_but_solitary_codes())
    ada = at_a_browser(people.ada)
    ada.opens_factors(draft)
    ada.page.locator("#code-24A").scroll_into_view_if_needed()
    expect(ada.page.locator(".app-panel__save button").first).to_be_in_viewport(ratio=1)


def test_an_error_summary_takes_the_focus(people, at_a_browser):
    ada = at_a_browser(people.ada)
    ada.opens("/assessments/start/")
    ada.presses("Continue")
    expect(ada.page.locator("#error-summary")).to_be_focused()
    ada.page.keyboard.press("Tab")
    ada.page.keyboard.press("Enter")
    expect(ada.page.get_by_label("Child id")).to_be_focused()
