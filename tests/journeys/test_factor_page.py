"""What the factor page has in view: the selection, the field above the factors, the first box."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests import people as given
from tests.journeys.conftest import NARROW, WIDE
from tests.journeys.states.recording import all_but_solitary_codes
from tests.journeys.visitor import Visitor

TEN = ["1B", "3A", "3B", "4A", "6B", "8B", "13A", "16A", "17A", "18C"]
LOW, USUAL = {"width": 1366, "height": 650}, {"width": 1280, "height": 900}
SEEN_WHOLE = """rows => rows.filter(row => {
    const list = row.parentElement.getBoundingClientRect(), place = row.getBoundingClientRect();
    return place.top >= list.top - 1 && place.bottom <= list.bottom + 1
        && place.top >= 0 && place.bottom <= innerHeight;
}).map(row => row.querySelector("strong").textContent)"""


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
    # Half a line more says that it goes on.
    list_height = ada.page.locator(".app-selected").bounding_box()["height"]
    row_height = rows(ada).first.bounding_box()["height"]
    assert list_height % row_height == pytest.approx(row_height / 2, abs=1)
    ada.opens_factors(given.record(given.start(people.ada, "EX2002"), *all_but_solitary_codes()))
    overflowing = ada.page.locator(".app-panel, .app-panel *").evaluate_all(
        "parts => parts.filter(each => each.scrollHeight > each.clientHeight + 1"
        " && getComputedStyle(each).overflowY !== 'visible'"
        " && !each.closest('.govuk-visually-hidden')).map(each => each.className)"
    )
    assert [each for each in overflowing if "app-selected" not in each] == []
    assert any("app-selected" in each for each in overflowing)


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


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_typed_20_leads_to_its_description(people, at_a_browser, width):
    ada = at_a_browser(people.ada, viewport={"width": width, "height": 740})
    ada.opens_factors(given.record(given.start(people.ada), "4B"))
    page = ada.page
    box = page.get_by_label("Describe what was found, in a few words")
    answer = page.locator("#typed-answer")
    ask = "Describe what 20 Other stands for in this assessment, in a few words."
    waits = page.locator("#findings") if width == WIDE else page.locator("#still-open")
    for link in (answer.get_by_role("link", name=ask), waits.get_by_role("link")):
        page.locator("#find").fill("20")
        page.locator("#find").press("Enter")
        expect(waits).to_have_text("To describe: 20" if width == WIDE else "1 to describe")
        for each in (answer.get_by_role("link", name=ask), waits.get_by_role("link")):
            expect(each).to_be_in_viewport(ratio=1)
        link.click()
        expect(box).to_be_focused()
        expect(box).to_be_in_viewport(ratio=1)
    box.press_sequentially("Debts")
    expect(waits).to_be_empty()
    expect(answer).to_be_empty()
    ada.waits_until_saved()


# A factor's codes of other domains


def test_each_factor_leads_to_its_codes_of_other_domains_and_back(people, at_a_browser):
    ada = at_a_browser(people.ada)
    ada.opens_factors(given.record(given.start(people.ada), "3B"))
    page, keyboard = ada.page, ada.page.keyboard

    def also(code: str) -> dict[str, bool]:
        """The other codes beside a box, and whether the page says that they are selected."""
        links = page.locator(".app-factor", has=ada.box(code)).locator(".app-also a").all()
        return {
            (link.get_attribute("href") or "").removeprefix("#code-"): (
                link.get_by_text("selected").count() == 1
            )
            for link in links
        }

    assert also("3A") == {"3B": True, "3C": False}
    assert also("13A") == also("8B") == {}
    # A link there, and a key or a link back.
    page.get_by_role("link", name="a parent or carer (3B) selected").first.click()
    expect(ada.box("3B")).to_be_focused()
    expect(ada.box("3B")).to_be_in_viewport(ratio=1)
    keyboard.press("b")
    expect(ada.box("3A")).to_be_focused()
    keyboard.press("b")
    expect(ada.box("3B")).to_be_focused()
    # A key goes round them.
    for code in ("3C", "3A", "3B"):
        keyboard.press("a")
        expect(ada.box(code)).to_be_focused()
    ada.box("18B").focus()
    for code in ("18C", "18B"):
        keyboard.press("a")
        expect(ada.box(code)).to_be_focused()
    # The state follows what is selected, wherever that is done.
    ada.ticks("3A")
    ada.unticks("3B")
    assert also("3B") == {"3A": True, "3C": False}
    assert also("3A") == {"3B": False, "3C": False}
    ada.waits_until_saved()
    page.get_by_role("button", name="Show key points only").click()
    expect(page.get_by_role("button", name="Show full guidance")).to_be_visible()
    assert also("3C") == {"3A": True, "3B": False}


def test_without_a_script_the_links_are_there_with_their_state(people, at_a_browser):
    ada = at_a_browser(people.ada, javascript=False)
    ada.opens_factors(given.record(given.start(people.ada), "3B"))
    ada.page.get_by_role("link", name="a parent or carer (3B) selected").first.click()
    expect(ada.box("3B")).to_be_in_viewport()


# What a screen reader reads


def test_a_group_is_named_once_and_a_box_by_whom_it_is_about(people, at_a_browser):
    ada = at_a_browser(people.ada)
    ada.opens_factors(given.record(given.start(people.ada), "1B"))
    group = ada.page.get_by_role("group", name="Alcohol Misuse").first
    expect(group).to_match_aria_snapshot(
        """
        - group "Alcohol Misuse":
          - heading "Alcohol Misuse" [level=3]
          - paragraph:
            - strong: /The alcohol misuse factor should be recorded where/
          - paragraph: /Code \\(1A\\) should be used/
          - paragraph: /Further information/
          - checkbox "The child (1A)"
          - text: The child (1A)
          - paragraph:
            - text: "Also:"
            - link "a parent or carer (1B) selected"
            - link "another person in the household (1C)"
        """
    )
    for code, about in (("1B", "A parent or carer"), ("1C", "Another person in the household")):
        expect(ada.box(code)).to_have_accessible_name(f"{about} ({code})")
    # What is announced away from the group names the factor.
    ada.page.keyboard.press("/")
    ada.page.keyboard.type("drunk")
    ada.listens()
    ada.page.locator("#find-answer [data-select='1A']").click()
    ada.hears(r"^Selected: Alcohol Misuse, the child \(1A\)\.$")


def test_one_key_leads_from_a_box_to_its_guidance_and_back(people, at_a_browser):
    ada = at_a_browser(people.ada)
    ada.opens_factors(given.start(people.ada))
    ada.box("8D").focus()
    ada.page.keyboard.press("g")
    guidance = ada.page.locator(".app-factor__guidance:focus")
    expect(guidance).to_contain_text("private foster")
    expect(guidance).to_be_in_viewport()
    ada.page.keyboard.press("g")
    expect(ada.box("8D")).to_be_focused()


# On a phone


@pytest.fixture
def phone(people, at_a_browser) -> Visitor:
    ada = at_a_browser(
        people.ada, viewport={"width": NARROW, "height": 740}, has_touch=True, is_mobile=True
    )
    ada.opens_factors(given.record(given.start(people.ada), *TEN))
    return ada


def test_a_bar_says_what_is_selected_saved_and_waits_and_opens_the_list(phone):
    page = phone.page
    bar, sheet = page.locator(".app-panel__save"), page.locator("#selection-sheet")
    opener = page.get_by_role("button", name="10 selected")
    expect(bar).to_contain_text(re.compile(r"Saved \d\d:\d\d"))
    expect(bar).to_contain_text("to explain")
    expect(bar.get_by_role("button", name="Save and continue")).to_be_in_viewport(ratio=1)
    assert bar.bounding_box()["height"] <= 80
    expect(sheet).to_be_hidden()

    opener.tap()
    expect(page.locator("#selected-heading")).to_be_focused()
    expect(opener).to_have_attribute("aria-expanded", "true")
    expect(bar).to_be_in_viewport(ratio=1)
    assert len(seen(phone)) >= 6
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(opener).to_be_focused()
    opener.press("Space")
    page.get_by_role("button", name="Close your selection").tap()
    expect(opener).to_be_focused()
    # It stays while codes are removed, and closes where one goes to the page.
    opener.press("Enter")
    page.get_by_role("button", name="Remove 1B Alcohol Misuse, a parent or carer").tap()
    expect(page.locator("#number")).to_have_text("9 selected")
    expect(sheet).to_be_visible()
    page.locator("#selected").get_by_role("link", name="13A").tap()
    expect(sheet).to_be_hidden()
    expect(phone.box("13A")).to_be_in_viewport(ratio=0.9)
    phone.waits_until_saved()


def test_the_bar_stays_low_while_it_says_that_one_is_signed_out(phone):
    phone.loses_answers()
    phone.is_signed_out_by_time()
    phone.unticks("1B")
    bar = phone.page.locator(".app-panel__save")
    expect(bar.get_by_role("link", name="sign in again")).to_be_in_viewport(ratio=1)
    expect(bar.get_by_role("button", name="Save and continue")).to_be_in_viewport(ratio=1)
    assert bar.bounding_box()["height"] <= 90


def test_the_bar_hides_nothing_and_gives_way_to_the_keyboard(phone):
    page = phone.page
    bar = page.locator(".app-panel__save")
    for code in ("1A", "8F", "21"):
        phone.box(code).focus()
        box = phone.box(code).bounding_box()
        assert box["y"] + box["height"] <= bar.bounding_box()["y"]
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    footer = page.locator(".app-footer").bounding_box()
    assert footer["y"] + footer["height"] <= bar.bounding_box()["y"] + 1
    page.locator("#find").focus()
    expect(bar).to_be_hidden()
    phone.box("1A").focus()
    expect(bar).to_be_visible()


def test_without_a_script_the_bar_leads_to_the_list(people, at_a_browser):
    ada = at_a_browser(people.ada, viewport={"width": NARROW, "height": 740}, javascript=False)
    ada.opens_factors(given.record(given.start(people.ada), *TEN))
    page = ada.page
    page.locator("#code-24A").scroll_into_view_if_needed()
    expect(page.locator("#selected")).not_to_be_in_viewport()
    page.get_by_role("link", name="10 selected").click()
    expect(page.locator("#selected-heading")).to_be_in_viewport()
    ada.presses("Save and continue")
    ada.sees_heading("Check answers")
