"""What a screen reader reads of a factor, step by step, from the accessibility tree."""

from __future__ import annotations

from playwright.sync_api import expect

from tests import people as given

READ = """\
- group "Alcohol Misuse":
  - heading "Alcohol Misuse" [level=3]
  - paragraph
  - paragraph
  - paragraph
  - checkbox "The child (1A)"
  - text: The child (1A)
  - link "Guidance on Alcohol Misuse":
    - /url: "#guidance-1A"
  - paragraph:
    - text: "Also:"
    - link "a parent or carer (1B)":
      - /url: "#code-1B"
    - link "another person in the household (1C) selected":
      - /url: "#code-1C"
"""


def test_from_a_box_to_the_guidance_and_back_as_it_is_read(people, at_a_browser):
    draft = given.record(given.start(people.ada), "1C")
    ada = at_a_browser(people.ada)
    ada.opens_factors(draft)
    page, keyboard = ada.page, ada.page.keyboard
    # The group is named once, and a box by its person and code.
    factor = page.get_by_role("group", name="Alcohol Misuse", exact=True).first
    ada.box("1A").focus()
    expect(factor).to_match_aria_snapshot(READ)
    assert factor.get_by_role("checkbox").evaluate_all(
        "boxes => boxes.map(box => box.labels[0].innerText.trim())"
    ) == ["The child (1A)"]

    # From the box, Tab reads the way to the guidance; following it reads the guidance.
    keyboard.press("Tab")
    way = factor.get_by_role("link", name="Guidance on Alcohol Misuse")
    expect(way).to_be_focused()
    assert way.bounding_box()["width"] > 50, "it is seen while it has the focus"
    keyboard.press("Enter")
    guidance = page.locator("#guidance-1A")
    expect(guidance).to_be_focused()
    expect(guidance).to_be_in_viewport()

    # There the way back is read last, and leads to the box.
    back = guidance.get_by_role("link", name="Back to the codes of Alcohol Misuse")
    keyboard.press("Tab")
    expect(back).to_be_focused()
    keyboard.press("Enter")
    expect(ada.box("1A")).to_be_focused()
    # It is no stop for who goes through the boxes alone.
    expect(back).to_be_hidden()
