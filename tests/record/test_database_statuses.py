"""What may follow what in the database, and who may not go round it."""

from __future__ import annotations

import itertools
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from psycopg.errors import InsufficientPrivilege

from assessments.models import Assessment, Status, Version
from tests import people as make
from tests.people import People
from tests.record.raw import (
    accept,
    an_assessment_row,
    another_episode,
    change,
    insert,
    refused,
    run,
)

LEGAL = {
    ("draft", "submitted"),
    ("draft", "cancelled"),
    ("returned", "submitted"),
    ("returned", "cancelled"),
    ("reopened", "submitted"),
    ("submitted", "draft"),
    ("submitted", "returned"),
    ("submitted", "reopened"),
    ("submitted", "authorised"),
    ("authorised", "reopened"),
}


def standing_in(status: str) -> dict[str, Any]:
    """What a row must hold besides, to stand in a status."""
    return {
        "status": status,
        "end_date": timezone.localdate() if status == "authorised" else None,
        "submitted_at": timezone.now() if status == "submitted" else None,
        "cancellation_reason": "In error" if status == "cancelled" else "",
    }


@pytest.mark.parametrize(("old", "new"), list(itertools.product(Status.values, repeat=2)))
def test_a_status_changes_only_as_an_assessment_may_go(people: People, old: str, new: str):
    values = {"codes": ["4B"], "episode": another_episode("EX2").pk, **standing_in(old)}
    insert(Assessment, **an_assessment_row(make.start(people.ada), **values))
    row = Assessment.objects.get(episode=values["episode"])
    if old == new:
        accept(row)
    elif (old, new) in LEGAL:
        accept(row, **standing_in(new))
    else:
        with refused("status_changes_are_legal"):
            change(row, **standing_in(new))


def test_an_unknown_status_is_refused(draft: Assessment):
    with refused("status_is_known"):
        insert(Assessment, **an_assessment_row(draft, status="archived"))
    with refused("status_changes_are_legal"):
        change(draft, status="archived")


def test_an_unknown_outcome_is_refused(draft: Assessment):
    accept(draft, outcome="early_help")
    with refused("outcome_is_known"):
        change(draft, outcome="closed")


def test_a_record_that_was_authorised_once_is_not_cancelled(people: People, authorised: Assessment):
    again = make.reopen(authorised, people.mo)
    sent = make.submit(again)
    back = make.return_it(sent, people.mo)
    with refused("an_authorised_record_is_not_cancelled"):
        change(back, status="cancelled", cancellation_reason="In error")


def test_a_cancelled_assessment_has_a_reason_and_no_other_has(draft: Assessment):
    with refused("a_cancelled_assessment_has_a_reason"):
        change(draft, status="cancelled")
    with refused("a_cancelled_assessment_has_a_reason"):
        change(draft, cancellation_reason="In error")
    accept(draft, status="cancelled", cancellation_reason="In error")


def test_a_submitted_assessment_has_its_time(draft: Assessment):
    with refused("a_submitted_assessment_has_its_time"):
        change(draft, status="submitted", codes=["4B"])


@pytest.mark.parametrize("step", [-1, 0, 2, 10])
def test_every_write_counts_the_version_up_by_one(draft: Assessment, step: int):
    with refused("version_grows_by_one"):
        change(draft, version=draft.version + step, codes=["4B"])
    accept(draft, version=draft.version + 1, codes=["4B"])


FACTS = {
    "codes": ["4A"],
    "other_description": "Something else",
    "outcome": "early_help",
    "start_date": "2026-01-01",
    "internal_review_date": "2099-01-01",
}


@pytest.mark.parametrize("status", ["submitted", "authorised", "cancelled"])
@pytest.mark.parametrize("field", FACTS)
def test_facts_do_not_change_while_they_are_locked(people: People, status: str, field: str):
    row = make.in_status(Status(status), people.ada, people.mo)
    value = FACTS[field]
    if field == "start_date":
        value = row.start_date + timedelta(days=1)
    elif field == "internal_review_date":
        value = row.start_date + timedelta(days=2)
    with refused("a_locked_assessment_does_not_change"):
        change(row, **{field: value})
    accept(row, worker_id=people.ben.pk)


