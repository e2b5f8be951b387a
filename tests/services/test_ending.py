"""The day an assessment ended: set at its first authorisation, and kept."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from assessments import queries, services
from assessments.catalogue import loader
from assessments.evaluation import edition_of, edition_to_record
from assessments.models import Assessment, Episode, Status
from tests import people as make
from tests.people import People
from tests.snapshot import unchanged

IN_TIME = date(2025, 5, 8)
KEY = uuid.UUID("11111111-1111-4111-8111-111111111111")


@pytest.fixture
def ended_in_time(people: People) -> Assessment:
    """Referred in March 2025, authorised on 8 May 2025."""
    with time_machine.travel("2025-05-08 10:00 +0000", tick=False):
        sent = make.submit(make.start(people.ada, referred=date(2025, 3, 10)))
        return make.authorise(sent, people.mo)


def end_of(assessment: Assessment) -> date | None:
    assessment.refresh_from_db()
    return assessment.end_date


def refusal(assessment: Assessment, people: People, end_date: date) -> str:
    with unchanged(), pytest.raises(services.FactsRefused) as refused:
        make.authorise(assessment, people.mo, end_date)
    assert refused.value.messages.keys() == {"end_date"}
    return refused.value.messages["end_date"]


def test_it_ends_on_an_earlier_day_that_the_manager_gives(people: People):
    today = timezone.localdate()
    for number, days in enumerate((0, 1, 10)):
        day = today - timedelta(days=days)
        sent = make.submit(make.start(people.ada, f"EX{number}"))
        done = make.authorise(sent, people.mo, day)
        version = done.versions.get()
        assert (end_of(done), done.status) == (day, Status.AUTHORISED)
        assert version.end_date == day
        assert timezone.localdate(version.authorised_at) == today


def test_it_does_not_end_before_its_start_nor_tomorrow(people: People, submitted: Assessment):
    start = submitted.start_date
    words = f"{start.day} {start:%B %Y}"
    assert refusal(submitted, people, start - timedelta(days=1)) == (
        f"End date must be on or after the start date, {words} (census rule 8608)"
    )
    assert refusal(submitted, people, timezone.localdate() + timedelta(days=1)) == (
        "End date must be today or in the past"
    )
    assert make.authorise(submitted, people.mo, start).end_date == start


def test_it_does_not_end_after_its_episode_was_closed(people: People, submitted: Assessment):
    closed = timezone.localdate() - timedelta(days=3)
    Episode.objects.update(closure_date=closed, reason_for_closure="RC8")
    message = (
        f"End date must be on or before the day the episode was closed, {closed.day} "
        f"{closed:%B %Y} (census rule 8565)"
    )
    assert refusal(submitted, people, closed + timedelta(days=1)) == message
    with unchanged():
        [several] = services.authorise_each(
            chosen=[(submitted.reference, submitted.version)], by=people.mo, key=KEY
        )
    assert several.refusal.messages == {"end_date": message}
    assert make.authorise(submitted, people.mo, closed).end_date == closed


def test_it_does_not_end_under_a_guide_that_can_only_be_read(people: People):
    started = date(2021, 3, 1)
    sent = make.submit(make.start(people.ada, referred=started))
    assert refusal(sent, people, date(2021, 3, 31)) == (
        "Nothing can be recorded under the guide that was in force on 31 March 2021"
    )
    assert make.authorise(sent, people.mo, date(2021, 4, 1)).edition == "2021-04"


@pytest.mark.parametrize("closed", [True, False])
def test_amending_keeps_the_end(people: People, ended_in_time: Assessment, closed: bool):
    if closed:
        Episode.objects.update(closure_date=date(2025, 6, 1), reason_for_closure="RC7")
    again = make.reopen(ended_in_time, people.mo)
    assert end_of(again) == IN_TIME
    sent = make.submit(again, "4A")
    assert end_of(sent) == IN_TIME
    back = make.return_it(sent, people.mo)
    assert end_of(back) == IN_TIME
    corrected = make.correct(make.submit(back, "4A"), people.mo, "4A", "4B")
    assert end_of(corrected) == IN_TIME
    done = make.authorise(corrected, people.mo)
    assert end_of(done) == IN_TIME
    counted = queries.latest_authorised_version(done)
    assert (counted.number, counted.codes, counted.end_date) == (4, ["4A", "4B"], IN_TIME)
    in_its_year = queries.in_census_year(Assessment.objects.all(), 2026)
    assert list(in_its_year) == [done]


def test_an_amendment_is_given_no_other_end(people: People, ended_in_time: Assessment):
    sent = make.submit(make.reopen(ended_in_time, people.mo), "4A")
    assert refusal(sent, people, IN_TIME + timedelta(days=1)) == (
        "The assessment keeps its end, 8 May 2025"
    )
    assert make.authorise(sent, people.mo, IN_TIME).end_date == IN_TIME


def test_a_withdrawn_amendment_keeps_the_end(people: People, ended_in_time: Assessment):
    sent = make.submit(make.reopen(ended_in_time, people.mo), "4A")
    back = services.withdraw_submission(
        assessment=sent, by=people.ada, version=sent.version, key=uuid.uuid4()
    )
    assert (back.status, end_of(back)) == (Status.REOPENED, IN_TIME)


@pytest.mark.parametrize("status", Status)
def test_an_end_is_there_exactly_when_a_version_was_authorised(people: People, status: Status):
    row = make.in_status(status, people.ada, people.mo)
    authorised = row.versions.filter(authorised_at__isnull=False).exists()
    assert (
        (end_of(row) is not None) == authorised == (status in ("authorised", "reopened", "voided"))
    )
    assert row.is_completed == authorised


def test_a_repeated_form_with_a_day_authorises_once(people: People, submitted: Assessment):
    values = {"by": people.mo, "version": submitted.version, "key": KEY}
    day = submitted.start_date
    first = services.authorise(assessment=submitted, end_date=day, **values)
    with unchanged():
        again = services.authorise(assessment=submitted, end_date=day, **values)
    assert (again.pk, again.end_date) == (first.pk, day)


def test_an_amendment_is_recorded_under_the_edition_of_its_end(
    people: People, ended_in_time: Assessment, monkeypatch: pytest.MonkeyPatch
):
    """By a catalogue whose April 2021 edition ended in 2025; the guide after it cannot be used."""
    again = make.reopen(ended_in_time, people.mo)
    known = loader.edition_for

    def in_force(day: date):
        if day > IN_TIME:
            raise loader.NoEditionInForce(day)
        return known(day)

    monkeypatch.setattr(loader, "edition_for", in_force)
    assert edition_of(again).id == edition_to_record(again).id == "2021-04"
    done = make.authorise(make.submit(again, "24A"), people.mo)
    assert (done.edition, done.codes, done.end_date) == ("2021-04", ["24A"], IN_TIME)
    with pytest.raises(loader.NoEditionInForce):
        make.start(people.ada, "EX2")


def test_what_ended_under_a_guide_that_can_only_be_read_is_not_reopened(
    people: People, ended_in_time: Assessment, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(loader, "edition_for", lambda day: loader.edition("2020-04"))
    with unchanged(), pytest.raises(services.FactsRefused) as refused:
        make.reopen(ended_in_time, people.mo)
    assert refused.value.messages == {
        "comment": "It ended under the guide of April 2021, and nothing can be recorded under "
        "that any more"
    }


def test_an_episode_whose_assessment_is_amended_may_have_an_open_one(
    people: People, authorised: Assessment
):
    back = make.return_it(make.submit(make.reopen(authorised, people.mo), "4A"), people.mo)
    assert back.status == Status.RETURNED
    assert not queries.not_completed_in(back.episode).exists()
    newer = make.start_after(back)
    assert list(queries.not_completed_in(back.episode)) == [newer]
    assert make.authorise(make.submit(back, "4A"), people.mo).end_date == authorised.end_date
