"""The factor page with JavaScript: findings appear while a person works; each change is saved."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from cinfactors.accounts.models import Density
from tests import people as given
from tests.journeys.states.autosave import factors_of_the_family_offered, factors_recorded_before


def said(ada) -> str:
    return ada.page.locator("#announcement").inner_text()


def test_findings_appear_beside_the_code_and_are_answered_there(ada, draft):
    page = ada.page
    ada.ticks("13A")
    asking = page.locator("#beside-13A")
    expect(asking.get_by_text("To explain:")).to_be_visible()
    ada.waits_until_saved()
    assert given.codes_of(draft) == ["13A"]
    assert "To explain: 13A Gangs: The guide records it along with 24A" in said(ada)
    assert "Each change is saved as you make it" in said(ada)

    asking.get_by_role("button", name="Add 24A Child criminal exploitation").click()
    expect(ada.box("24A")).to_be_checked()
    expect(ada.box("13A")).to_be_focused()
    expect(asking).to_be_empty()
    assert given.codes_of(draft) == ["13A", "24A"]
    ada.unticks("24A")
    expect(asking.get_by_text("To explain:")).to_be_visible()
    # Said once is enough.
    assert "Each change is saved" not in said(ada)

    # A reason that is half typed outlives the answer to another change.
    asking.get_by_role("textbox").fill("No sign")
    ada.ticks("6B")
    expect(page.locator("#beside-6B").get_by_text("To consider:")).to_be_visible()
    expect(asking.get_by_role("textbox")).to_have_value("No sign")
    asking.get_by_role("textbox").fill("No sign of exploitation")
    asking.get_by_role("button", name="Save the reason").click()
    expect(asking.locator("summary")).to_be_focused()
    expect(asking.locator("summary")).to_contain_text("Explained: 13A Gangs")
    expect(asking.get_by_role("textbox")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(asking.get_by_role("textbox")).to_have_value("No sign of exploitation")
    page.locator("#beside-6B").get_by_role("button", name="Considered: not in this case").click()
    expect(page.locator("#beside-6B summary")).to_contain_text("Considered: With 6B Physical")
    assert {each.kind for each in draft.answers.all()} == {"complied", "reason", "considered"}

    ada.presses("Save and continue")
    expect(page.locator(".app-question__given")).to_have_count(2)


def test_21_clears_nothing_by_itself_and_replacing_codes_can_be_undone(ada, draft):
    ada.ticks("3A", "4B", "20")
    ada.enters("Describe what was found, in a few words", "Hoarding")
    ada.box("21").click()
    offer = ada.page.locator("#beside-21").get_by_role(
        "button", name="Remove the 3 factors and record 21 No factors"
    )
    expect(offer).to_be_visible()
    expect(ada.box("21")).not_to_be_checked()
    ada.waits_until_saved()
    assert given.codes_of(draft) == ["3A", "4B", "20"]
    ada.sees_ticked("3A", "4B", "20")

    offer.click()
    expect(ada.box("21")).to_be_checked()
    ada.sees_ticked("21")
    ada.waits_until_saved()
    assert given.codes_of(draft) == ["21"]
    ada.box("3B").click()
    instead = ada.page.locator("#beside-3B").get_by_role("button", name="and record 3B")
    expect(instead).to_be_visible()
    expect(ada.box("3B")).not_to_be_checked()
    ada.waits_until_saved()
    assert given.codes_of(draft) == ["21"]
    instead.click()
    expect(ada.box("3B")).to_be_checked()
    ada.page.locator("#beside-3B").get_by_role("button", name="Undo").click()
    expect(ada.box("21")).to_be_checked()
    ada.waits_until_saved()
    assert given.codes_of(draft) == ["21"]


def test_codes_are_typed_and_factors_found_with_only_the_keyboard(ada, draft):
    page, keyboard = ada.page, ada.page.keyboard
    keyboard.press("c")
    keyboard.type("3a 16A 99z")
    keyboard.press("Enter")
    expect(page.locator("#typed-answer")).to_contain_text("Selected: 3A Domestic Abuse, the child")
    expect(page.locator("#typed-answer")).to_contain_text("Not a code of the April 2021 guide")
    ada.sees_ticked("3A", "16A")
    assert given.codes_of(draft) == ["3A", "16A"]

    page.locator("#code-3A").focus()
    keyboard.press("/")
    keyboard.type("cuckoing")
    expect(page.locator("#find-answer")).to_contain_text("found")
    shown = page.locator(".app-factor:visible legend")
    # What is ticked stays in sight.
    assert {"Domestic Abuse", "Neglect", "Child criminal exploitation"} <= set(
        shown.all_inner_texts()
    )
    assert shown.count() < 10
    keyboard.press("Escape")
    expect(page.locator("#find-answer")).to_be_empty()
    assert page.locator(".app-factor:visible").count() == page.locator(".app-factor").count()
    keyboard.type("zzzzzz")
    expect(page.locator("#find-answer")).to_contain_text("Nothing found for “zzzzzz”.")
    keyboard.press("Escape")
    expect(page.locator("#find")).to_have_value("")

    ada.box("3A").focus()
    page.keyboard.press("2")
    expect(ada.box("1B")).to_be_focused()
    keyboard.press("d")
    expect(page.get_by_role("button", name="Show full guidance")).to_be_visible()
    expect(ada.box("1B")).to_be_focused()
    keyboard.press("?")
    switch = page.get_by_role("button", name="Switch shortcuts off")
    expect(switch).to_be_visible()
    switch.click()
    expect(page.locator("[data-shortcuts=off]")).to_have_count(1)
    ada.box("4A").focus()
    keyboard.press("c")
    expect(ada.box("4A")).to_be_focused()
    draft.worker.refresh_from_db()
    assert draft.worker.shortcuts is False


def test_changing_the_density_keeps_the_scroll_position(ada, draft, people):
    page = ada.page
    ada.ticks("13A")
    ada.waits_until_saved()
    box = ada.box("13A")
    box.scroll_into_view_if_needed()
    box.focus()
    before = box.bounding_box()["y"]
    for name, density in (
        ("Show key points only", Density.KEY_POINTS),
        ("Show full guidance", Density.FULL),
    ):
        page.get_by_role("button", name=name).evaluate("button => button.click()")
        expect(page.get_by_role("button", name=name)).to_have_count(0)
        ada.waits_until_saved()
        assert abs(box.bounding_box()["y"] - before) < 2
        people.ada.refresh_from_db()
        assert people.ada.density == density
        ada.sees_ticked("13A")
    ada.ticks("20")
    expect(page.get_by_label("Describe what was found, in a few words")).to_be_visible()
    ada.ticks("24A")
    expect(page.locator("#beside-13A")).to_be_empty()
    ada.waits_until_saved()
    assert given.codes_of(draft) == ["13A", "20", "24A"]


def test_findings_that_appear_above_do_not_move_the_focused_box(ada, draft):
    """A finding beside 13A, visible above 24A, disappears when that is ticked."""
    ada.page.set_viewport_size({"width": 1280, "height": 2400})
    ada.page.evaluate("document.querySelector('[name=density]').click()")
    expect(ada.page.get_by_role("button", name="Show full guidance")).to_be_visible()
    ada.ticks("13A")
    asking = ada.page.locator("#beside-13A .app-finding")
    expect(asking).to_be_visible()
    ada.waits_until_saved()
    box = ada.box("24A")
    box.scroll_into_view_if_needed()
    box.evaluate("box => scrollBy(0, box.getBoundingClientRect().top - 1500)")
    expect(asking).to_be_in_viewport()
    before = box.bounding_box()["y"]
    box.click()
    expect(asking).to_have_count(0)
    ada.waits_until_saved()
    assert abs(box.bounding_box()["y"] - before) < 2


def test_the_panel_shows_the_messages_of_the_findings(ada, draft):
    ada.ticks("13A", "10A")
    ada.waits_until_saved()
    said = ada.page.locator("#findings li")
    expect(said).to_have_text(["To explain: 13A", "Note: 10A"])
    selected = ada.page.locator("#selected li").filter(has_text="10A")
    expect(selected).to_have_text(re.compile(r"^\s*10A\s+Missing\s+×"))
    ada.presses_in_place("Guide’s words")
    expect(ada.page.get_by_role("button", name="Hide guide’s words")).to_be_focused()
    expect(selected).to_contain_text(
        "where there are concerns that services may be required, or the child may be at risk of "
        "harm due to going/being missing"
    )
    ada.presses("Save and continue")
    expect(ada.page.locator(".app-check__words")).to_contain_text("due to going/being missing")


def test_codes_recorded_before_are_marked_and_ticked_only_by_hand(people, at_a_browser):
    ada = factors_recorded_before(people, at_a_browser)
    page = ada.page
    assert ada.ticked() == ["3A"]
    own, family = page.locator("#before-16A"), page.locator("#family-4B")
    expect(own).to_contain_text("Recorded on")
    expect(family).to_contain_text("Recorded for a brother or sister: EX2002 on")
    # Of the sibling themself nothing is told.
    expect(page.locator("#family-1A, #family-16A")).to_have_count(0)
    expect(ada.box("4B")).to_have_accessible_description(re.compile("brother or sister"))
    ada.ticks("4B")
    ada.waits_until_saved()
    page.get_by_role("button", name="Show key points only").click()
    expect(page.get_by_role("button", name="Show full guidance")).to_be_visible()
    ada.waits_until_saved()
    expect(own).to_contain_text("Recorded on")
    expect(family).to_contain_text("Recorded for a brother or sister: EX2002 on")
    assert ada.ticked() == ["3A", "4B"]


def test_a_sisters_factor_is_selected_by_a_press_of_its_own(people, at_a_browser):
    ada = factors_of_the_family_offered(people, at_a_browser)
    family = ada.page.locator("#family")
    assert ada.ticked() == ["3A", "4B"]
    family.get_by_role("button", name="Yes, somebody else: select 4C").press("Enter")
    expect(family.locator("[data-offers='4C'] .app-family__selected")).to_be_focused()
    ada.waits_until_saved()
    assert ada.ticked() == ["3A", "4B", "4C"]
    expect(family.get_by_role("button")).to_have_text(["Select 1B"])
    ada.unticks("4B")
    expect(family.get_by_role("button")).to_have_text(["Select 1B", "Select 4B"])
    ada.waits_until_saved()
    assert ada.ticked() == ["3A", "4C"]


def test_a_box_is_described_by_the_findings_beside_it(ada, draft):
    message = re.compile(r"^To explain:\s+13A Gangs:\s+The guide records it along with 24A .+\.$")
    expect(ada.box("13A")).to_have_accessible_description("")
    ada.ticks("13A")
    expect(ada.box("13A")).to_have_accessible_description(message)
    ada.waits_until_saved()
    ada.opens_factors(draft)
    expect(ada.box("13A")).to_have_accessible_description(message)
    ada.ticks("24A")
    expect(ada.box("13A")).to_have_accessible_description("")


def test_removing_a_code_keeps_the_focus_in_the_list(ada, draft):
    ada.ticks("1A", "11A")
    ada.waits_until_saved()
    ada.presses_in_place("Remove 1A Alcohol Misuse, the child")
    expect(ada.box("1A")).not_to_be_checked()
    expect(ada.page.locator("#selected-heading")).to_be_focused()
    ada.sees_ticked("11A")
    ada.waits_until_saved()
    assert given.codes_of(draft) == ["11A"]


def test_nothing_is_stored_in_the_browser(ada):
    ada.ticks("3A")
    ada.waits_until_saved()
    assert ada.page.evaluate("() => [{...localStorage}, {...sessionStorage}]") == [{}, {}]
