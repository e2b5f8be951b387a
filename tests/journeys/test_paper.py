"""Printed pages: who printed them and when; children by their ids unless names are asked for."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests import people as given

PRINTED = re.compile(r"Printed by (Ada Winter|Mo Harbour), \d{1,2} \w+ \d{4}, \d\d:\d\d")


def on_paper(visitor, path: str) -> str:
    visitor.opens(path)
    expect(visitor.page.get_by_text(PRINTED)).to_be_hidden()
    visitor.page.emulate_media(media="print")
    expect(visitor.page.get_by_text(PRINTED)).to_be_visible()
    printed = visitor.page.locator("body").inner_text()
    visitor.page.emulate_media(media="screen")
    return printed


def test_a_printed_page_names_who_printed_it_and_no_child_unless_asked_for(people, at_a_browser):
    sent = given.submit(given.start(people.ada), "3A", "16A")
    draft = given.record(given.start(people.ada, "EX1002"), "4B")
    ada, mo = at_a_browser(people.ada), at_a_browser(people.mo)
    record, child = f"/assessments/{sent.reference}/", sent.episode.child.reference
    desk = f"/admin/assessments/assessment/{sent.reference}/change/"
    pages = [
        *((ada, path) for path in (record, "/assessments/?tab=with-manager", "/guidance/")),
        *(
            (ada, f"/assessments/{draft.reference}/{page}/")
            for page in ("factors", "check", "history", "cancel")
        ),
        *((mo, path) for path in (desk, "/admin/assessments/child/")),
        (mo, f"/admin/assessments/child/{child}/change/"),
    ]
    for visitor, path in pages:
        printed = on_paper(visitor, path)
        assert "Robin" not in printed, path
        assert "Sample" not in printed, path
        assert "EX1001" in printed or "guidance" in path or str(draft.reference) in path

    ada.opens(record)
    ada.follows("Print with names")
    ada.is_at(f"{record}?names=printed")
    assert "Robin Sample" in on_paper(ada, f"{record}?names=printed")
    ada.follows("Print with ids alone")
    ada.page.emulate_media(media="print")
    assert "Robin" not in ada.page.locator("body").inner_text()


def test_a_printed_page_has_the_time_of_printing_and_not_of_opening(people, at_a_browser):
    ada = at_a_browser(people.ada)
    ada.page.clock.install(time="2031-05-12T09:07:00Z")
    ada.opens("/guidance/")
    ada.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    ada.page.emulate_media(media="print")
    expect(ada.page.get_by_text("Printed by Ada Winter, 12 May 2031, 10:07")).to_be_visible()
