"""What marks the current page and the focus."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import NARROW, WIDE
from tests.journeys.states.lists import thirty_drafts

LINKS = ".app-header a:visible, .app-header button:visible, .app-tabs a"
FOCUSED = """link => {
    link.focus();
    const range = document.createRange();
    range.selectNodeContents(link);
    const text = range.getBoundingClientRect();
    const box = link.getBoundingClientRect();
    const style = getComputedStyle(link);
    return [box.height - text.height, style.backgroundColor, link.textContent.trim()];
}"""
# In forced colours, the colour of what marks each item, beside whether it is the current one.
CURRENT_LINES = """selector => [...document.querySelectorAll(selector)].map(item => {
    const style = getComputedStyle(item);
    return [item.matches(":has([aria-current])"), style.borderBottomColor];
})"""


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("touch", [False, True])
def test_the_focus_is_no_taller_than_its_text(people, at_a_browser, draft, width, touch):
    ada = at_a_browser(people.ada, width=width, has_touch=touch, is_mobile=touch)
    for opened in ("/assessments/", f"/assessments/{draft.reference}/"):
        ada.opens(opened)
        if width == NARROW:
            ada.presses_in_place("Menu")
        links = ada.page.locator(LINKS).all()
        assert len(links) > 8
        for link in links:
            taller, colour, text = link.evaluate(FOCUSED)
            assert taller <= 1, text
            assert colour == "rgb(255, 221, 0)", text


def test_forced_colours_mark_the_current_page(people, at_a_browser):
    thirty_drafts(people)
    ada = at_a_browser(people.ada, forced_colors="active")
    ada.opens("/assessments/?page=2")
    for selector in (".app-navigation li", ".app-tabs__item"):
        lines = ada.page.evaluate(CURRENT_LINES, selector)
        [current] = {colour for is_current, colour in lines if is_current}
        [other] = {colour for is_current, colour in lines if not is_current}
        assert current != other
        paper = ada.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert other == paper, "the line of what is not current is not seen"
    items = ".govuk-pagination__item"
    outlines = ada.page.locator(items).evaluate_all(
        """items => items.map(item => [
            item.matches(":has([aria-current=page])"),
            getComputedStyle(item).outlineStyle,
        ])"""
    )
    assert [outline for is_current, outline in outlines if is_current] == ["solid"]
    assert {outline for is_current, outline in outlines if not is_current} == {"none"}
