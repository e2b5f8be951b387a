"""Versions, decisions and what belongs to them: raw SQL cannot avoid what the services check."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from assessments.models import Assessment, PinnedComment, Review, RuleAnswer, Status, Version
from tests import people as make
from tests.database.raw import (
    a_review_row,
    a_version_row,
    accept,
    change,
    insert,
    refused,
    run,
    settle,
)
from tests.people import People


def mark(people: People) -> dict[str, Any]:
    return {
        "authorised_by_id": people.mo.pk,
        "authorised_at": timezone.now(),
        "end_date": timezone.localdate(),
    }


def correction_of(row: Assessment, people: People, **values: Any) -> dict[str, Any]:
    """The version that Mo's correction of the submission to 4C would make."""
    before = row.versions.latest("number")
    return a_version_row(
        row,
        codes=["4C"],
        submitted_by=before.submitted_by_id,
        submitted_at=before.submitted_at,
        corrected_by=people.mo.pk,
        **values,
    )


def of_correction(row: Assessment, people: People, **values: Any) -> dict[str, Any]:
    return a_review_row(row, people.mo, **{"decision": "corrected", "reason": ""} | values)


# Versions


def test_a_version_takes_the_mark_of_its_authorisation_and_no_other_change(
    people: People, submitted: Assessment
):
    version = submitted.versions.get()
    others = {field.column for field in Version._meta.concrete_fields} - mark(people).keys()
    tried = {
        "id": 99_999,
        "assessment_id": make.start(people.ben, "EX2").pk,
        "number": 2,
        "codes": ["4A"],
        "other_description": "Other",
        "outcome": "early_help",
        "start_date": timezone.localdate(),
        "internal_review_date": timezone.localdate(),
        "edition": "2020-04",
        "answers": '[{"rule": "x"}]',
        "submitted_by_id": people.ben.pk,
        "submitted_at": timezone.now(),
        "corrected_by_id": people.mo.pk,
    }
    assert tried.keys() == others
    for column, value in tried.items():
        with refused("a_version_does_not_change"):
            change(version, **{column: value})
        if column != "edition":
            with refused("a_version_does_not_change"):
                change(version, **mark(people), **{column: value})
    accept(version, **mark(people), edition="2020-04")
    make.authorise(submitted, people.mo)
    for again in (mark(people), dict.fromkeys(mark(people))):
        with refused("a_version_does_not_change"):
            change(version, **again)
    with refused("a_version_does_not_change"):
        run("DELETE FROM assessments_version WHERE id = %s", version.pk)


@pytest.mark.parametrize("status", [Status.RETURNED, Status.AUTHORISED, Status.REOPENED])
def test_a_version_is_marked_while_it_waits_for_a_decision(people: People, status: Status):
    draft = make.submit(make.start(people.ada))
    row = make.return_it(draft, people.mo)
    if status in (Status.AUTHORISED, Status.REOPENED):
        row = make.authorise(make.submit(row), people.mo)
    if status == Status.REOPENED:
        row = make.reopen(row, people.mo)
    with refused("what_is_marked_waits_for_a_decision"):
        change(row.versions.get(number=1), **mark(people))


def test_an_earlier_version_is_never_marked(people: People, submitted: Assessment):
    again = make.submit(make.return_it(submitted, people.mo), "4A")
    with refused("what_is_marked_waits_for_a_decision"):
        change(again.versions.get(number=1), **mark(people))


def test_a_marked_version_is_that_of_an_authorised_record(people: People, submitted: Assessment):
    with refused("what_is_marked_was_authorised"):
        change(submitted.versions.get(), **mark(people))
        settle()


@pytest.mark.parametrize("number", [0, 1, 3, 10])
def test_version_numbers_are_consecutive(people: People, submitted: Assessment, number: int):
    back = make.return_it(submitted, people.mo)
    with refused("version_numbers_are_consecutive"):
        insert(Version, **a_version_row(back, number=number))
    insert(Version, **a_version_row(back, number=2))