@pytest.mark.parametrize("field", FACTS)
@pytest.mark.parametrize("status", ["draft", "returned", "reopened"])
def test_facts_change_while_they_are_with_the_worker(people: People, status: str, field: str):
    row = make.in_status(Status(status), people.ada, people.mo)
    value = row.start_date + timedelta(days=1) if "date" in field else FACTS[field]
    accept(row, **{field: value})


@pytest.mark.parametrize("status", ["submitted", "authorised", "cancelled"])
def test_the_edition_and_the_end_of_a_locked_assessment_stay(people: People, status: str):
    row = make.in_status(Status(status), people.ada, people.mo)
    with refused("a_locked_assessment_does_not_change"):
        change(row, edition="2020-04")
    if status == "authorised":
        with refused("a_locked_assessment_does_not_change"):
            change(row, end_date=timezone.localdate() + timedelta(days=1))
    if status == "cancelled":
        with refused("a_locked_assessment_does_not_change"):
            change(row, cancellation_reason="Another")


@pytest.mark.parametrize("status", Status.values)
def test_an_assessment_stays_what_it_is(people: People, status: str):
    row = make.in_status(Status(status), people.ada, people.mo)
    for changed in (
        {"reference": uuid.uuid4()},
        {"episode_id": another_episode(f"EX{uuid.uuid4().hex[:6]}").pk},
        {"started_at": timezone.now()},
        {"id": 99_999},
    ):
        with refused("an_assessment_stays_what_it_is"):
            change(row, **changed)


@pytest.mark.parametrize("status", Status.values)
def test_no_assessment_is_deleted(people: People, status: str):
    row = make.in_status(Status(status), people.ada, people.mo)
    with refused("this_row_does_not_change"):
        run("DELETE FROM assessments_assessment WHERE id = %s", row.pk)


def test_a_version_takes_the_mark_of_its_authorisation_and_no_other_change(
    people: People, submitted: Assessment
):
    version = submitted.versions.get()
    mark = {
        "authorised_by_id": people.mo.pk,
        "authorised_at": timezone.now(),
        "end_date": timezone.localdate(),
    }
    others = {field.column for field in Version._meta.concrete_fields} - mark.keys()
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
    }
    assert tried.keys() == others
    for column, value in tried.items():
        with refused("a_version_does_not_change"):
            change(version, **{column: value})
        with refused("a_version_does_not_change"):
            change(version, **mark, **{column: value})
    change(version, **mark)
    with refused("a_version_does_not_change"):
        change(version, **mark)
    with refused("a_version_does_not_change"):
        change(version, authorised_by_id=None, authorised_at=None, end_date=None)
    with refused("a_version_does_not_change"):
        run("DELETE FROM assessments_version WHERE id = %s", version.pk)


def test_answers_and_reviews_are_never_changed_or_deleted(people: People, draft: Assessment):
    sent = make.submit(draft, "13A")
    make.return_it(sent, people.mo)
    for row in (sent.answers.get(), sent.reviews.get()):
        table = row._meta.db_table
        for sql in (
            f"DELETE FROM {table} WHERE id = %s",  # noqa: S608
            f"UPDATE {table} SET id = id WHERE id = %s",  # noqa: S608
        ):
            with refused("this_row_does_not_change"):
                run(sql, row.pk)


@pytest.mark.parametrize(
    "table", ["assessment", "version", "ruleanswer", "review", "episode", "child"]
)
def test_the_application_cannot_empty_or_alter_a_table(db, table: str):
    for sql in (
        f"TRUNCATE assessments_{table} CASCADE",
        f"ALTER TABLE assessments_{table} DISABLE TRIGGER ALL",
        f"DROP TABLE assessments_{table} CASCADE",
    ):
        with pytest.raises(DatabaseError) as caught, transaction.atomic():
            run(sql)
        assert isinstance(caught.value.__cause__, InsufficientPrivilege)


def test_the_application_cannot_go_round_the_triggers(db):
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        run("SET session_replication_role = replica")
    assert isinstance(caught.value.__cause__, InsufficientPrivilege)
