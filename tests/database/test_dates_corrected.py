"""The dates of what was authorised stay, but for a manager's decision that says why: raw SQL."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from assessments.models import Assessment, Review, Version
from tests import people as make
from tests.database.raw import a_review_row, a_version_row, change, insert, refused, settle
from tests.people import People


def earlier(row: Assessment) -> date:
    """A day on which the authorised assessment may have ended."""
    return row.start_date + timedelta(days=1)


def the_version(row: Assessment, people: People, **values: Any) -> dict[str, Any]:
    """The version that Mo's correction of the end would make."""
    before = row.versions.latest("number")
    return (
        a_version_row(
            row,
            submitted_by=before.submitted_by_id,
            submitted_at=before.submitted_at,
            corrected_by=people.mo.pk,
            authorised_by=people.mo.pk,
            authorised_at=timezone.now(),
            end_date=earlier(row),
        )
        | values
    )


def decided_at(row: Assessment) -> datetime | None:
    """The time of the correction, which the row has too."""
    return row.versions.latest("number").authorised_at


def the_decision(row: Assessment, people: People, **values: Any) -> dict[str, Any]:
    decision = {"decision": "dates_corrected", "reason": "", "comment": "The letter says so"}
    return a_review_row(row, people.mo, **decision | values)


def test_the_dates_are_corrected_by_hand_with_the_decision_and_its_version(
    people: People, authorised: Assessment
):
    insert(Version, **the_version(authorised, people))
    insert(Review, **the_decision(authorised, people))
    with refused("a_locked_assessment_does_not_change"):
        change(authorised, end_date=earlier(authorised))
    change(authorised, end_date=earlier(authorised), saved_at=decided_at(authorised))
    settle()


@pytest.mark.parametrize("column", ["start_date", "end_date"])
def test_without_the_decision_the_dates_of_what_is_authorised_stay(
    people: People, authorised: Assessment, column: str
):
    with refused("a_locked_assessment_does_not_change"):
        change(authorised, **{column: earlier(authorised)})
    with refused("a_locked_assessment_does_not_change"):
        insert(Version, **the_version(authorised, people))
        change(authorised, end_date=earlier(authorised))


@pytest.mark.parametrize("status", ["reopened", "returned", "submitted"])
def test_the_dates_of_what_is_amended_stay(people: People, authorised: Assessment, status: str):
    row = make.reopen(authorised, people.mo)
    if status != "reopened":
        row = make.submit(row, "4A")
    if status == "returned":
        row = make.return_it(row, people.mo)
    locked = "a_locked_assessment_does_not_change"
    name = locked if status == "submitted" else "a_completed_assessment_keeps_its_start"
    with refused(name):
        change(row, start_date=earlier(row))
    with refused(locked if status == "submitted" else "an_assessment_ends_once"):
        change(row, end_date=earlier(row))


def test_a_version_with_other_dates_without_the_decision_is_not_kept(
    people: People, authorised: Assessment
):
    with refused("what_is_locked_equals_its_latest_version"):
        insert(Version, **the_version(authorised, people))
        settle()


def test_a_decision_that_leaves_the_assessment_as_it_was_is_not_kept(
    people: People, authorised: Assessment
):
    with refused("what_is_locked_equals_its_latest_version"):
        insert(Version, **the_version(authorised, people))
        insert(Review, **the_decision(authorised, people))
        settle()


@pytest.mark.parametrize("column", ["start_date", "end_date"])
def test_the_dates_are_those_of_the_version(people: People, authorised: Assessment, column: str):
    other = earlier(authorised) + timedelta(days=1)
    with refused("a_locked_assessment_does_not_change"):
        insert(Version, **the_version(authorised, people))
        insert(Review, **the_decision(authorised, people))
        dates = {"end_date": earlier(authorised), column: other}
        change(authorised, **dates, saved_at=decided_at(authorised))


@pytest.mark.parametrize(
    "values",
    [
        {"codes": ["4A"]},
        {"other_description": "Debts"},
        {"outcome": "early_help"},
        {"internal_review_date": "2099-01-01"},
        {"submitted_at": "2026-01-01 12:00+00"},
        {"authorised_by": None, "authorised_at": None, "end_date": None},
    ],
    ids=str,
)
def test_a_correction_of_the_dates_changes_nothing_else(
    people: People, authorised: Assessment, values: dict
):
    with refused("a_correction_of_the_dates_changes_nothing_else"):
        insert(Version, **the_version(authorised, people, **values))


def test_a_correction_is_authorised_by_the_manager_who_makes_it(
    people: People, authorised: Assessment
):
    with refused("a_correction_of_the_dates_changes_nothing_else"):
        insert(Version, **the_version(authorised, people, authorised_by=people.nia.pk))
    with refused("a_correction_is_of_the_version_it_made"):
        insert(Version, **the_version(authorised, people))
        insert(Review, **the_decision(authorised, people, decided_by=people.nia.pk))


def test_nobody_corrects_the_dates_of_their_own_work(people: People, authorised: Assessment):
    own = {"corrected_by": people.ada.pk, "authorised_by": people.ada.pk}
    with refused("nobody_decides_on_their_own_work"):
        insert(Version, **the_version(authorised, people, **own))


def test_a_decision_says_why(people: People, authorised: Assessment):
    with refused("every_decision_but_authorising_says_why"):
        insert(Version, **the_version(authorised, people))
        insert(Review, **the_decision(authorised, people, comment=""))


def test_each_version_is_redated_once(people: People, authorised: Assessment):
    with refused("each_version_is_decided_on_once"):
        insert(Version, **the_version(authorised, people))
        insert(Review, **the_decision(authorised, people))
        insert(Review, **the_decision(authorised, people))


def test_a_corrected_end_is_today_at_the_latest(people: People, authorised: Assessment):
    tomorrow = timezone.localdate() + timedelta(days=1)
    with refused("ends_by_the_day_of_its_authorisation"):
        insert(Version, **the_version(authorised, people, end_date=tomorrow))
        insert(Review, **the_decision(authorised, people))
        change(authorised, end_date=tomorrow, saved_at=decided_at(authorised))


def test_a_corrected_end_is_under_the_edition_of_that_day(people: People):
    first = date(2021, 3, 1)
    sent = make.submit(make.start(people.ada, referred=first, birth_date=date(2012, 5, 1)))
    row = make.authorise(sent, people.mo)
    with refused("recorded_under_the_edition_in_force"):
        insert(Version, **the_version(row, people, end_date=date(2021, 3, 31)))
        insert(Review, **the_decision(row, people))
        change(row, end_date=date(2021, 3, 31), saved_at=decided_at(row))


def test_a_correction_by_hand_needs_its_decision_on_a_record_that_a_manager_corrected_before(
    people: People, submitted: Assessment
):
    """A version that a manager made of the codes gives nobody the dates."""
    row = make.authorise(make.correct(submitted, people.mo, "4C"), people.mo)
    with refused("a_locked_assessment_does_not_change"):
        change(row, end_date=earlier(row))
