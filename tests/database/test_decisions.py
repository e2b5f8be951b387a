"""Versions, decisions and what belongs to them: raw SQL cannot avoid what the services check."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from assessments.models import (
    Assessment,
    PinnedComment,
    Reply,
    Review,
    RuleAnswer,
    Status,
    Version,
)
from cinfactors.accounts.models import User
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


def finish(row: Assessment, marked: dict[str, Any], **values: Any) -> None:
    """Authorise the row itself, as its version is marked."""
    ends = {"end_date": marked["end_date"], "saved_at": marked["authorised_at"]}
    change(row, status="authorised", **ends | values)


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


@pytest.mark.parametrize("status", make.LOCKED)
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
    marked = mark(people) | values
    change(row.versions.latest("number"), **marked)
    insert(
        Review,
        **a_review_row(
            row,
            people.mo,
            decision="authorised",
            reason="",
            comment="",
            decided_by=marked["authorised_by_id"],
        ),
    )
    finish(row, marked)
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
    with refused("open_work_alone_is_reassigned"):
        marked = mark(people) | {"authorised_by_id": people.ada.pk}
        change(row.versions.get(), **marked)
        finish(row, marked, worker_id=people.nia.pk)


def test_nothing_is_authorised_without_a_decision(people: People, submitted: Assessment):
    with refused("a_status_follows_the_last_decision"):
        marked = mark(people)
        change(submitted.versions.get(), **marked)
        finish(submitted, marked)


def test_end_and_time_are_those_of_the_marked_version(people: People, submitted: Assessment):
    for other in (
        {"end_date": submitted.start_date},
        {"saved_at": timezone.now() + timedelta(minutes=1)},
    ):
        with refused("what_is_authorised_is_marked"):
            marked = mark(people)
            change(submitted.versions.get(), **marked)
            finish(submitted, marked, **other)


def test_an_assessment_ends_by_the_day_of_its_authorisation(people: People, submitted: Assessment):
    tomorrow = timezone.localdate() + timedelta(days=1)
    with refused("ends_by_the_day_of_its_authorisation"):
        marked = mark(people) | {"end_date": tomorrow}
        change(submitted.versions.get(), **marked)
        finish(submitted, marked)


@pytest.mark.parametrize("end_date", [None, "earlier", "later"])
@pytest.mark.parametrize("status", ["reopened", "returned", "submitted", "authorised"])
def test_an_end_stays_whatever_becomes_of_the_record(
    people: People, authorised: Assessment, status: str, end_date: str | None
):
    row = make.reopen(authorised, people.mo)
    if status != "reopened":
        row = make.submit(row, "4A")
    if status == "returned":
        row = make.return_it(row, people.mo)
    elif status == "authorised":
        row = make.authorise(row, people.mo)
    day = {"earlier": row.start_date, "later": timezone.localdate() + timedelta(days=1)}
    name = "an_assessment_ends_once"
    if status in ("submitted", "authorised"):  # where nothing at all changes
        name = "a_locked_assessment_does_not_change"
    with refused(name):
        change(row, end_date=day.get(end_date or ""))
    if status == "submitted":
        with refused("an_assessment_ends_once"):
            change(row.versions.latest("number"), **mark(people) | {"end_date": row.start_date})
            change(row, status="authorised", end_date=row.start_date)


# Decisions


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("decision", Review.Decision)
def test_a_decision_is_taken_on_what_waits_for_it(people: People, status: Status, decision: str):
    row = make.in_status(status, people.ada, people.mo)
    if not row.versions.exists():
        return
    awaited = {
        "reopened": {Status.AUTHORISED},
        "dates_corrected": {Status.AUTHORISED},
        "voided": {Status.AUTHORISED, Status.REOPENED},
    }.get(decision, {Status.SUBMITTED})
    values = {"decision": decision, "reason": "other" if decision == "returned" else ""}
    if status not in awaited:
        with refused("a_review_is_of_what_waits_for_it"):
            insert(Review, **a_review_row(row, people.mo, **values))
    elif decision in ("returned", "reopened", "voided"):
        insert(Review, **a_review_row(row, people.mo, **values))
        with refused("a_status_follows_the_last_decision"):
            settle()
        times = {} if decision == "voided" else {"submitted_at": None}
        change(row, status=decision, **times)
        settle()
    else:
        name = {
            "authorised": "what_is_authorised_is_marked",
            "corrected": "a_correction_is_of_the_version_it_made",
            "dates_corrected": "each_version_is_decided_on_once",
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
    change(again, status="returned", submitted_at=None)


def test_each_version_is_decided_on_once(people: People, submitted: Assessment):
    insert(Review, **a_review_row(submitted, people.mo))
    with refused("each_version_is_decided_on_once"):
        insert(Review, **a_review_row(submitted, people.mo))
    change(submitted, status="returned", submitted_at=None)


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
    with refused("a_locked_assessment_does_not_change"):
        change(submitted, codes=["4C"], outcome="early_help")
    with refused("a_submission_keeps_its_time"):
        change(submitted, codes=["4C"], submitted_at=timezone.now())
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
    change(submitted, status="returned", submitted_at=None)
    submitted.refresh_from_db()
    with refused("comments_are_pinned_in_returning"):
        insert(PinnedComment, review=submitted.reviews.get().pk, **values | {"code": "4C"})
    again = make.submit(submitted)
    with refused("comments_are_pinned_in_returning"):
        insert(PinnedComment, review=again.reviews.get().pk, **values | {"code": "4C"})
        change(again, status="returned", submitted_at=None)
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
    change(submitted, status="returned", submitted_at=None)


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


def test_answers_reviews_comments_and_replies_are_never_changed_or_deleted(
    people: People, draft: Assessment
):
    back = make.return_it(make.submit(draft, "13A"), people.mo, pinned={"13A": "Which gang?"})
    make.reply(back, {"13A": "His brother’s"})
    review = back.reviews.get()
    for row in (back.answers.get(), review, review.pinned.get(), review.replies.get()):
        table = row._meta.db_table
        for sql in (
            f"DELETE FROM {table} WHERE id = %s",  # noqa: S608
            f"UPDATE {table} SET id = id WHERE id = %s",  # noqa: S608
        ):
            with refused("this_row_does_not_change"):
                run(sql, row.pk)


# Replies


def a_reply_row(review: Review, by: User, **values: Any) -> dict[str, Any]:
    return {
        "review": review.pk,
        "code": "",
        "text": "As the report says",
        "replied_by": by.pk,
        "replied_at": timezone.now(),
    } | values


@pytest.mark.parametrize("status", Status)
def test_a_reply_is_taken_while_the_worker_answers_a_decision(people: People, status: Status):
    row = make.in_status(status, people.ada, people.mo)
    review = row.reviews.last()
    if review is None:
        assert status in (Status.DRAFT, Status.SUBMITTED, Status.CANCELLED)
    elif status in (Status.RETURNED, Status.REOPENED):
        insert(Reply, **a_reply_row(review, people.ada))
    else:
        with refused("a_locked_assessment_does_not_change"):
            insert(Reply, **a_reply_row(review, people.ada))


def test_a_reply_to_what_was_submitted_again_is_refused(people: People, submitted: Assessment):
    again = make.submit(make.return_it(submitted, people.mo))
    with refused("a_locked_assessment_does_not_change"):
        insert(Reply, **a_reply_row(again.reviews.get(), people.ada))


def test_a_reply_is_the_workers(people: People, submitted: Assessment):
    review = make.return_it(submitted, people.mo).reviews.get()
    for somebody in (people.ben, people.mo, people.dee, people.abe):
        with refused("a_reply_is_the_workers"):
            insert(Reply, **a_reply_row(review, somebody))


def test_a_reply_is_to_the_last_decision(people: People, submitted: Assessment):
    back = make.return_it(make.submit(make.return_it(submitted, people.mo)), people.mo)
    first, last = back.reviews.order_by("pk")
    with refused("a_reply_is_to_the_last_decision"):
        insert(Reply, **a_reply_row(first, people.ada))
    insert(Reply, **a_reply_row(last, people.ada))


def test_a_correction_that_was_withdrawn_from_leaves_the_return_to_be_replied_to(
    people: People, submitted: Assessment
):
    corrected = make.correct(make.submit(make.return_it(submitted, people.mo)), people.mo, "4C")
    back = make.withdraw(corrected)
    returned, correction = back.reviews.order_by("pk")
    with refused("a_reply_is_to_the_last_decision"):
        insert(Reply, **a_reply_row(correction, people.ada))
    insert(Reply, **a_reply_row(returned, people.ada))


def test_a_return_says_why_in_its_comment_or_beside_a_code(people: People, submitted: Assessment):
    with refused("every_return_says_why"):
        insert(Review, **a_review_row(submitted, people.mo, comment=""))
        change(submitted, status="returned", submitted_at=None)
        settle()
    review = make.return_it(submitted, people.mo, "", pinned={"13A": "Which?"}).reviews.get()
    settle()
    with refused("a_reply_is_to_a_comment"):
        insert(Reply, **a_reply_row(review, people.ada))
    insert(Reply, **a_reply_row(review, people.ada, code="13A"))


def test_a_reply_is_to_a_comment_of_the_decision(people: People, submitted: Assessment):
    review = make.return_it(submitted, people.mo, pinned={"13A": "Which?"}).reviews.get()
    insert(Reply, **a_reply_row(review, people.ada, code="13A"))
    with refused("a_reply_is_to_a_comment"):
        insert(Reply, **a_reply_row(review, people.ada, code="4B"))


@pytest.mark.parametrize(
    ("text", "constraint"),
    [
        ("", "reply_text_says_something"),
        ("\u200b", "reply_text_says_something"),
        ("a\u202eb", "reply_text_is_clean_text"),
    ],
)
def test_a_reply_says_something_that_can_be_read(
    people: People, submitted: Assessment, text: str, constraint: str
):
    review = make.return_it(submitted, people.mo).reviews.get()
    with refused(constraint):
        insert(Reply, **a_reply_row(review, people.ada, text=text))
