"""Raw SQL as the role of the application, and the name of what refuses it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from assessments.models import Assessment, Child, Episode, Status
from cinfactors.accounts.models import User


def run(sql: str, *values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.rowcount


@contextmanager
def refused(name: str) -> Iterator[None]:
    """Expect the block to be refused by the constraint or guard of that name; it is rolled back."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        yield
    assert caught.value.__cause__.diag.constraint_name == name


def change(row: models.Model, **values: Any) -> None:
    """One UPDATE of one row; an assessment's version is counted up unless it is given."""
    if isinstance(row, Assessment):
        values.setdefault("version", row.version + 1)
    columns = ", ".join(f"{name} = %s" for name in values)
    table = row._meta.db_table
    assert run(f"UPDATE {table} SET {columns} WHERE id = %s", *values.values(), row.pk) == 1  # noqa: S608


def accept(row: models.Model, **values: Any) -> None:
    """Expect the change to be stored, and roll it back."""
    point = transaction.savepoint()
    change(row, **values)
    transaction.savepoint_rollback(point)


def insert(model: type[models.Model], **values: Any) -> None:
    fields = {field.name: field for field in model._meta.concrete_fields}
    columns = [fields[name].column for name in values]
    run(
        f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) "  # noqa: S608
        f"VALUES ({', '.join(['%s'] * len(columns))})",
        *values.values(),
    )


def a_child_row(**values: Any) -> dict[str, Any]:
    return {
        "reference": uuid.uuid4(),
        "la_child_id": "EX9999",
        "given_name": "Robin",
        "family_name": "Sample",
        "birth_date": date(2015, 2, 3),
        "sex": "F",
        "disabled": False,
        "restricted": False,
    } | values


def an_episode_row(child: Child, **values: Any) -> dict[str, Any]:
    return {
        "reference": uuid.uuid4(),
        "child": child.pk,
        "referral_date": date(2026, 1, 5),
        "referral_source": "6",
        "primary_need": "",
        "reason_for_closure": "",
        "no_further_action": False,
        "family_reference": "",
    } | values


def an_assessment_row(like: Assessment, **values: Any) -> dict[str, Any]:
    return {
        "reference": uuid.uuid4(),
        "episode": like.episode_id,
        "team": like.team_id,
        "worker": like.worker_id,
        "start_date": like.start_date,
        "edition": like.edition,
        "codes": [],
        "other_description": "",
        "outcome": "",
        "status": Status.DRAFT,
        "cancellation_reason": "",
        "version": 1,
        "started_at": timezone.now(),
        "saved_at": timezone.now(),
    } | values


def a_version_row(like: Assessment, **values: Any) -> dict[str, Any]:
    """The version that submitting the assessment as it is would make."""
    return {
        "assessment": like.pk,
        "number": like.versions.count() + 1,
        "codes": like.codes,
        "other_description": like.other_description,
        "outcome": like.outcome,
        "start_date": like.start_date,
        "internal_review_date": like.internal_review_date,
        "edition": like.edition,
        "answers": "[]",
        "submitted_by": like.worker_id,
        "submitted_at": like.submitted_at or timezone.now(),
    } | values


def a_review_row(like: Assessment, by: User, **values: Any) -> dict[str, Any]:
    """The return of the assessment's latest version."""
    return {
        "assessment": like.pk,
        "version": like.versions.latest("number").pk,
        "decision": "returned",
        "reason": "other",
        "comment": "What is the evidence?",
        "decided_by": by.pk,
        "decided_at": timezone.now(),
    } | values


def settle() -> None:
    """Run the deferred checks now, which otherwise run when the transaction ends."""
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run("SET CONSTRAINTS ALL DEFERRED")


def another_episode(la_child_id: str) -> Episode:
    return Episode.objects.create(
        child=Child.objects.create(**a_child_row(la_child_id=la_child_id)),
        referral_date=timezone.localdate() - timedelta(days=10),
        referral_source="6",
    )
