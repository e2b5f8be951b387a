"""A data officer asks who read one child's record; and a long history is read page by page."""

from __future__ import annotations

from playwright.sync_api import expect

from cinfactors.audit.models import Reading
from tests import people as given
from tests.journeys.states.reading_log import long_history_of, reads, record_of


def test_a_data_officer_asks_who_read_a_record_and_says_why(people, at_a_browser, javascript):
    assessment = given.start(people.ada)
    reads(people.ben, record_of(assessment), times=55)
    dee = at_a_browser(people.dee, javascript=javascript)
    dee.opens("/guidance/")
    dee.follows("Reading of records")
    dee.follows("Who read one child’s record?")
    dee.enters("Child id", "ex1001")
    dee.presses("Show who read it")
    dee.sees("Enter why you ask")
    expect(dee.page.get_by_label("Child id")).to_have_value("ex1001")
    dee.enters("Why do you ask?", "Complaint 12")
    dee.presses("Show who read it")
    dee.sees_heading("Who read a child’s record")
    table = dee.page.locator("table.app-list tbody tr")
    expect(table).to_have_count(50)
    expect(table.first).to_contain_text("Dee Ledger")
    expect(table.first).to_contain_text("Complaint 12")
    expect(table.nth(1)).to_contain_text("Ben Marsh")
    assert "EX1001" not in dee.page.url
    assert "EX1001" not in dee.page.title()
    dee.page.get_by_role("link", name="Next").click()
    expect(table).to_have_count(7)  # 55, and the two pages
    dee.page.emulate_media(media="print")
    printed = dee.page.locator("body").inner_text()
    assert "Printed by Dee Ledger" in printed
    assert "Robin" not in printed
    assert {one.reason for one in Reading.objects.filter(page="readers")} == {"Complaint 12"}


def test_a_long_history_is_read_page_by_page(people, at_a_browser):
    assessment = long_history_of(given.start(people.ada), 250)
    ada = at_a_browser(people.ada, javascript=False)
    ada.opens_record(assessment)
    ada.page.get_by_role("link", name="History").first.click()
    ada.sees("Page 1 of 3, the latest first.")
    ada.page.get_by_role("link", name="Page 3").click()
    ada.sees("started the assessment")
    expect(ada.page.get_by_role("link", name="Next")).to_have_count(0)
    ada.page.get_by_role("link", name="Previous").click()
    ada.sees("Page 2 of 3, the latest first.")
