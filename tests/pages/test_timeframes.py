"""Another number of working days, for referrals from a day on: what pages show, filter and sort.

Good Friday and Easter Monday were on 3 and 6 April 2026, the early May bank holiday on the 4th.
"""

from __future__ import annotations

from datetime import date

import pytest
import time_machine

from assessments.models import Assessment
from tests import people as make
from tests.pages.page import read, words
from tests.people import People

GUIDANCE, CHANGES = date(2013, 4, 15), date(2026, 3, 16)
LIST = "/admin/assessments/assessment/"


@pytest.fixture(autouse=True)
def _on_the_day():
    with time_machine.travel("2026-05-21 12:00 +0000", tick=False):
        yield


@pytest.fixture
def before(people: People) -> Assessment:
    """Referred on the Friday before the number changes."""
    return make.start(people.ada, "BEFORE", referred=date(2026, 3, 13))


@pytest.fixture
def after(people: People) -> Assessment:
    """Referred on the Monday from which there is another number."""
    return make.start(people.ada, "AFTER", referred=CHANGES)


def cells(response, label: str) -> list[str]:
    return [words(cell.text) for cell in read(response).find_all("td", {"data-label": label})]


def listed(response) -> list[str]:
    return [each.episode.child.la_child_id for each in response.context["cl"].result_list]


def test_each_row_of_a_list_has_the_days_of_its_referral(
    people: People, browser_of, timeframes_of, before, after
):
    timeframes_of({GUIDANCE: 45, CHANGES: 50})
    answer = browser_of(people.ada).get("/assessments/")
    assert [row.assessment for row in answer.context["rows"]] == [before, after]
    assert cells(answer, "Working days") == ["Overdue by 1 working day", "5 working days left"]


def test_the_shorter_time_of_a_later_referral_comes_first(
    people: People, browser_of, timeframes_of, before, after
):
    timeframes_of({GUIDANCE: 45, CHANGES: 40})
    answer = browser_of(people.ada).get("/assessments/")
    assert [row.assessment for row in answer.context["rows"]] == [after, before]
    assert cells(answer, "Working days") == [
        "Overdue by 5 working days",
        "Overdue by 1 working day",
    ]


def test_work_to_reassign_has_the_days_of_its_referral(
    people: People, browser_of, timeframes_of, before, after
):
    timeframes_of({GUIDANCE: 45, CHANGES: 40})
    people.ada.is_active = False
    people.ada.save()
    answer = browser_of(people.mo).get("/reassign/")
    assert [row["assessment"] for row in answer.context["rows"]] == [after, before]
    assert cells(answer, "Working days") == [
        "Overdue by 5 working days",
        "Overdue by 1 working day",
    ]


def test_a_manager_decides_on_the_page_with_the_days_of_its_referral(
    people: People, browser_of, timeframes_of, before, after
):
    timeframes_of({GUIDANCE: 45, CHANGES: 50})
    shown = {}
    for assessment in (before, after):
        sent = make.submit(assessment)
        answer = browser_of(people.mo).get(f"{LIST}{sent.reference}/change/")
        facts = {words(each.dt.text): words(each.dd.text) for each in read(answer).select("dl div")}
        shown |= {name: text for name, text in facts.items() if " working days, to " in name}
    assert shown == {
        "45 working days, to 20 May 2026": "Day 46 of 45 · Overdue by 1 working day",
        "50 working days, to 29 May 2026": "Day 45 of 50 · 5 working days left",
    }


def test_the_review_queue_filters_and_sorts_by_the_days_of_each_referral(
    people: People, browser_of, timeframes_of, before, after
):
    for assessment in (before, after):
        make.submit(assessment)
    mo = browser_of(people.mo)
    timeframes_of({GUIDANCE: 45, CHANGES: 50})
    assert listed(mo.get(f"{LIST}?overdue=yes")) == ["BEFORE"]
    assert listed(mo.get(f"{LIST}?overdue=no")) == ["AFTER"]
    assert listed(mo.get(f"{LIST}?o=3")) == ["BEFORE", "AFTER"]
    assert listed(mo.get(f"{LIST}?o=-3")) == ["AFTER", "BEFORE"]
    timeframes_of({GUIDANCE: 50, CHANGES: 40})
    assert listed(mo.get(f"{LIST}?overdue=yes")) == ["AFTER"]
    assert listed(mo.get(f"{LIST}?o=3")) == ["AFTER", "BEFORE"]
    assert listed(mo.get(f"{LIST}?o=-3")) == ["BEFORE", "AFTER"]


def test_the_bar_above_a_record_says_how_long_is_left(
    people: People, browser_of, timeframes_of, after
):
    timeframes_of({GUIDANCE: 45, CHANGES: 50})
    page = browser_of(people.ada).get(f"/assessments/{after.reference}/factors/")
    assert "5 working days left" in words(read(page).text)
