"""The census page: what DfE would say of our records, from the last check, for data officers."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments import queries
from assessments.census.years import years
from assessments.models import Assessment, CensusCheck, CensusFinding, Outcome
from assessments.services.returns import check_year
from cinfactors.audit.models import Reading
from tests import people as make
from tests.people import People

YEAR = years()["2025-26"]
PAGE = "/census/?year=2025-26"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2026, 2, 20, 12, tzinfo=UTC)) as travelled:
        yield travelled


@pytest.fixture
def dee(people: People, browser_of) -> Client:
    return browser_of(people.dee)


def started(people: People, la_child_id: str, referred: date, need: str = "N1") -> Assessment:
    draft = make.start(people.ada, la_child_id, referred=referred)
    draft.episode.primary_need = need
    draft.episode.save()
    return draft


def refused(people: People, la_child_id: str = "EX1001") -> Assessment:
    """Without a primary need, which 8610 refuses."""
    draft = started(people, la_child_id, date(2026, 1, 5), need="")
    return make.authorise(make.submit(draft), people.mo, date(2026, 2, 2))


def queried(people: People, la_child_id: str = "EX1002") -> Assessment:
    """No factors identified, and the case closed for another reason (8873)."""
    draft = started(people, la_child_id, date(2026, 1, 5))
    submitted = make.submit(draft, "21", outcome=Outcome.NO_FURTHER_ACTION)
    authorised = make.authorise(submitted, people.mo, date(2026, 2, 2))
    episode = authorised.episode
    episode.closure_date, episode.reason_for_closure = date(2026, 2, 3), "RC7"
    episode.save()
    return authorised


def would_be_queried(people: People, la_child_id: str = "EX1003") -> Assessment:
    """Open, and 45 working days old before 31 March (8670)."""
    return started(people, la_child_id, date(2026, 1, 5))


def text_of(response) -> str:
    return " ".join(BeautifulSoup(response.content, "html.parser").get_text(" ").split())


def page(client: Client, address: str = PAGE) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return text_of(response)


def test_a_year_is_checked_from_the_page_and_every_finding_says_how_to_mend_it(people, dee):
    wrong = refused(people)
    queried(people)
    would_be_queried(people)
    assert "2025-26 has not been checked yet" in page(dee)
    response = dee.post("/census/", {"year": "2025-26"}, follow=True)
    assert response.redirect_chain == [(PAGE, 302)]
    text = text_of(response)
    assert "2025-26 was checked again" in text
    assert "As at 20 February 2026, checked on 20 February 2026 at 12:00" in text
    assert "DfE would refuse 1 finding DfE would query 1 finding" in text
    assert "If still open on 31 March 1 finding Explained None Not completed 1 of 3" in text
    assert "The primary need is missing" in text
    assert "Choose the primary need" in text
    assert f'href="/assessments/{wrong.reference}/"' in response.content.decode()


def test_a_year_in_which_nothing_is_wrong_is_a_green_light(people, dee):
    draft = started(people, "EX1001", date(2026, 1, 5))
    make.authorise(make.submit(draft), people.mo, date(2026, 2, 2))
    check_year(YEAR)
    text = page(dee)
    assert "Nothing found DfE would refuse and query nothing of what is recorded here" in text
    assert "1 child and 1 assessment" in text


def test_what_is_saved_while_a_check_goes_on_has_changed_since_it(people, dee, clock):
    assessment = refused(people)

    def reopen(found: object) -> None:
        clock.shift(5)
        make.reopen(assessment, people.mo)
        clock.shift(5)

    check_year(YEAR, reopen)
    assert "Changed since this check" in page(dee)


def test_what_is_mended_is_gone_from_the_next_check_and_marked_until_then(people, dee, clock):
    assessment = refused(people)
    check_year(YEAR)
    assert "Changed since this check" not in page(dee)
    clock.shift(600)
    reopened = make.reopen(assessment, people.mo)
    assert "Changed since this check" in page(dee)
    reopened.episode.primary_need = "N1"
    reopened.episode.save()
    check_year(YEAR)
    assert "Nothing found" in page(dee)
    assert CensusFinding.objects.count() == 0
    assert CensusCheck.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "child"),
    [("error", "EX1001"), ("query", "EX1002"), ("still_open", "EX1003")],
)
def test_findings_are_listed_by_what_dfe_would_do(people, dee, kind, child):
    refused(people)
    queried(people)
    would_be_queried(people)
    check_year(YEAR)
    text = page(dee, f"{PAGE}&kind={kind}")
    shown = {each for each in ("EX1001", "EX1002", "EX1003") if each in text}
    assert shown == {child}
    assert [each.children for each in Reading.objects.all()] == [
        [CensusFinding.objects.get(kind=kind).child_id]
    ]


def test_what_dfe_would_refuse_is_listed_first_and_what_is_open_last(people, dee):
    for record in (would_be_queried, queried, refused):
        record(people)
    check_year(YEAR)
    text = page(dee)
    assert text.index("EX1001") < text.index("EX1002") < text.index("EX1003")


def test_findings_are_counted_by_team_and_within_it_by_worker(people, dee):
    refused(people)
    would_be_queried(people)
    south = make.start(people.cleo, "EX2001", referred=date(2026, 2, 16))
    check_year(YEAR)
    text = page(dee)
    assert "North 1 0 1 1" in text
    assert "South 1 0 0 1" in text
    text = page(dee, f"{PAGE}&team={south.team_id}")
    assert "By social worker" in text
    assert "Cleo Frost 1 0 0" in text
    assert "EX2001" in text
    assert "EX1001" not in text


def test_a_team_of_which_nothing_is_left_says_so(people, dee):
    assessment = refused(people)
    make.start(people.cleo, "EX2001", referred=date(2026, 2, 16))
    check_year(YEAR)
    address = f"{PAGE}&team={assessment.team_id}"
    assert "By social worker" in page(dee, address)
    assessment.episode.primary_need = "N1"
    assessment.episode.save()
    check_year(YEAR)
    text = page(dee, address)
    assert "Nothing is left to look at in North" in text
    assert "EX2001" not in text


def test_what_is_open_in_restricted_records_is_in_no_teams_number(people, dee):
    make.restrict(would_be_queried(people), people.mo)
    would_be_queried(people, "EX1004")
    check = check_year(YEAR)
    assert check.open_by_team == {str(people.north.pk): 1}
    text = page(dee)
    assert "Not completed 2 of 2 assessments, 1 of them in restricted records" in text


def test_findings_in_restricted_records_are_counted_and_not_shown(people, dee, browser_of):
    make.restrict(refused(people), people.mo)
    check_year(YEAR)
    text = page(dee)
    assert "1 finding in restricted records: ask a manager who is named" in text
    assert "EX1001" not in text
    assert "Nothing found" not in text
    assert not Reading.objects.exists()
    services_named = people.dee
    Assessment.objects.get().episode.child.named_people.create(
        person=services_named, named_by=people.mo, named_at=datetime.now(UTC)
    )
    text = page(dee)
    assert "EX1001" in text
    assert "restricted records:" not in text


@pytest.mark.parametrize("year", ["2023-24", "2026-27", "x", ""])
def test_another_year_is_refused_beside_the_list(people, dee, year):
    response = dee.get("/census/", {"year": year})
    assert response.status_code == 422
    assert "Select a census year" in text_of(response)
    assert dee.post("/census/", {"year": year}).status_code == 422


@pytest.mark.parametrize("query", ["kind=all", "team=0", "team=x"])
def test_what_is_not_there_is_not_found(people, dee, query):
    refused(people)
    check_year(YEAR)
    assert dee.get(f"{PAGE}&{query}").status_code == 404


def test_the_page_takes_as_many_queries_whatever_is_found(people, dee):
    refused(people)
    check_year(YEAR)
    with CaptureQueriesContext(
        connection,
    ) as one:
        page(dee)
    for number in range(4):
        refused(people, f"EX300{number}")
    check_year(YEAR)
    with CaptureQueriesContext(connection) as many:
        page(dee)
    assert len(many) == len(one)


def test_a_finding_of_an_episode_without_an_assessment_has_no_link(people, dee):
    cancelled = make.cancel(started(people, "EX1001", date(2026, 1, 5)))
    episode = cancelled.episode
    episode.closure_date, episode.reason_for_closure = date(2026, 1, 6), "RC8"
    episode.no_further_action = True
    episode.save()
    check_year(YEAR)
    assert [each.rule for each in CensusFinding.objects.all()] == ["8825"]
    assert "Without an assessment 0 1 0 0" in page(dee)


def test_findings_of_the_whole_year_are_shown_too(people, dee):
    check = check_year(YEAR)
    CensusFinding.objects.create(
        census_check=check, kind="query", rule="share-other", message="Too many", mend="Look"
    )
    assert "The whole year Too many" in page(dee)
    assert [each.rule for each in queries.census_findings(people.dee, check)] == ["share-other"]


# A file of the year


def export(client: Client, **values):
    return client.post("/census/export/", {"year": "2025-26", "format": "xml"} | values)


@pytest.mark.parametrize(
    ("format", "name", "content_type"),
    [
        ("xml", "census-2025-26.xml", "application/xml"),
        ("csv-long", "census-2025-26-csv-long.csv", "text/csv; charset=utf-8"),
        ("csv-wide", "census-2025-26-csv-wide.csv", "text/csv; charset=utf-8"),
        ("json-rows", "census-2025-26-json-rows.csv", "text/csv; charset=utf-8"),
    ],
)
def test_a_file_of_the_year_is_given(people, dee, format, name, content_type):
    draft = started(people, "EX1001", date(2026, 1, 5))
    authorised = make.authorise(make.submit(draft, "3B"), people.mo, date(2026, 2, 2))
    response = export(dee, format=format)
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response.headers["Content-Type"] == content_type
    assert "no-store" in response.headers["Cache-Control"]
    content = b"".join(response.streaming_content).decode()
    assert "3B" in content
    known = str(authorised.reference) if format == "json-rows" else "EX1001"
    assert known in content


def test_errors_are_said_beside_the_box_that_allows_them(people, dee):
    refused(people)
    response = export(dee)
    assert response.status_code == 422
    assert "There is a problem 1 error stands that DfE would refuse" in text_of(response)
    assert b'href="#export_allow_errors"' in response.content
    response = export(dee, allow_errors="on")
    assert response.status_code == 200
    assert b"EX1001" in b"".join(response.streaming_content)


def test_a_file_with_restricted_records_is_made_under_the_permission_alone(people, dee):
    make.restrict(refused(people), people.mo)
    response = export(dee, allow_errors="on")
    assert response.status_code == 422
    assert "Restricted records stand in this return" in text_of(response)
    assert not Reading.objects.exists()
    people.dee.exports_restricted = True
    people.dee.save()
    response = export(dee, allow_errors="on")
    assert b"EX1001" in b"".join(response.streaming_content)
    [reading] = Reading.objects.all()
    assert (reading.page, reading.restricted, reading.address) == ("export", True, "127.0.0.1")


def test_what_a_file_needs_is_said_before_it_is_asked_for(people, dee, settings):
    assert "without the permission “may export restricted records”" in page(dee)
    people.dee.exports_restricted = True
    people.dee.save(update_fields=["exports_restricted"])
    before = page(dee)
    assert "without the permission" not in before
    assert "Make the file" in before
    settings.LEA = ""
    without = page(dee)
    assert "the authority’s number, which stands in each, is not set" in without
    assert "Make the file" not in without
    assert "The authority’s number is not set" in text_of(export(dee))


def test_a_year_without_anything_gives_no_file(people, dee):
    assert "Nothing is recorded that stands in the return of 2025-26" in text_of(export(dee))


@pytest.mark.parametrize("wrong", [{"format": "pdf"}, {"format": ""}, {"year": "2023-24"}])
def test_another_format_or_year_is_refused(people, dee, wrong):
    response = export(dee, **wrong)
    assert response.status_code == 422
    assert "Select a " in text_of(response)


# The command


def run(*arguments: str, status: int = 1) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    if status:
        with pytest.raises(SystemExit) as ended:
            call_command("census_check", "--year=2025-26", *arguments, stdout=out, stderr=err)
        assert ended.value.code == status
    else:
        call_command("census_check", "--year=2025-26", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_command_checks_a_year_and_its_exit_status_says_what_was_found(people):
    draft = started(people, "EX1001", date(2026, 1, 5))
    make.authorise(make.submit(draft), people.mo, date(2026, 2, 2))
    out, _ = run(status=0)
    assert "Checked 1 children and 1 assessments of 2025-26, as at 2026-02-20: 0 findings" in out
    refused(people, "EX1002")
    make.restrict(refused(people, "EX1003"), people.mo)
    out, err = run("--format=json")
    [line] = out.splitlines()
    said = json.loads(line)
    assert (said["rule"], said["child_id"], said["if_still_open"]) == ("8610", "EX1002", False)
    assert "1 more in restricted records" in err
    assert CensusFinding.objects.count() == 2
