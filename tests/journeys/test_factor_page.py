"""What the factor page has in view: the selection, the field above the factors, the first box."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests import people as given
from tests.journeys.states.recording import all_but_solitary_codes
from tests.journeys.visitor import Visitor

TEN = ["1B", "3A", "3B", "4A", "6B", "8B", "13A", "16A", "17A", "18C"]
LOW, USUAL = {"width": 1366, "height": 650}, {"width": 1280, "height": 900}
SEEN_WHOLE = """rows => rows.filter(row => {
    const list = row.parentElement.getBoundingClientRect(), place = row.getBoundingClientRect();
    return place.top >= list.top - 1 && place.bottom <= list.bottom + 1
        && place.top >= 0 && place.bottom <= innerHeight;
}).map(row => row.querySelector("b").textContent)"""


def rows(visitor: Visitor) -> Locator:
    return visitor.page.locator("#selected li")


def seen(visitor: Visitor) -> list[str]:
    """The selected codes of which the whole line is in view."""
    return rows(visitor).evaluate_all(SEEN_WHOLE)


@pytest.mark.parametrize(("size", "number"), [(LOW, 6), (USUAL, 10)], ids=["low", "usual"])
def test_what_is_selected_is_in_view_with_what_waits_and_the_button_that_saves(
    people, at_a_browser, size, number
):
    ada = at_a_browser(people.ada, viewport=size)
    ada.opens_factors(given.record(given.start(people.ada), *TEN))
    assert len(seen(ada)) >= number
    waits = ada.page.locator("#findings")
    expect(waits).to_contain_text("To explain:")
    expect(waits).to_contain_text("To consider:")
    for place in (waits, ada.page.locator("#counts"), ada.page.locator(".app-panel__button")):
        expect(place).to_be_in_viewport(ratio=1)
    # It stands beside the heading.
    heading = ada.page.get_by_role("heading", level=1).bounding_box()
    panel = ada.page.locator(".app-panel").bounding_box()
    assert abs(panel["y"] - heading["y"]) < 2
    assert round(panel["width"]) == 316


def test_nothing_pushes_the_list_away_and_only_the_list_scrolls(people, at_a_browser):
    ada = at_a_browser(people.ada, viewport=LOW)
    ada.opens_factors(given.record(given.start(people.ada), *TEN))
    before = seen(ada)
    ada.page.keyboard.press("/")
    ada.page.keyboard.type("mum hit by boyfreind")
    expect(ada.page.locator("#find-answer")).to_contain_text("found")
    assert set(before) <= set(seen(ada))
    ada.page.keyboard.press("Escape")
    ada.page.keyboard.type("5a 99z 3")
    ada.page.keyboard.press("Enter")
    expect(rows(ada)).to_have_count(11)
    assert len(seen(ada)) >= 6
    ada.opens_factors(given.record(given.start(people.ada, "EX2002"), *all_but_solitary_codes()))
    overflowing = ada.page.locator(".app-panel, .app-panel *").evaluate_all(
        "parts => parts.filter(each => each.scrollHeight > each.clientHeight + 1"
        " && getComputedStyle(each).overflowY !== 'visible'"
        " && !each.closest('.govuk-visually-hidden')).map(each => each.className)"
    )
    assert [each for each in overflowing if "app-selected" not in each] == []
    assert any("app-selected" in each for each in overflowing)
    # Half a line more says that it goes on.
    list_height = ada.page.locator(".app-selected").bounding_box()["height"]
    row_height = rows(ada).first.bounding_box()["height"]
    assert list_height % row_height == pytest.approx(row_height / 2, abs=1)


def test_the_first_box_is_in_view_when_nothing_was_returned(people, at_a_browser):
    for size in (USUAL, LOW):
        ada = at_a_browser(people.ada, viewport=size)
        ada.opens_factors(given.start(people.ada, f"EX{size['width']}"))
        expect(ada.box("1A")).to_be_in_viewport(ratio=1)
        # A heading, a sentence and the field.
        above = ada.page.locator(".app-picker__heading, .app-picker__main > div:visible")
        assert [each.split("\n")[0] for each in above.all_inner_texts()][:2] == [
            "Select the factors identified",
            "Find a factor, or type codes",
        ]
        assert ada.page.locator(".app-picker__main > *:visible").first.get_attribute("class") == (
            "app-find"
        )


def test_the_counts_lead_to_their_domains(people, at_a_browser):
    ada = at_a_browser(people.ada)
    ada.opens_factors(given.record(given.start(people.ada), *TEN))
    counts = ada.page.locator("#counts a")
    expect(counts).to_have_text(
        ["2 selected: Child", "6 selected: Parents", "2 selected: Family", "0 selected: Other"]
    )
    tops = {each.bounding_box()["y"] for each in counts.all()}
    assert len(tops) == 1
    counts.nth(2).click()
    expect(ada.page.locator("#domain-family .app-domain__name")).to_be_in_viewport(ratio=1)


def test_the_field_stays_in_view_and_both_keys_lead_there(people, at_a_browser):
    ada = at_a_browser(people.ada, viewport=USUAL)
    ada.opens_factors(given.start(people.ada))
    field = ada.page.get_by_label("Find a factor, or type codes")
    for key in ("/", "c"):
        ada.box("24A").scroll_into_view_if_needed()
        ada.box("24A").focus()
        expect(field).to_be_in_viewport(ratio=1)
        ada.page.keyboard.press(key)
        expect(field).to_be_focused()
        ada.page.keyboard.press("Escape")


def test_text_is_codes_or_words_as_it_is_typed(people, at_a_browser):
    ada = at_a_browser(people.ada)
    ada.opens_factors(given.start(people.ada))
    page, keyboard = ada.page, ada.page.keyboard
    select = page.get_by_role("button", name="Select", exact=True)
    answer = page.locator("#find-answer")
    keyboard.press("c")
    keyboard.type("gangs")
    expect(answer).to_contain_text("found")
    expect(select).to_be_hidden()
    page.locator("#find").fill("3a, 3b")
    expect(answer).to_be_empty()
    expect(page.locator(".app-factor:not(:visible)")).to_have_count(0)
    expect(select).to_be_visible()
    select.click()
    expect(page.locator("#typed-answer")).to_contain_text("Selected: 3A Domestic Abuse, the child")
    expect(page.locator("#find")).to_have_value("")
    expect(select).to_be_hidden()
    ada.waits_until_saved()
    ada.sees_ticked("3A", "3B")
