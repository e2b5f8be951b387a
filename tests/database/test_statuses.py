"""Which changes of an assessment the database allows, and that its guards cannot be avoided."""

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
from assessments.models.transitions import allowed_pairs
from tests import people as make
from tests.database.raw import (
    a_version_row,
    accept,
    an_assessment_row,
    another_episode,
    change,
    insert,
    refused,
    run,
)
from tests.people import People

STATUS_ALONE = {
    ("draft", "submitted"): "what_is_locked_equals_its_latest_version",
    ("draft", "cancelled"): "",
    ("returned", "submitted"): "what_is_locked_equals_its_latest_version",
    ("returned", "cancelled"): "",
    ("reopened", "submitted"): "what_is_locked_equals_its_latest_version",
    ("submitted", "draft"): "",
    ("submitted", "returned"): "a_status_follows_the_last_decision",
    ("submitted", "reopened"): "a_status_follows_the_last_decision",
    ("submitted", "authorised"): "what_is_authorised_is_marked",
    ("authorised", "reopened"): "a_status_follows_the_last_decision",
    ("authorised", "voided"): "a_status_follows_the_last_decision",
    ("reopened", "voided"): "a_status_follows_the_last_decision",
    ("returned", "voided"): "a_status_follows_the_last_decision",
    ("submitted", "voided"): "a_status_follows_the_last_decision",
}
"""For each allowed change of status, the name that refuses it when the rest of the step is missing:
the version, the decision or the mark. Empty where the status is all that changes."""

REFUSED = sorted(set(itertools.permutations(Status.values, 2)) - set(allowed_pairs()))


def columns_in(status: str) -> dict[str, Any]:
    """The columns that a row needs in a status."""
    completed = status in ("authorised", "reopened", "voided")
    values = {
        "status": status,
        "end_date": timezone.localdate() if completed else None,
        "cancellation_reason": "In error" if status == "cancelled" else "",
    }
    if status not in ("authorised", "voided"):
        values["submitted_at"] = timezone.now() if status == "submitted" else None
    return values


def a_row_in(status: str, people: People) -> Assessment:
    """An assessment in the status, with codes and an outcome."""
    row = make.in_status(Status(status), people.ada, people.mo)
    return make.set_outcome(make.record(row, "4B")) if status == "draft" else row


@pytest.mark.parametrize(("old", "new"), REFUSED)
def test_a_status_changes_only_as_the_table_of_transitions_allows(
    people: People, old: str, new: str
):
    row = a_row_in(old, people)
    with refused("status_changes_are_legal"):
        change(row, **columns_in(new))


@pytest.mark.parametrize(("old", "new"), allowed_pairs())
def test_an_allowed_change_of_status_needs_the_rest_of_its_step(people: People, old: str, new: str):
    row = a_row_in(old, people)
    columns = columns_in(new)
    if row.end_date is not None:
        columns["end_date"] = row.end_date
    elif new != "authorised":
        del columns["end_date"]
    if STATUS_ALONE[old, new] == "":
        accept(row, **columns)
    else:
        with refused(STATUS_ALONE[old, new]):
            change(row, **columns)


@pytest.mark.parametrize("status", Status.values)
def test_a_row_is_written_again_in_each_status(people: People, status: str):
    accept(a_row_in(status, people))


def test_each_allowed_change_of_status_is_tried_alone():
    assert STATUS_ALONE.keys() == set(allowed_pairs())
    assert len(REFUSED) + len(STATUS_ALONE) == len(Status) * (len(Status) - 1)


@pytest.mark.parametrize("wrong", [*Status.values[1:], "version", "submitted_at", "end_date"])
def test_an_assessment_begins_as_a_draft(people: People, wrong: str):
    now = timezone.now()
    values = {
        **{status: columns_in(status) | {"codes": ["4B"]} for status in Status.values},
        "version": {"version": 2},
        "submitted_at": {"submitted_at": now},
        "end_date": {"end_date": now.date()},
    }
    row = an_assessment_row(make.start(people.ada), episode=another_episode("EX2").pk)
    with refused("an_assessment_begins_as_a_draft"):
        insert(Assessment, **row | values[wrong])
    insert(Assessment, **row)


def test_an_unknown_status_is_refused(draft: Assessment):
    with refused("an_assessment_begins_as_a_draft"):
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
    ready = make.set_outcome(make.record(draft, "4B"))
    insert(Version, **a_version_row(ready))
    with refused("what_is_locked_equals_its_latest_version"):
        change(ready, status="submitted")


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


