"""Every page in each of its states, for everybody: axe, small screens, and pictures to look at.

`SCREENSHOTS=folder` saves a picture of each state at both widths.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page

from tests.journeys.conftest import NARROW, WIDE
from tests.journeys.states import STATES

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


@pytest.fixture(scope="package")
def axe() -> str:
    return AXE.read_text()


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_nothing_stands_in_anyones_way(state, people, at_a_browser, axe):
    visitor = state(people, at_a_browser)
    page = visitor.page
    page.evaluate(axe)
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 900})
        take_a_picture(page, f"{state.__name__}-{width}")
        assert page.evaluate(RUN, TAGS) == [], f"at {width} px"
    # 320 px wide; and 1280 by 1024 at 400%.
    for height in (800, 256):
        page.set_viewport_size({"width": 320, "height": height})
        assert page.evaluate(OVERFLOW) <= 0, f"scrolls sideways at 320 by {height} px"


def take_a_picture(page: Page, name: str) -> None:
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
