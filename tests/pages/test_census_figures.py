"""What DfE will see of a year: its factors and working days, from the last check."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments import services
from assessments.census.years import years
from assessments.models import Assessment, CensusCheck, CensusLateAssessment, Child, Episode
from assessments.services.returns import check_year
from cinfactors.audit.models import Reading
from tests import people as make
from tests.people import People

YEAR = years()["2025-26"]
PAGE = "/census/figures/?year=2025-26"
REFERRED = date(2025, 9, 1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2026, 2, 20, 12, tzinfo=UTC)) as travelled:
        yield travelled


@pytest.fixture
def dee(people: People, browser_of) -> Client:
    return browser_of(people.dee)


def text_of(response) -> str:
    assert response.status_code == 200
    return " ".join(BeautifulSoup(response.content, "html.parser").get_text(" ").split())


def completed(people: People, la_child_id: str, on: date, *codes: str) -> Assessment:
    draft = make.start(people.ada, la_child_id, referred=REFERRED)
    return make.authorise(make.submit(draft, *codes), people.mo, on)


def rows(response) -> dict[str, list[str]]:
    """Return the rows of every table by their heading."""
    soup = BeautifulSoup(response.content, "html.parser")
    return {
        row.th.get_text(" ", strip=True): [cell.get_text(strip=True) for cell in row("td")]
        for row in soup.select("tbody tr")
    }


def test_factors_and_working_days_of_the_year_are_counted_before_the_upload(people, dee):
    completed(people, "EX1001", date(2025, 9, 15), "3B", "4B")
    completed(people, "EX1002", date(2025, 12, 1), "3B")
    make.start(people.ada, "EX1003", referred=REFERRED)
    dee.post("/census/", {"year": "2025-26"})
    assert f'href="{PAGE}"' in dee.get("/census/?year=2025-26").content.decode()
    response = dee.get(PAGE)
    text = text_of(response)
    assert "As at 20 February 2026, checked on 20 February 2026 at 12:00" in text
    assert "2 completed assessments of 3 children" in text
    assert "2 episodes with a code" in text
    found = rows(response)
    assert found["1 to 10"] == ["1", "1"]
    assert found["61 or more"] == ["1", "1"]
    assert found["46 to 50"] == ["0", "0"]
    assert "1 of 2 completed assessments took more working days from the referral" in text
    assert "than the statutory guidance allows, 45 for one of 2025-26." in text
    assert found["North"] == ["1"]
    by_code = {name.split()[0]: cells for name, cells in found.items()}
    assert by_code["3B"] == ["2", "100.0%", "2"]
    assert by_code["4B"] == ["1", "50.0%", "1"]
    assert by_code["1A"] == ["0", "0.0%", "0"]
    assert "18A" not in by_code


def late_of(people: People) -> str:
    return f"/census/late/?year=2025-26&team={people.north.pk}"


def test_what_took_too_long_is_listed_by_team_the_longest_first(people, dee):
    completed(people, "EX1001", date(2025, 9, 15), "3B")
    completed(people, "EX1002", date(2025, 11, 4), "3B")
    longer = completed(people, "EX1003", date(2025, 12, 1), "3B")
    check_year(YEAR)
    check_year(YEAR)
    assert late_of(people) in dee.get(PAGE).content.decode().replace("&amp;", "&")
    response = dee.get(late_of(people))
    listed = rows(response)
    assert [*listed] == ["EX1003", "EX1002"]
    assert listed["EX1003"] == ["65, where 45 are allowed", longer.worker.name]
    assert listed["EX1002"] == ["46, where 45 are allowed", longer.worker.name]
    assert f'href="/assessments/{longer.reference}/"' in response.content.decode()
    reading = Reading.objects.latest("pk")
    assert {*reading.children} == {each.child_id for each in CensusLateAssessment.objects.all()}


def test_late_assessments_of_restricted_records_are_counted_and_no_team_is_told(people, dee):
    record = completed(people, "EX1001", date(2025, 12, 1), "3B")
    completed(people, "EX1002", date(2025, 12, 1), "3B")
    check_year(YEAR)
    assert rows(dee.get(PAGE))["North"] == ["2"]
    make.restrict(record, people.mo)
    for _ in range(2):
        figures, late = dee.get(PAGE), dee.get(late_of(people))
        assert "2 of 2 completed assessments took more working days" in text_of(figures)
        assert "1 of them in restricted records, which no team’s number has" in text_of(figures)
        assert rows(figures)["North"] == ["1"]
        assert [*rows(late)] == ["EX1002"]
        assert "restricted" not in text_of(late)
        check_year(YEAR)


def test_a_team_whose_late_assessments_are_all_restricted_is_not_listed(people, dee):
    make.restrict(completed(people, "EX1001", date(2025, 12, 1), "3B"), people.mo)
    check_year(YEAR)
    response = dee.get(PAGE)
    assert "1 of 1 completed assessment took more working days" in text_of(response)
    assert "None: every completed" not in text_of(response)
    assert "North" not in rows(response)
    assert dee.get(late_of(people)).status_code == 404
    assert not Reading.objects.exists()


def test_what_was_joined_to_a_restricted_record_since_the_check_is_hidden_too(people, dee):
    late = completed(people, "EX1001", date(2025, 12, 1), "3B")
    Episode.objects.filter(pk=late.episode_id).update(
        closure_date=date(2025, 12, 2), reason_for_closure="RC1", primary_need=""
    )
    later = make.start(people.ada, "EX1002", referred=date(2026, 1, 12))
    check_year(YEAR)
    census = "/census/?year=2025-26"
    assert "EX1001" in text_of(dee.get(census))
    kept, other = Child.objects.get(la_child_id="EX1002"), Child.objects.get(la_child_id="EX1001")
    services.join_records(
        kept=kept,
        other=other,
        versions=(kept.version, other.version),
        reason="The same child",
        by=people.mo,
        key=uuid4(),
    )
    later.refresh_from_db()
    make.restrict(later, people.mo)
    assert "North" not in rows(dee.get(PAGE))
    assert dee.get(late_of(people)).status_code == 404
    assert "EX1001" not in text_of(dee.get(census))


def test_late_assessments_of_another_team_or_year_are_not_found(people, dee, browser_of):
    completed(people, "EX1001", date(2025, 12, 1), "3B")
    check_year(YEAR)
    address = late_of(people)
    assert dee.get(address).status_code == 200
    for wrong in (f"/census/late/?year=2025-26&team={people.south.pk}", "/census/late/?team=x"):
        assert dee.get(wrong).status_code == 404
    assert dee.get(address.replace("2025-26", "2024-25")).status_code == 404
    for person in (people.ada, people.mo, people.abe):
        assert browser_of(person).get(address).status_code == 404


def test_restricted_records_are_in_the_counts_and_no_child_is_named(people, dee):
    make.restrict(completed(people, "EX1001", date(2025, 12, 1), "3B"), people.mo)
    check_year(YEAR)
    text = text_of(dee.get(PAGE))
    assert "1 completed assessment of 1 child, as a file of the year holds them" in text
    assert "Restricted records are counted, too" in text
    assert "EX1001" not in text


def test_a_year_without_completed_assessments_says_so(people, dee):
    make.start(people.ada, "EX1001", referred=REFERRED)
    check_year(YEAR)
    assert "No assessment was completed in 2025-26 yet" in text_of(dee.get(PAGE))


def test_where_all_were_in_time_no_team_is_listed(people, dee):
    completed(people, "EX1001", date(2025, 9, 15), "3B")
    check_year(YEAR)
    assert "None: every completed assessment kept to the working days" in text_of(dee.get(PAGE))


def test_a_year_that_was_not_counted_says_how_to(people, dee):
    assert "2025-26 has not been checked yet" in text_of(dee.get(PAGE))
    check_year(YEAR)
    CensusCheck.objects.update(figures={}, late_by_team={})
    assert "The last check of 2025-26 did not count this" in text_of(dee.get(PAGE))


@pytest.mark.parametrize("year", ["2023-24", "2026-27", "x", ""])
def test_another_year_is_not_found(dee, year):
    assert dee.get("/census/figures/", {"year": year}).status_code == 404


def test_only_data_officers_see_the_figures(people, browser_of):
    check_year(YEAR)
    for person in (people.ada, people.mo, people.abe):
        assert browser_of(person).get(PAGE).status_code == 404


def test_the_page_takes_as_many_queries_whatever_is_recorded(people, dee):
    completed(people, "EX1001", date(2025, 12, 1), "3B")
    check_year(YEAR)
    with CaptureQueriesContext(connection) as one:
        dee.get(PAGE)
    for number in range(4):
        completed(people, f"EX300{number}", date(2025, 12, 1), "4B")
    check_year(YEAR)
    with CaptureQueriesContext(connection) as many:
        dee.get(PAGE)
    assert len(many) == len(one)
