"""The migration that gives assessments the day of their first authorisation again."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from types import SimpleNamespace

import pytest
import time_machine
from django.db import connection, transaction

from assessments.models import Assessment, Version
from tests import people as make
from tests.database.raw import run

migration = import_module("assessments.migrations.0008_an_assessment_ends_once")
FIRST, SECOND = date(2025, 5, 8), date(2025, 11, 28)


def as_it_was(assessment: Assessment, end_date: date | None) -> None:
    run(
        "UPDATE assessments_assessment SET end_date = %s, version = version + 1 WHERE id = %s",
        end_date,
        assessment.pk,
    )


@pytest.mark.django_db(transaction=True)
def test_ends_that_moved_are_put_back_and_versions_stay(transactional_db, as_owner, capsys):
    people = make.make_people()
    with time_machine.travel(f"{FIRST} 10:00 +0000", tick=False):
        moved, reopened, returned, untouched = (
            make.authorise(make.submit(make.start(people.ada, f"EX{n}")), people.mo)
            for n in range(4)
        )
        draft = make.start(people.ada, "EX9")
    with time_machine.travel(f"{SECOND} 10:00 +0000", tick=False):
        moved = make.authorise(make.submit(make.reopen(moved, people.mo), "4A"), people.mo)
        make.reopen(reopened, people.mo)
        make.return_it(make.submit(make.reopen(returned, people.mo), "4A"), people.mo)
    with as_owner(), transaction.atomic():
        run("ALTER TABLE assessments_assessment DISABLE TRIGGER guard")
        run("ALTER TABLE assessments_version DISABLE TRIGGER guard")
        run(
            "ALTER TABLE assessments_assessment "
            "DROP CONSTRAINT an_authorised_assessment_has_an_end_date"
        )
        as_it_was(moved, SECOND)
        run(
            "UPDATE assessments_version SET end_date = %s WHERE assessment_id = %s AND number = 2",
            SECOND,
            moved.pk,
        )
        as_it_was(reopened, None)
        as_it_was(returned, None)
        run("ALTER TABLE assessments_version ENABLE TRIGGER guard")
        run("ALTER TABLE assessments_assessment ENABLE TRIGGER guard")
        versions = list(Version.objects.order_by("pk").values())
        before = dict(Assessment.objects.values_list("pk", "version"))

        migration.put_ends_back(None, SimpleNamespace(connection=connection))

        rows = {row.pk: row for row in Assessment.objects.all()}
        repaired = {moved.pk, reopened.pk, returned.pk}
        for pk in repaired | {untouched.pk}:
            assert rows[pk].end_date == FIRST
        assert rows[draft.pk].end_date is None
        assert {pk for pk in rows if rows[pk].version != before[pk]} == repaired
        assert list(Version.objects.order_by("pk").values()) == versions
        assert capsys.readouterr().out.strip().endswith("again: 3")

        migration.put_ends_back(None, SimpleNamespace(connection=connection))
        assert capsys.readouterr().out == ""
        transaction.set_rollback(True)
