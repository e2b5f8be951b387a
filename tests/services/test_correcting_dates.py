"""A manager's correction of the dates of what is authorised: a decision, and a version at once."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from assessments import queries, services
from assessments.models import Assessment, Episode, Review, Status
from tests import people as make
from tests.people import People
from tests.snapshot import unchanged


def day(before_today: int) -> date:
    return timezone.localdate() - timedelta(days=before_today)


def in_words(when: date) -> str:
    return f"{when.day} {when:%B %Y}"


def correct(assessment: Assessment, by, **values) -> Assessment:
    return services.correct_dates(
        **{
            "assessment": assessment,
            "start_date": assessment.start_date,
            "end_date": assessment.end_date,
            "reason": "The letter says so",
            "by": by,
            "version": assessment.version,
            "key": uuid.uuid4(),
        }
        | values
    )


def refusal(assessment: Assessment, by, **values) -> dict[str, str]:
    with unchanged(), pytest.raises(services.FactsRefused) as refused:
        correct(assessment, by, **values)
    return refused.value.messages


def test_the_corrected_dates_are_those_that_count(people: People, authorised: Assessment):
    before = authorised.versions.get()
    done = correct(authorised, people.mo, start_date=day(9), end_date=day(2))
    done.refresh_from_db()
    assert (done.status, done.start_date, done.end_date) == (Status.AUTHORISED, day(9), day(2))
    counted = queries.latest_authorised_version(done)
    assert (counted.number, counted.start_date, counted.end_date) == (2, day(9), day(2))
    assert counted.corrected_by == counted.authorised_by == people.mo
    assert (counted.submitted_by, counted.submitted_at) == (people.ada, before.submitted_at)
    assert (counted.codes, counted.outcome) == (before.codes, before.outcome)
    before.refresh_from_db()
    assert (before.number, before.end_date) == (1, timezone.localdate())
    last = done.reviews.latest("pk")
    assert (last.decision, last.version, last.decided_by, last.comment) == (
        Review.Decision.DATES_CORRECTED,
        counted,
        people.mo,
        "The letter says so",
    )


def test_they_are_corrected_again_and_the_record_is_reopened_with_them(
    people: People, authorised: Assessment
):
    done = correct(correct(authorised, people.mo, end_date=day(2)), people.mo, end_date=day(3))
    again = make.authorise(make.submit(make.reopen(done, people.mo), "4A"), people.mo)
    assert again.end_date == day(3)
    assert [each.end_date for each in again.versions.order_by("number")] == [
        day(0),
        day(2),
        day(3),
        day(3),
    ]


@pytest.mark.parametrize("who", ["ada", "ben", "cleo", "nia", "dee", "abe"])
def test_nobody_else_corrects_them(people: People, authorised: Assessment, who: str):
    with unchanged(), pytest.raises(services.NotPermitted):
        correct(authorised, getattr(people, who), end_date=day(2))


def test_nobody_corrects_the_dates_of_their_own_work(people: People, submitted: Assessment):
    people.ada.role = "team_manager"
    people.ada.save()
    done = make.authorise(submitted, people.mo)
    with unchanged(), pytest.raises(services.NotPermitted):
        correct(done, people.ada, end_date=day(2))


@pytest.mark.parametrize("status", [each for each in Status if each != Status.AUTHORISED])
def test_they_are_corrected_while_it_is_authorised_alone(people: People, status: Status):
    row = make.in_status(status, people.ada, people.mo)
    with unchanged(), pytest.raises(services.Locked):
        correct(row, people.mo, start_date=day(9), end_date=day(2))


def test_a_manager_whose_page_is_stale_learns_what_was_decided(people: People, authorised):
    other = make.make_person("Una Dale", people.north, role="team_manager")
    correct(authorised, other, end_date=day(2))
    with unchanged(), pytest.raises(services.AlreadyDecided) as decided:
        correct(authorised, people.mo, end_date=day(3))
    assert decided.value.review.decided_by == other


@pytest.mark.parametrize("reason", ["", " \r\n", "x" * 2001, "a\x00b"])
def test_a_correction_says_why(people: People, authorised: Assessment, reason: str):
    refused = refusal(authorised, people.mo, end_date=day(2), reason=reason)
    assert refused.keys() == {"reason"}


def test_nothing_is_corrected_where_nothing_changes(people: People, authorised: Assessment):
    assert refusal(authorised, people.mo) == {
        "end_date": "Change a date, or leave the record as it is"
    }


def test_what_cannot_be_is_refused_by_field(people: People, authorised: Assessment):
    assert refusal(authorised, people.mo, start_date=day(11), end_date=day(-1)) == {
        "start_date": f"Start date must be on or after the referral date, {in_words(day(10))} "
        "(census rule 1103)",
        "end_date": "End date must be today or in the past",
    }
    assert refusal(authorised, people.mo, start_date=day(3), end_date=day(4)) == {
        "end_date": f"End date must be on or after the start date, {in_words(day(3))} "
        "(census rule 8608)"
    }


def test_the_end_is_not_after_the_closure(people: People, submitted: Assessment):
    done = make.authorise(submitted, people.mo, day(8))
    Episode.objects.update(closure_date=day(5), reason_for_closure="RC8")
    assert refusal(done, people.mo, end_date=day(4)) == {
        "end_date": "End date must be on or before the day the episode was closed, "
        f"{in_words(day(5))} (census rule 8565)"
    }
    assert correct(done, people.mo, end_date=day(5)).end_date == day(5)


def test_the_start_is_not_after_the_internal_review(people: People, draft: Assessment):
    Assessment.objects.update(internal_review_date=day(7), version=2)
    draft.refresh_from_db()
    done = make.authorise(make.submit(draft), people.mo)
    assert refusal(done, people.mo, start_date=day(6)).keys() == {"start_date"}


def test_nothing_ends_under_a_guide_that_can_only_be_read(people: People):
    started = date(2021, 3, 1)
    draft = make.start(people.ada, referred=started, birth_date=date(2012, 5, 1))
    done = make.authorise(make.submit(draft), people.mo, date(2021, 4, 2))
    assert refusal(done, people.mo, end_date=date(2021, 3, 31)) == {
        "end_date": "Nothing can be recorded under the guide that was in force on 31 March 2021"
    }
    assert correct(done, people.mo, end_date=date(2021, 4, 1)).edition == "2021-04"


def test_an_overlap_and_a_late_start_are_asked_about_once(people: People):
    with time_machine.travel("2026-06-30 10:00 +0000", tick=False):
        first = make.start(people.ada, referred=date(2026, 6, 1), started=date(2026, 6, 1))
        first = make.authorise(make.submit(first), people.mo, date(2026, 6, 10))
        again = make.authorise(make.submit(make.start_after(first)), people.mo)
        with unchanged(), pytest.raises(services.NeedsConfirming) as asked:
            correct(again, people.mo, start_date=date(2026, 6, 9))
        assert asked.value.messages == {
            "overlap": "It overlaps with another assessment in the same episode, from "
            "1 June 2026 to 10 June 2026"
        }
        confirmed = [*asked.value.messages.values()]
        done = correct(again, people.mo, start_date=date(2026, 6, 9), confirmed=confirmed)
        assert done.start_date == date(2026, 6, 9)


def test_a_repeated_form_submission_makes_one_version(people: People, authorised: Assessment):
    key = uuid.uuid4()
    for _ in range(2):
        correct(authorised, people.mo, end_date=day(2), key=key)
    assert authorised.versions.count() == 2
