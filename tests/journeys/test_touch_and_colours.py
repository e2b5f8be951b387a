"""The factor page on a touch screen, and in forced colours."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests import people as given
from tests.journeys.conftest import NARROW
from tests.journeys.states.autosave import (
    factors_answered_and_typed,
    factors_of_the_family_offered,
    factors_where_21_is_offered,
)
from tests.journeys.states.recording import (
    factors_merged_with_another_tab,
    factors_to_choose,
    factors_with_a_reply,
)

# A box and its label are one target. Links in the middle of a sentence are excepted (WCAG 2.5.8),
# and so are skip links and ways to the guidance, which are visible only with the focus.
TOO_SMALL = """() => [...document.querySelectorAll(
    "header a, header button, nav a, "
    + "main a, main button, main input, main textarea, main select, main summary")]
  .filter(each => each.checkVisibility({visibilityProperty: true, opacityProperty: false})
    && each.tabIndex >= 0 && each.type !== "hidden" && !each.closest(".govuk-skip-link, .app-way")
    && !(each.matches("a") && each.parentElement.matches("p")))
  .flatMap(each => {
    const places = [each, ...(each.labels || [])].map(part => part.getBoundingClientRect());
    // What is put around the text is a part of the target.
    const around = getComputedStyle(each, "::after");
    const height = Math.max(
      Math.max(...places.map(place => place.bottom)) - Math.min(...places.map(place => place.top)),
      around.position === "absolute" ? parseFloat(around.height) : 0,
    );
    const width = Math.max(...places.map(place => place.right))
      - Math.min(...places.map(place => place.left));
    return height >= 43.9 && width >= 24 ? []
      : [`${Math.round(width)} by ${Math.round(height)}: ${each.outerHTML.slice(0, 120)}`];
  })"""


@pytest.mark.parametrize(
    "state",
    [
        factors_answered_and_typed,
        factors_where_21_is_offered,
        factors_of_the_family_offered,
        factors_merged_with_another_tab,
        factors_to_choose,
        factors_with_a_reply,
    ],
    ids=lambda state: state.__name__,
)
def test_touch_targets_are_large_enough_on_a_small_screen(state, people, at_a_browser):
    def open_browser(person):
        return at_a_browser(person, width=NARROW, has_touch=True, is_mobile=True)

    page = state(people, open_browser).page
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate(TOO_SMALL) == []


def test_forced_colours_show_what_is_ticked_and_where_the_focus_is(people, at_a_browser):
    draft = given.record(given.start(people.ada), "1A")
    ada = at_a_browser(people.ada, forced_colors="active")
    ada.opens_factors(draft)
    page = ada.page
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    label = page.locator("label[for=code-1A]")

    def seen() -> bytes:
        """A screenshot of the box, its tick and its border."""
        box = label.bounding_box()
        place = {"x": box["x"] - 50, "y": box["y"] - 4, "width": 48, "height": 44}
        return page.screenshot(clip=place, animations="disabled")

    label.scroll_into_view_if_needed()
    ada.waits_until_saved()
    page.mouse.move(0, 0)
    ticked = seen()
    assert seen() == ticked  # the same state looks the same
    ada.box("1A").focus()
    ticked_with_focus = seen()
    page.keyboard.press("Space")
    expect(ada.box("1A")).not_to_be_checked()
    ada.waits_until_saved()
    with_focus = seen()
    ada.box("1A").evaluate("box => box.blur()")
    assert len({ticked, ticked_with_focus, with_focus, seen()}) == 4
