"""How many keys and clicks it takes to record four factors and submit: no more than now."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests import people as given
from tests.journeys.visitor import Visitor

MOST_KEYS = 22
"""Of an expert, from the open factor page to the submission, for four factors."""
FACTORS = ["2B", "10A", "16A", "24A"]
SHIFTS = """() => new Promise(done => new PerformanceObserver(list => done(
    list.getEntries().filter(shift => !shift.hadRecentInput)
        .reduce((sum, shift) => sum + shift.value, 0)
)).observe({type: "layout-shift", buffered: true}) || setTimeout(() => done(0), 200))"""


class Effort:
    """A visitor whose keys and clicks are counted."""

    def __init__(self, visitor: Visitor) -> None:
        self.page = visitor.page
        self.keys = self.clicks = 0

    def click(self, place: Locator) -> None:
        self.clicks += 1
        place.click()

    def press(self, key: str) -> None:
        self.keys += 1
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.keys += len(text)
        self.page.keyboard.type(text)

    def button(self, name: str) -> None:
        self.click(self.page.get_by_role("button", name=name, exact=True).last)


def is_submitted(ada, draft) -> None:
    ada.sees_heading("Submitted")
    draft.refresh_from_db()
    assert (draft.codes, draft.status) == (FACTORS, "submitted")


def test_somebody_who_knows_the_codes_types_them(ada, draft):
    effort = Effort(ada)
    effort.press("c")
    effort.type("2b 16a 10a 24a")
    effort.press("Enter")
    expect(ada.box("24A")).to_be_checked()
    effort.press("Escape")
    effort.press("s")
    ada.sees_heading("Check answers")
    effort.click(ada.page.get_by_role("radio", name="Early help"))
    effort.button("Submit to Mo Harbour")
    is_submitted(ada, draft)
    assert (effort.keys, effort.clicks) == (18, 2)


def test_somebody_new_finds_them_by_everyday_words(ada, draft):
    effort = Effort(ada)
    for words, code in (
        ("cannabis", "2B"),
        ("neglect", "16A"),
        ("runaway", "10A"),
        ("county lines", "24A"),
    ):
        effort.click(ada.page.get_by_label("Find a factor"))
        effort.type(words)
        expect(ada.page.locator("#find-answer")).to_contain_text("found")
        effort.click(ada.page.locator(f"label[for=code-{code}]"))
        effort.press("Escape")
    effort.button("Save and continue")
    ada.sees_heading("Check answers")
    effort.click(ada.page.get_by_role("radio", name="Early help"))
    effort.button("Submit to Mo Harbour")
    is_submitted(ada, draft)
    assert (effort.keys, effort.clicks) == (38, 11)


def test_the_layout_does_not_shift_while_the_page_loads(ada, draft):
    given.record(draft, "13A", "3B")
    session = ada.context.new_cdp_session(ada.page)
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": -1},
    )
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    for width in (1280, 360):
        ada.page.set_viewport_size({"width": width, "height": 700})
        ada.opens_factors(draft)
        ada.waits_until_saved()
        assert ada.page.evaluate(SHIFTS) < 0.01, f"at {width} px"


def test_somebody_who_knows_the_codes_and_the_keys_needs_no_mouse_from_page_to_submission(
    people, at_a_browser
):
    draft = given.start(people.ada)
    ada = at_a_browser(people.ada)
    ada.opens_factors(draft)
    effort = Effort(ada)
    effort.press("c")
    effort.type("1b 3a 3b 17a")
    effort.press("Enter")
    expect(ada.box("17A")).to_be_checked()
    effort.press("Escape")
    effort.press("s")
    ada.sees_heading("Check answers")
    effort.press("2")
    expect(ada.page.get_by_role("radio").first).to_be_focused()
    effort.press("ArrowDown")
    effort.press("5")
    expect(ada.page.get_by_role("button", name="Submit to Mo Harbour")).to_be_focused()
    effort.press("Enter")
    ada.sees_heading("Submitted")
    draft.refresh_from_db()
    assert (draft.codes, draft.outcome) == (["1B", "3A", "3B", "17A"], "early_help")
    assert (effort.keys, effort.clicks) == (20, 0)
    assert effort.keys <= MOST_KEYS