@pytest.mark.parametrize("status", Status.values)
@pytest.mark.parametrize("column", ["worker_id", "team_id"])
def test_open_work_alone_is_given_to_others(people: People, status: str, column: str):
    row = make.in_status(Status(status), people.ada, people.mo)
    other = {"worker_id": people.ben.pk, "team_id": people.south.pk}
    if status in ("authorised", "cancelled", "voided"):
        with refused("open_work_alone_is_reassigned"):
            change(row, **{column: other[column]})
    else:
        accept(row, **{column: other[column]})


@pytest.mark.parametrize("status", ["authorised", "cancelled", "voided"])
def test_what_is_finished_leaves_a_closed_team_and_keeps_its_worker(people: People, status: str):
    row = make.in_status(Status(status), people.ada, people.mo)
    run("UPDATE accounts_team SET active = false WHERE id = %s", people.north.pk)
    accept(row, team_id=people.south.pk)
    with refused("open_work_alone_is_reassigned"):
        change(row, team_id=people.south.pk, worker_id=people.ben.pk)
    with refused("open_work_alone_is_reassigned"):
        change(row, team_id=people.south.pk, codes=["3A"])


@pytest.mark.parametrize(
    "besides",
    [
        {"status": "cancelled", "cancellation_reason": "In error"},
        {"codes": ["4B"]},
        {"outcome": "early_help"},
        {"saved_at": "2026-01-01 12:00+00"},
    ],
    ids=str,
)
def test_nothing_else_changes_in_the_step_that_gives_work_away(
    draft: Assessment, people: People, besides: dict[str, Any]
):
    with refused("open_work_alone_is_reassigned"):
        change(draft, worker_id=people.ben.pk, **besides)


def test_what_the_worker_has_again_has_no_time_of_submission(people: People):
    sent = make.submit(make.start(people.ada))
    with refused("a_submission_keeps_its_time"):
        change(sent, status="draft")
    accept(sent, status="draft", submitted_at=None)


@pytest.mark.parametrize("status", Status.values)
@pytest.mark.parametrize("column", ["saved_at", "submitted_at"])
def test_the_times_of_what_is_not_with_the_worker_stay(people: People, status: str, column: str):
    row = make.in_status(Status(status), people.ada, people.mo)
    at = timezone.now() - timedelta(days=300)
    if column == "submitted_at":
        with refused("a_submission_keeps_its_time"):
            change(row, submitted_at=at)
        if row.submitted_at:
            with refused("a_submission_keeps_its_time"):
                change(row, submitted_at=None)
    elif status in make.LOCKED:
        with refused("a_locked_assessment_does_not_change"):
            change(row, saved_at=at)
    else:
        accept(row, saved_at=timezone.now())


@pytest.mark.parametrize("field", FACTS)
@pytest.mark.parametrize("status", ["draft", "returned", "reopened"])
def test_facts_change_while_they_are_with_the_worker(people: People, status: str, field: str):
    row = make.in_status(Status(status), people.ada, people.mo)
    value = row.start_date + timedelta(days=1) if "date" in field else FACTS[field]
    if (status, field) == ("reopened", "start_date"):
        with refused("a_completed_assessment_keeps_its_start"):
            change(row, **{field: value})
    else:
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


def test_no_child_or_episode_is_deleted(draft: Assessment):
    alone = another_episode("EX2")
    for row in (alone, alone.child, draft.episode, draft.episode.child):
        with refused("this_row_does_not_change"):
            run(f"DELETE FROM {row._meta.db_table} WHERE id = %s", row.pk)  # noqa: S608


def test_what_was_carried_out_stays_so(draft: Assessment, people: People):
    key = draft.idempotency_keys.get()
    other = make.start(people.ada, "EX2")
    for values in (
        {"assessment_id": other.pk},
        {"person_id": people.ben.pk},
        {"act": "save"},
        {"at": timezone.now()},
    ):
        with refused("this_row_does_not_change"):
            change_key(key.key, **values)
    with refused("this_row_does_not_change"):
        run("DELETE FROM assessments_idempotencykey WHERE key = %s", key.key)


def change_key(key: uuid.UUID, **values: Any) -> None:
    columns = ", ".join(f"{name} = %s" for name in values)
    run(
        f"UPDATE assessments_idempotencykey SET {columns} WHERE key = %s",  # noqa: S608
        *values.values(),
        key,
    )


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


def test_the_application_cannot_switch_the_triggers_off(db):
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        run("SET session_replication_role = replica")
    assert isinstance(caught.value.__cause__, InsufficientPrivilege)
