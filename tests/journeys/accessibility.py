"""Accessibility of a page: axe, and no horizontal scrolling; with screenshots on request.

`SCREENSHOTS=folder` saves one of each state: at each width, at one between, and as printed.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from django.conf import settings
from playwright.sync_api import Page

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
WIDE, BETWEEN, NARROW, SHEET = 1280, 768, 360, 718
"""In px; the last is the width of A4 between its margins."""


@cache
def axe() -> str:
    return AXE.read_text()


def assert_no_axe_violations(page: Page, name: str) -> None:
    """At both widths; and no horizontal scrolling at 320 px, or at 1280 by 1024 at 400%."""
    page.evaluate(axe())
    save_screenshots(page, name)
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 900})
        violations = page.evaluate(RUN, TAGS)
        assert violations == [], f"{name} at {width} px: {violations}"
    for height in (800, 256):
        page.set_viewport_size({"width": 320, "height": height})
        assert page.evaluate(OVERFLOW) <= 0, f"{name} scrolls sideways at 320 by {height} px"
    page.set_viewport_size({"width": WIDE, "height": 900})


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