def test_a_version_begins_without_a_mark(people: People, draft: Assessment):
    ready = make.set_outcome(make.record(draft, "4B"))
    marked = mark(people)
    values = {
        "authorised_by": marked["authorised_by_id"],
        "authorised_at": marked["authorised_at"],
        "end_date": marked["end_date"],
    }
    with refused("a_version_begins_without_a_mark"):
        insert(Version, **a_version_row(ready, **values))


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.AUTHORISED, Status.CANCELLED])
def test_a_locked_record_takes_no_submission(people: People, status: Status):
    row = make.in_status(status, people.ada, people.mo)
    with refused("a_locked_assessment_does_not_change"):
        insert(Version, **a_version_row(row, codes=["4B"], outcome="early_help"))


@pytest.mark.parametrize(
    "differs",
    [
        {"codes": ["4A"]},
        {"other_description": "Debts"},
        {"outcome": "early_help"},
        {"start_date": "2099-01-01"},
        {"internal_review_date": "2099-01-01"},
        {"submitted_at": "2026-01-01 12:00+00"},
    ],
    ids=str,
)
def test_what_is_submitted_equals_its_version(people: People, draft: Assessment, differs):
    ready = make.set_outcome(make.record(draft, "4B"))
    now = timezone.now()
    insert(Version, **a_version_row(ready, submitted_at=now) | differs)
    with refused("what_is_locked_equals_its_latest_version"):
        change(ready, status="submitted", submitted_at=now)


def test_what_is_submitted_by_hand_with_its_version_is_stored(people: People, draft: Assessment):
    ready = make.set_outcome(make.record(draft, "4B"))
    now = timezone.now()
    insert(Version, **a_version_row(ready, submitted_at=now))
    change(ready, status="submitted", submitted_at=now)
    settle()


def test_each_submission_is_a_version_of_its_own(people: People, submitted: Assessment):
    at = submitted.submitted_at
    back = make.return_it(submitted, people.mo)
    with refused("each_submission_is_a_version_of_its_own"):
        change(back, status="submitted", submitted_at=at)


def test_a_later_version_alone_authorises_nothing(people: People, submitted: Assessment):
    with refused("what_is_locked_equals_its_latest_version"):
        insert(Version, **correction_of(submitted, people))
        insert(Review, **of_correction(submitted, people))
        settle()


# Authorising


def authorise_by_hand(row: Assessment, people: People, **values: Any) -> None:
    change(row.versions.latest("number"), **mark(people) | values)
    insert(
        Review,
        **a_review_row(
            row,
            people.mo,
            decision="authorised",
            reason="",
            comment="",
            decided_by=values.get("authorised_by_id", people.mo.pk),
        ),
    )
    change(row, status="authorised", end_date=timezone.localdate())
    settle()


def test_what_is_authorised_by_hand_with_mark_and_decision_is_stored(
    people: People, submitted: Assessment
):
    authorise_by_hand(submitted, people)


@pytest.mark.parametrize("who", ["worker", "submitter"])
def test_nobody_authorises_their_own_work(people: People, submitted: Assessment, who: str):
    row = submitted
    if who == "submitter":
        change(row, worker_id=people.ben.pk)
        row.refresh_from_db()
    with refused("nobody_decides_on_their_own_work"):
        authorise_by_hand(row, people, authorised_by_id=people.ada.pk)
    with refused("nobody_decides_on_their_own_work"):
        change(row.versions.get(), **mark(people) | {"authorised_by_id": people.ada.pk})
        change(row, status="authorised", end_date=timezone.localdate(), worker_id=people.ben.pk)


def test_nothing_is_authorised_without_a_decision(people: People, submitted: Assessment):
    with refused("a_status_follows_the_last_decision"):
        change(submitted.versions.get(), **mark(people))
        change(submitted, status="authorised", end_date=timezone.localdate())


