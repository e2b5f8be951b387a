"""How each page looks and reads: axe, no horizontal scrolling, sizes of headings, apostrophes.

`SCREENSHOTS=folder` saves pictures of each state: at each width, at one between, and as printed.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from django.conf import settings
from playwright.sync_api import Page

from tests.apostrophes import straight_apostrophes

AXE = settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The rules are named one by one, since axe leaves out some of those with a given tag.
RUN = """tags => axe.run(document, {
    runOnly: {type: "rule", values: axe.getRules(tags).map(rule => rule.ruleId)},
    resultTypes: ["violations"],
}).then(found => found.violations.flatMap(({id, help, nodes}) => nodes.map(
    ({html, failureSummary}) => [id, help, html.slice(0, 300), failureSummary].join("\\n")
)))"""
OVERFLOW = "() => document.scrollingElement.scrollWidth - window.innerWidth"
# Not in what the design system sizes itself, nor in a notice or the panel at the side, nor in the
# managers' area, where a record is read beside the decision.
HEADINGS = """() => [...document.querySelectorAll("body:not(.app-admin) :is(h1, h2, h3, h4)")]
  .filter(each => each.checkVisibility() && !each.matches(".govuk-visually-hidden")
    && !each.closest(
      ".govuk-error-summary, .govuk-notification-banner, .govuk-panel, .app-others, aside"))
  .map(each => [each.matches("h2.govuk-label-wrapper") ? each.firstElementChild : each, each])
  .map(([sized, each]) => [each.localName, getComputedStyle(sized).fontSize, each.innerText])"""
SIZES = {"h1": "36px", "h2": "24px", "h3": "19px"}
# What is read or spoken, but for what is typed.
TEXT = """() => [
  document.title,
  document.body.innerText,
  ...[...document.querySelectorAll("[aria-label], [alt], [title], [placeholder]")].flatMap(each =>
    ["aria-label", "alt", "title", "placeholder"].map(name => each.getAttribute(name) || "")),
]"""
WIDE, BETWEEN, NARROW, SHEET = 1280, 768, 360, 718
"""In px; the last is the width of A4 between its margins."""


@cache
def axe() -> str:
    return AXE.read_text()


def assert_no_axe_violations(page: Page, name: str) -> None:
    """At both widths; and no horizontal scrolling at 320 px, or at 1280 by 1024 at 400%."""
    page.evaluate(axe())
    straight = [each for text in page.evaluate(TEXT) for each in straight_apostrophes(text)]
    assert straight == [], f"{name}: {straight}"
    save_screenshots(page, name)
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 900})
        violations = page.evaluate(RUN, TAGS)
        assert violations == [], f"{name} at {width} px: {violations}"
    for height in (800, 256):
        page.set_viewport_size({"width": 320, "height": height})
        assert page.evaluate(OVERFLOW) <= 0, f"{name} scrolls sideways at 320 by {height} px"
    page.set_viewport_size({"width": WIDE, "height": 900})
    odd = [each for each in page.evaluate(HEADINGS) if each[1] != SIZES.get(each[0])]
    assert odd == [], f"{name} has headings of other sizes: {odd}"


def save_screenshots(page: Page, name: str) -> None:
    if not (folder := os.environ.get("SCREENSHOTS")):
        return
    for width in (WIDE, BETWEEN, NARROW):
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": SHEET, "height": 900})
    page.screenshot(path=Path(folder) / f"{name}-print.png", full_page=True)
    page.emulate_media(media="screen")
