"""Migrating back: refused while a step would delete what is kept, and nothing of it is done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations import AddField, RunSQL
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from assessments.models import CensusFinding, Child, NamedPerson
from assessments.queries import return_years
from assessments.services.returns import check_year
from cinfactors.accounts.models import SignInChangeKind
from cinfactors.accounts.services import record_sign_in_change
from cinfactors.audit import going_back
from cinfactors.audit.models import Change
from tests import people as make
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)


def applied() -> set[tuple[str, str]]:
    return {*MigrationRecorder(connection).applied_migrations()}


@pytest.fixture
def owner(as_owner) -> Iterator[None]:
    """As the role that migrates; whatever a test has undone is done again."""
    with as_owner():
        yield
        call_command("migrate", verbosity=0)


@pytest.fixture
def records(transactional_db) -> People:
    """A record that was returned and replied to; a restricted one with an answer not known.

    And one that ended a day before it was authorised, was corrected, and was voided then.
    """
    people = make.make_people()
    back = make.return_it(make.submit(make.start(people.ada)), people.mo)
    make.reply(back, {"": "Two visits"})
    record_sign_in_change(people.ada, people.ada, SignInChangeKind.CODES_MADE)
    make.restrict(make.start(people.ada, "EX2", disabled=None), people.mo)
    started = timezone.localdate() - timedelta(days=3)
    done = make.submit(make.start(people.ada, "EX3", referred=started, started=started))
    done = make.authorise(done, people.mo)
    done = make.correct_dates(done, people.mo, end_date=started + timedelta(days=1))
    make.void(done, people.mo)
    browser = Client()
    browser.force_login(people.mo)
    browser.get("/assessments/")
    browser.force_login(people.dee)
    browser.post("/reading/child/", {"la_child_id": "EX1001", "reason": "A complaint"}, follow=True)
    return people


REFUSED = {
    ("assessments", "0003"): (
        "of assessments_namedperson",
        "restricted in 1 row of assessments_child",
        "of history.change",
    ),
    ("assessments", "0013"): ("1 row of assessments_reply",),
    ("assessments", "0018"): ("that disabled is not known in 1 row of assessments_child",),
    ("assessments", "0016"): (
        "1 row of assessments_assessment that status_is_known",
        "1 row of assessments_review that decision_is_known",
    ),
    ("assessments", "0014"): ("2 rows of assessments_review that decision_is_known",),
    ("assessments", "zero"): ("of assessments_assessment",),
    ("accounts", "0002"): ("of history.change",),
    ("accounts", "0003"): ("1 row of accounts_signinchange",),
    ("history", "zero"): ("of history.change",),
    ("history", "0002"): (
        "counted in 1 row of history.reading",
        "reason in 1 row of history.reading",
    ),
}
"""By app and target: what going back there would lose."""


def test_a_step_that_would_delete_what_is_kept_is_refused(records: People, owner: None):
    before = applied(), Change.objects.count()
    for (app, target), lost in REFUSED.items():
        with pytest.raises(CommandError) as refused:
            call_command("migrate", app, target, verbosity=0)
        said = str(refused.value)
        assert [each for each in lost if each not in said] == [], (app, target)
        assert "Nothing was changed" in said, (app, target)
        assert (applied(), Change.objects.count()) == before, (app, target)
    assert Child.objects.filter(restricted=True).count() == 1
    assert NamedPerson.objects.count() == 2


def test_a_step_that_deletes_nothing_is_taken(transactional_db, owner: None):
    make.make_people()
    call_command("migrate", "assessments", "0013", verbosity=0)
    assert ("assessments", "0014_a_reply_to_a_comment") not in applied()
    assert "assessments_reply" not in connection.introspection.table_names()


def test_sessions_are_no_reason_to_stay(transactional_db, owner: None):
    call_command("migrate", "sessions", "zero", verbosity=0)
    assert Session._meta.db_table not in connection.introspection.table_names()


def test_what_a_census_check_makes_anew_is_no_reason_to_stay(records: People, owner: None):
    check = check_year(return_years(timezone.localdate())["2025-26"])
    CensusFinding.objects.create(census_check=check, kind="still_open", rule="8670")
    call_command("migrate", "assessments", "0033", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind FROM assessments_censusfinding")
        assert cursor.fetchall() == [("if_still_open",)]
    call_command("migrate", verbosity=0)
    assert CensusFinding.objects.get().kind == "still_open"


def test_going_on_is_never_refused(records: People, owner: None):
    call_command("migrate", verbosity=0)


def test_every_column_that_a_step_back_would_drop_is_looked_at():
    """Also one that SQL adds: no step back drops a column but by what `refuse_to_delete` reads."""
    loader = MigrationLoader(None)
    for (app, name), migration in loader.disk_migrations.items():
        if not migration.__module__.startswith(("assessments", "cinfactors")):
            continue
        sql = [each.reverse_sql for each in migration.operations if isinstance(each, RunSQL)]
        dropped = set(re.findall(r"DROP COLUMN (\w+)", " ".join(map(str, sql))))
        read = {
            each.name
            for each in going_back._operations(migration.operations)
            if isinstance(each, AddField)
        }
        assert dropped <= read, (app, name)