def test_the_end_is_that_of_the_marked_version(people: People, submitted: Assessment):
    with refused("what_is_authorised_is_marked"):
        change(submitted.versions.get(), **mark(people) | {"end_date": submitted.start_date})
        change(submitted, status="authorised", end_date=timezone.localdate())


# Decisions


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("decision", Review.Decision)
def test_a_decision_is_taken_on_what_waits_for_it(people: People, status: Status, decision: str):
    row = make.in_status(status, people.ada, people.mo)
    if not row.versions.exists():
        return
    awaited = Status.AUTHORISED if decision == "reopened" else Status.SUBMITTED
    values = {"decision": decision, "reason": "other" if decision == "returned" else ""}
    if status != awaited:
        with refused("a_review_is_of_what_waits_for_it"):
            insert(Review, **a_review_row(row, people.mo, **values))
    elif decision in ("returned", "reopened"):
        insert(Review, **a_review_row(row, people.mo, **values))
        with refused("a_status_follows_the_last_decision"):
            settle()
        change(row, status=decision, end_date=None)
        settle()
    else:
        name = {
            "authorised": "what_is_authorised_is_marked",
            "corrected": "a_correction_is_of_the_version_it_made",
        }
        with refused(name[decision]):
            insert(Review, **a_review_row(row, people.mo, **values))


def test_a_decision_is_of_the_latest_version_of_its_own_assessment(
    people: People, submitted: Assessment
):
    again = make.submit(make.return_it(submitted, people.mo), "4A")
    other = make.submit(make.start(people.ben, "EX2"))
    for version in (again.versions.get(number=1), other.versions.get()):
        with refused("a_review_is_of_the_latest_version"):
            insert(Review, **a_review_row(again, people.mo, version=version.pk))
    insert(Review, **a_review_row(again, people.mo))
    change(again, status="returned")


def test_each_version_is_decided_on_once(people: People, submitted: Assessment):
    insert(Review, **a_review_row(submitted, people.mo))
    with refused("each_version_is_decided_on_once"):
        insert(Review, **a_review_row(submitted, people.mo))
    change(submitted, status="returned")


def test_nobody_decides_on_their_own_work(people: People, submitted: Assessment):
    with refused("nobody_decides_on_their_own_work"):
        insert(Review, **a_review_row(submitted, people.ada))


def test_a_withdrawn_submission_has_the_status_of_the_last_decision(
    people: People, submitted: Assessment
):
    again = make.submit(make.return_it(submitted, people.mo))
    with refused("a_status_follows_the_last_decision"):
        change(again, status="draft", submitted_at=None)
    accept(again, status="returned", submitted_at=None)


# Corrections


def test_a_correction_comes_as_a_version_with_its_reason(people: People, submitted: Assessment):
    with refused("a_locked_assessment_does_not_change"):
        change(submitted, codes=["4C"])
    insert(Version, **correction_of(submitted, people))
    with refused("what_is_locked_equals_its_latest_version"):
        change(submitted, codes=["4A"])
    for others in ({"outcome": "early_help"}, {"submitted_at": timezone.now()}):
        with refused("a_locked_assessment_does_not_change"):
            change(submitted, codes=["4C"], **others)
    change(submitted, codes=["4C"])
    with refused("every_correction_says_why"):
        settle()
    insert(Review, **of_correction(submitted, people))
    settle()


@pytest.mark.parametrize(
    "differs",
    [
        {"outcome": "early_help"},
        {"start_date": "2099-01-01"},
        {"internal_review_date": "2099-01-01"},
        {"submitted_at": "2026-01-01 12:00+00"},
    ],
    ids=str,
)
def test_a_correction_changes_nothing_but_codes(people: People, submitted: Assessment, differs):
    with refused("a_correction_is_of_the_submission_before_it"):
        insert(Version, **correction_of(submitted, people) | differs)


def test_a_correction_keeps_who_submitted(people: People, submitted: Assessment):
    with refused("a_correction_is_of_the_submission_before_it"):
        insert(Version, **correction_of(submitted, people) | {"submitted_by": people.ben.pk})


