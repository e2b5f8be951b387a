"""What is new, gone and changed in a census year since its return was submitted."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.test import Client

from assessments.census.years import years
from assessments.models import Assessment, CensusSubmission, CensusSubmittedAssessment
from assessments.services import FactsRefused, NotPermitted
from assessments.services.returns import RestrictedRecords, check_year, record_submission
from cinfactors.audit.models import Reading
from tests import people as make
from tests.pages.test_census import text_of
from tests.people import People

YEAR, NEXT = years()["2025-26"], years()["2026-27"]
PAGE = "/census/figures/?year=2025-26"
REFERRED = date(2026, 1, 5)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2026, 5, 20, 12, tzinfo=UTC)) as travelled:
        yield travelled


@pytest.fixture
def dee(people: People, browser_of) -> Client:
    return browser_of(people.dee)


def completed(people: People, la_child_id: str, *codes: str, on: date = date(2026, 2, 2)):
    draft = make.start(people.ada, la_child_id, referred=REFERRED)
    return make.authorise(make.submit(draft, *codes), people.mo, on)


def submitted(by, on: date = date(2026, 5, 20), **values: object) -> None:
    given = {"year": YEAR, "serial_number": 1, "key": uuid.uuid4()} | values
    record_submission(by=by, submitted_on=on, **given)


def posted(dee: Client, **values: object):
    content = {"key": str(uuid.uuid4()), "serial_number": "002"}
    day = {"submitted_on_0": "20", "submitted_on_1": "5", "submitted_on_2": "2026"}
    return dee.post(PAGE, content | day | values, follow=True)


def test_a_submission_keeps_what_stands_in_the_year_as_it_is(people):
    done, still_open = (
        completed(people, "EX1001", "3B", "4B"),
        make.start(people.ada, "EX1002", referred=REFERRED),
    )
    submitted(people.dee)
    assert [
        *CensusSubmittedAssessment.objects.order_by("child").values_list(
            "child", "assessment", "referral_date", "start_date", "authorisation_date", "codes"
        )
    ] == [
        (done.episode.child_id, done.pk, REFERRED, REFERRED, date(2026, 2, 2), ["3B", "4B"]),
        (still_open.episode.child_id, still_open.pk, REFERRED, REFERRED, None, []),
    ]
    with pytest.raises(DatabaseError), transaction.atomic():
        CensusSubmission.objects.update(serial_number=2)
    with pytest.raises(DatabaseError), transaction.atomic():
        CensusSubmittedAssessment.objects.update(start_date=date(2026, 1, 6))


def test_what_is_new_gone_and_changed_since_is_listed_with_links(people, dee):
    same, changed = completed(people, "EX1001", "3B"), completed(people, "EX1002", "3B")
    gone = completed(people, "EX1003", "3B")
    posted(dee)
    make.void(gone, people.mo)
    new = completed(people, "EX1004", "4B")
    make.authorise(make.submit(make.reopen(changed, people.mo), "4B"), people.mo)
    assert "Check 2025-26 to see what changed since then" not in text_of(dee.get("/census/"))
    check_year(YEAR)
    response = dee.get(PAGE)
    text = text_of(response)
    assert "Submitted on 20 May 2026, serial number 2; recorded by Dee Ledger" in text
    assert "1 new, 1 gone, 1 changed." in text
    for words in ("EX1004 New", "EX1003 Gone", "EX1002 Changed: factors"):
        assert words in text
    assert "EX1001" not in text
    content = response.content.decode()
    assert all(f"/assessments/{each.reference}/" in content for each in (new, gone, changed))
    assert f"/assessments/{same.reference}/" not in content
    read = {*Reading.objects.filter(page="census").values_list("person_id", flat=True)}
    assert read == {people.dee.pk}


def test_until_the_next_check_it_is_said_that_one_is_needed(people, dee):
    completed(people, "EX1001", "3B")
    check_year(YEAR)
    text = text_of(posted(dee))
    assert "The return of 2025-26 is recorded as submitted." in text
    assert "Check 2025-26 to see what changed since then" in text
    check_year(YEAR)
    assert "Nothing is new, gone or changed." in text_of(dee.get(PAGE))


def test_restricted_records_are_counted_and_not_listed(people, dee):
    changed = completed(people, "EX1001", "3B")
    completed(people, "EX1002", "3B")
    submitted(people.dee)
    make.authorise(make.submit(make.reopen(changed, people.mo), "4B"), people.mo)
    make.restrict(changed, people.mo)
    check_year(YEAR)
    text = text_of(dee.get(PAGE))
    assert "0 new, 0 gone, 1 changed." in text
    assert "1 of them in restricted records: ask a manager who is named" in text
    assert "EX1001" not in text


def test_a_submission_with_restricted_records_is_recorded_under_the_permission_alone(people, dee):
    make.restrict(completed(people, "EX1001", "3B"), people.mo)
    for by, refusal in ((people.dee, RestrictedRecords), (people.mo, NotPermitted)):
        with pytest.raises(refusal):
            submitted(by)
    assert "Restricted records stand in this return" in text_of(posted(dee))
    assert not CensusSubmission.objects.exists()
    people.dee.exports_restricted = True
    people.dee.save()
    submitted(people.dee)
    [reading] = Reading.objects.filter(page="export")
    assert (reading.person_id, reading.restricted) == (people.dee.pk, True)


def test_a_repeated_post_records_one_submission(people, dee):
    completed(people, "EX1001", "3B")
    key = uuid.uuid4()
    for _ in range(2):
        submitted(people.dee, key=key)
    assert CensusSubmission.objects.count() == 1


def test_what_is_wrong_is_said_beside_it_and_what_was_typed_stays(people, dee):
    check_year(YEAR)
    text = text_of(posted(dee, serial_number="first"))
    assert "Enter the serial number in digits, such as 001" in text
    tomorrow = date(2026, 5, 21)
    with pytest.raises(FactsRefused):
        submitted(people.dee, tomorrow)
    with pytest.raises(FactsRefused):
        submitted(people.dee, YEAR.first_day - timedelta(days=1))
    response = posted(dee, submitted_on_0="21")
    assert response.status_code == 422
    assert "Enter a day from 1 April 2025 to today" in text_of(response)
    assert 'value="002"' in response.content.decode()


def test_what_was_open_in_the_last_return_is_looked_for_in_this_years(people, dee):
    kept, redated = (
        make.start(people.ada, each, referred=REFERRED) for each in ("EX1001", "EX1002")
    )
    gone = make.start(people.ada, "EX1003", referred=REFERRED)
    completed(people, "EX1004", "3B")
    submitted(people.dee)
    make.authorise(make.submit(kept, "3B"), people.mo)
    later = {"start_date": date(2026, 1, 12), "version": redated.version + 1}
    Assessment.objects.filter(pk=redated.pk).update(**later)
    make.cancel(gone)
    check_year(NEXT)
    text = text_of(dee.get("/census/figures/?year=2026-27"))
    assert "Open in the return before" in text
    assert "0 new, 1 gone, 1 changed." in text
    assert "EX1002 Changed: start date" in text
    assert "EX1003 Gone" in text
    assert "EX1001" not in text
    assert "EX1004" not in text
