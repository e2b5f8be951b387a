"""A data officer narrows the list of everybody's assessments and takes it away as a file."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import expect

from cinfactors.audit.models import Page, Reading
from tests.journeys.conftest import NARROW, WIDE
from tests.journeys.states.lists import everybodys_assessments
from tests.journeys.test_lists import rows, tabs


@pytest.mark.parametrize(("width", "javascript"), [(WIDE, True), (NARROW, False)])
def test_a_data_officer_filters_the_list_and_downloads_it(
    people, at_a_browser, width: int, javascript: bool
):
    everybodys_assessments(people)
    dee = at_a_browser(people.dee, width=width, javascript=javascript)
    dee.opens("/")
    dee.is_at("/assessments/")
    assert rows(dee) == [f"EX500{number}" for number in (6, 5, 4, 3, 2, 1)]
    if width == NARROW:
        expect(dee.page.get_by_label("Social worker")).to_be_hidden()
        dee.follows("Filter the list")
    dee.page.get_by_label("Team", exact=True).select_option("South")
    dee.enters("Social worker", "frost")
    dee.presses("Filter")
    assert rows(dee) == ["EX5004", "EX5003"]
    dee.sees("Team: South", "Social worker: Cleo Frost")
    if width == NARROW:
        dee.follows("Filter the list")
    dee.page.get_by_label("Reopened", exact=True).select_option("Reopened at some time")
    dee.presses("Filter")
    assert rows(dee) == ["EX5003"]
    assert tabs(dee) == ["All 1", "To do", "Returned", "With manager", "Authorised"]
    assert "Frost" not in dee.page.url
    with dee.page.expect_download() as started:
        dee.page.get_by_role("button", name="Download this list as CSV").click()
    assert started.value.suggested_filename.startswith("assessments-20")
    text = Path(started.value.path()).read_text(encoding="utf-8-sig")
    assert [row[0] for row in csv.reader(io.StringIO(text))] == ["Child id", "EX5003"]
    assert [len(one.children) for one in Reading.objects.filter(page=Page.DOWNLOAD)] == [1]
    dee.page.get_by_role("link", name="Remove the filter Team: South").click()
    dee.page.get_by_role("link", name="Remove the filter Social worker: Cleo Frost").click()
    assert rows(dee) == ["EX5003"]
    dee.page.get_by_role("link", name="Remove the filter Reopened: ").click()
    assert len(rows(dee)) == 6
