"""The page on which a manager corrects the dates of what is authorised, and what is said of it."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse

from assessments.models import Assessment, Version
from tests import people as make
from tests.pages.page import field_value, read, words
from tests.people import People
from tests.snapshot import unchanged

MAY = "2025-05-20 10:00 +0000"


@pytest.fixture
def ended_late(people: People):
    """Referred on 5 March 2025, ended on 12 May 2025, as far as is recorded."""
    with time_machine.travel(MAY, tick=False):
        sent = make.submit(make.start(people.ada, referred=date(2025, 3, 5)))
        yield make.authorise(sent, people.mo, date(2025, 5, 12))


def at(assessment: Assessment, decision: str = "dates") -> str:
    return f"/admin/assessments/assessment/{assessment.reference}/{decision}/"


def form_data(
    assessment: Assessment,
    start: date = date(2025, 3, 5),
    end: date = date(2025, 5, 8),
    reason: str = "The letter says so",
    **values: object,
) -> dict[str, object]:
    dates = {"start_date": start, "end_date": end}
    parts = {
        f"{name}_{place}": str(part)
        for name, day in dates.items()
        for place, part in enumerate((day.day, day.month, day.year))
    }
    fixed = {"key": str(uuid.uuid4()), "version": assessment.version, "reason": reason}
    return {**fixed, **parts, **values}


def problems(response) -> list[str]:
    return [words(item.text) for item in read(response).select("div#error-summary li")]


def test_the_form_has_the_dates_as_they_are(mo: Client, ended_late):
    response = mo.get(at(ended_late))
    assert [field_value(response, f"end_date_{part}") for part in range(3)] == ["12", "5", "2025"]
    assert [field_value(response, f"start_date_{part}") for part in range(3)] == ["5", "3", "2025"]


def test_the_page_of_an_authorised_record_leads_there_and_no_other(
    mo: Client, people: People, ended_late
):
    assert at(ended_late) in mo.get(at(ended_late, "change")).content.decode()
    sent = make.submit(make.start(people.ada, "EX2"))
    assert at(sent) not in mo.get(at(sent, "change")).content.decode()
    assert mo.get(at(sent))["Location"] == at(sent, "change")


def test_the_corrected_end_is_said_wherever_the_record_is_shown(
    mo: Client, people: People, browser_of, ended_late
):
    response = mo.post(at(ended_late), form_data(ended_late), follow=True)
    review = words(read(response).text)
    assert "The dates of the assessment of EX1001 are corrected." in review
    said = "8 May 2025, corrected from 12 May 2025"
    assert f"Ended {said}" in words(read(response).select_one(".review-facts").text)
    timeline = words(read(response).select_one(".review-timeline li").text)
    assert timeline.startswith("Dates corrected by Mo Harbour")
    assert f"Ended {said}" in timeline
    assert "The letter says so" in timeline
    ada = browser_of(people.ada)
    record = words(read(ada.get(reverse("record", args=[ended_late.reference]))).text)
    assert f"Ended {said}" in record
    assert "Dates corrected by Mo Harbour" in record
    history = read(ada.get(reverse("history", args=[ended_late.reference])))
    lines = [words(each.text).partition(" ")[2] for each in history.select("li:has(> time)")]
    assert "Mo Harbour corrected the dates of version 2: “The letter says so”" in lines
    assert "Mo Harbour changed the end date from 12 May 2025 to 8 May 2025" in lines
    assert not [line for line in lines if "as version 2" in line]


def test_the_two_versions_beside_each_other_have_their_ends(mo: Client, people: People, ended_late):
    make.correct_dates(ended_late, people.mo, end_date=date(2025, 5, 8))
    address = reverse("history", args=[ended_late.reference])
    page = words(read(mo.get(address, {"from": 1, "to": 2})).text)
    assert "Ended 12 May 2025, then 8 May 2025" in page


def test_what_cannot_be_is_said_beside_its_field_and_nothing_typed_is_lost(mo: Client, ended_late):
    fields = form_data(ended_late, start=date(2025, 3, 4), end=date(2025, 5, 21), reason="")
    with unchanged():
        response = mo.post(at(ended_late), fields)
    assert response.status_code == 422
    assert problems(response) == [
        "Start date must be on or after the referral date, 5 March 2025 (census rule 1103)",
        "End date must be today or in the past",
        "Enter why you are correcting the dates",
    ]
    assert field_value(response, "end_date_0") == "21"


def test_what_is_hardly_right_is_asked_once(mo: Client, ended_late):
    late = form_data(ended_late, start=date(2025, 3, 31), end=date(2025, 5, 12))
    with unchanged():
        response = mo.post(at(ended_late), late)
    assert response.status_code == 422
    question = read(response).select_one("#hardly")
    assert "The start is 18 working days after the referral" in words(question.text)
    assert field_value(response, "reason") == "The letter says so"
    confirmed = question.find("button")["value"]
    later = form_data(ended_late, start=date(2025, 4, 1), end=date(2025, 5, 12))
    with unchanged():
        assert mo.post(at(ended_late), later | {"confirmed": confirmed}).status_code == 422
    assert mo.post(at(ended_late), late | {"confirmed": confirmed}).status_code == 302
    assert Version.objects.get(number=2).start_date == date(2025, 3, 31)


def test_enter_in_a_box_confirms_nothing(mo: Client, ended_late):
    late = form_data(ended_late, start=date(2025, 3, 31), end=date(2025, 5, 12))
    page = read(mo.post(at(ended_late), late))
    first = page.select_one('form[action*="/dates/"] button[type=submit]')
    assert first.get("name") is None


def test_what_was_typed_as_the_sign_in_ended_is_recovered(mo: Client, people: People, ended_late):
    draft_owner = field_value(mo.get(at(ended_late)), "typed_by")
    del mo.cookies[settings.SESSION_COOKIE_NAME]
    mo.post(at(ended_late), form_data(ended_late, typed_by=draft_owner))
    mo.force_login(people.mo)
    response = mo.get(at(ended_late))
    assert field_value(response, "end_date_0") == "8"
    assert field_value(response, "reason") == "The letter says so"


def test_what_was_typed_into_a_form_that_came_too_late_is_shown(
    mo: Client, people: People, ended_late
):
    fields = form_data(ended_late)
    make.reopen(ended_late, people.mo)
    with unchanged():
        response = mo.post(at(ended_late), fields)
    assert response.status_code == 409
    unsent = words(read(response).select_one("section[aria-labelledby=unsent-heading]").text)
    assert "End date 8 5 2025" in unsent
    assert "The letter says so" in unsent
