"""What stands in anyone's way on a page: axe, and scrolling sideways; and pictures to look at.

`SCREENSHOTS=folder` saves a picture of each state at each width.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from django.conf import settings
from playwright.sync_api import Page

AXE = settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Named one by one, since axe leaves out some of the rules that a tag asks for.
RUN = """tags => axe.run(document, {
    runOnly: {type: "rule", values: axe.getRules(tags).map(rule => rule.ruleId)},
    resultTypes: ["violations"],
}).then(found => found.violations.flatMap(({id, help, nodes}) => nodes.map(
    ({html, failureSummary}) => [id, help, html.slice(0, 300), failureSummary].join("\\n")
)))"""
OVERFLOW = "() => document.scrollingElement.scrollWidth - window.innerWidth"
WIDE, NARROW = 1280, 360


@cache
def axe() -> str:
    return AXE.read_text()


def nothing_stands_in_the_way(page: Page, name: str) -> None:
    """At both widths; and nothing scrolls sideways at 320 px, or at 1280 by 1024 at 400%."""
    page.evaluate(axe())
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 900})
        take_a_picture(page, f"{name}-{width}")
        assert page.evaluate(RUN, TAGS) == [], f"{name} at {width} px"
    for height in (800, 256):
        page.set_viewport_size({"width": 320, "height": height})
        assert page.evaluate(OVERFLOW) <= 0, f"{name} scrolls sideways at 320 by {height} px"
    page.set_viewport_size({"width": WIDE, "height": 900})


def take_a_picture(page: Page, name: str) -> None:
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