def test_nobody_corrects_their_own_submission(people: People, submitted: Assessment):
    with refused("nobody_decides_on_their_own_work"):
        insert(Version, **correction_of(submitted, people) | {"corrected_by": people.ada.pk})


def test_what_is_not_submitted_is_not_corrected(people: People, submitted: Assessment):
    back = make.return_it(submitted, people.mo)
    with refused("a_correction_is_of_the_submission_before_it"):
        insert(Version, **correction_of(back, people))


# What belongs to them


def test_comments_are_pinned_in_returning_and_never_afterwards(
    people: People, submitted: Assessment
):
    values = {"code": "4B", "text": "Whose?"}
    insert(Review, **a_review_row(submitted, people.mo))
    insert(PinnedComment, review=submitted.reviews.get().pk, **values)
    change(submitted, status="returned")
    submitted.refresh_from_db()
    with refused("comments_are_pinned_in_returning"):
        insert(PinnedComment, review=submitted.reviews.get().pk, **values | {"code": "4C"})
    again = make.submit(submitted)
    with refused("comments_are_pinned_in_returning"):
        insert(PinnedComment, review=again.reviews.get().pk, **values | {"code": "4C"})
        change(again, status="returned")
        settle()


@pytest.mark.parametrize("decision", ["authorised", "reopened", "corrected"])
def test_comments_are_pinned_to_a_return_alone(
    people: People, submitted: Assessment, decision: str
):
    if decision == "corrected":
        row = make.correct(submitted, people.mo, "4C")
    else:
        row = make.authorise(submitted, people.mo)
        row = make.reopen(row, people.mo) if decision == "reopened" else row
    review = row.reviews.get(decision=decision)
    with refused("comments_are_pinned_in_returning"):
        insert(PinnedComment, review=review.pk, code="4B", text="Whose?")


@pytest.mark.parametrize("code", ["", "4b", "4", "40", "04A", "AA", "4\n", "A4", "=1"])
def test_a_comment_is_pinned_to_what_looks_like_a_code(
    people: People, submitted: Assessment, code: str
):
    insert(Review, **a_review_row(submitted, people.mo))
    review = submitted.reviews.get()
    if code in ("4", "40"):
        insert(PinnedComment, review=review.pk, code=code, text="Whose?")
    else:
        with refused("a_comment_is_pinned_to_a_code"):
            insert(PinnedComment, review=review.pk, code=code, text="Whose?")
    change(submitted, status="returned")


@pytest.mark.parametrize("status", Status)
def test_a_locked_record_takes_no_answer(people: People, status: Status):
    row = make.in_status(status, people.ada, people.mo)
    values = {
        "assessment": row.pk,
        "rule": "young-carer",
        "kind": "considered",
        "codes": ["6B"],
        "text": "",
        "answered_at": timezone.now(),
    }
    if status in (Status.DRAFT, Status.RETURNED, Status.REOPENED):
        insert(RuleAnswer, answered_by=people.ada.pk, **values)
    else:
        with refused("a_locked_assessment_does_not_change"):
            insert(RuleAnswer, answered_by=people.ada.pk, **values)
    if status == Status.SUBMITTED:
        insert(RuleAnswer, answered_by=people.mo.pk, **values)


def test_answers_reviews_and_comments_are_never_changed_or_deleted(
    people: People, draft: Assessment
):
    back = make.return_it(make.submit(draft, "13A"), people.mo, pinned={"13A": "Which gang?"})
    review = back.reviews.get()
    for row in (back.answers.get(), review, review.pinned.get()):
        table = row._meta.db_table
        for sql in (
            f"DELETE FROM {table} WHERE id = %s",  # noqa: S608
            f"UPDATE {table} SET id = id WHERE id = %s",  # noqa: S608
        ):
            with refused("this_row_does_not_change"):
                run(sql, row.pk)
