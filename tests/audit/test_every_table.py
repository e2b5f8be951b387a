"""Every table is recorded, whoever writes and however, or exempt with a reason."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator

import psycopg
import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.utils import timezone
from psycopg import sql

from assessments.models import (
    CensusNote,
    FactsCorrection,
    LikelyDuplicate,
    NamedPerson,
    ReviewRead,
)
from cinfactors.accounts.models import Cover, SignInChange
from cinfactors.audit.models import Change
from tests import people as make
from tests.audit.tables import all_tables, recorded, select
from tests.settings import server

NOT_RECORDED = {
    "account_emailaddress": "nobody has an e-mail address here",
    "account_emailconfirmation": "nobody has an e-mail address here",
    "accounts_session": "sign-ins, of which the person's last time is recorded",
    "accounts_heldform": "what was typed and not saved, encrypted, for 15 minutes",
    "assessments_censuscheck": "what the last check found in the records, written anew by each",
    "assessments_censusfinding": "what the last check found in the records, written anew by each",
    "assessments_censuslateassessment": "what the last check found, written anew by each",
    "assessments_censussubmission": "says who recorded it and when, and is never changed",
    "assessments_censussubmittedassessment": "a copy of what is recorded, never changed",
    "assessments_censustask": "work on census files, deleted after an hour",
    "assessments_censustaskpart": "files of that work, encrypted, deleted with it",
    "assessments_idempotencykey": "keys of form submissions; what those wrote is recorded",
    "auth_group": "roles decide what a person may do; groups give nothing",
    "auth_group_permissions": "roles decide what a person may do; groups give nothing",
    "auth_permission": "names that Django gives to what models have",
    "cache": "the counts of the throttling of sign-in",
    "django_admin_log": "the admin's own list of what was done there, beside the history",
    "django_content_type": "names that Django gives to models",
    "django_migrations": "which migrations were applied",
    "django_tasks_database_dbtaskresult": "which tasks wait: references alone",
    "django_session": "empty: sessions have a table of the product's own",
    "socialaccount_socialapp": "empty: the provider is named by settings",
    "socialaccount_socialtoken": "empty: no provider's token is kept",
}
WITHHELD = {
    "accounts_user": {"password"},
    "mfa_authenticator": {"data"},
    "socialaccount_socialaccount": {"extra_data"},
}
EVENTS = {"history_insert", "history_update", "history_delete", "history_truncate"}


@pytest.mark.django_db
def test_every_table_is_recorded_or_exempt_with_a_reason():
    assert {"accounts_user", "assessments_child", "assessments_assessment"} <= {*recorded()}
    assert all_tables() == set(recorded()) | NOT_RECORDED.keys()
    assert set(recorded()).isdisjoint(NOT_RECORDED)


@pytest.mark.django_db
def test_every_recorded_table_has_a_trigger_for_each_event_that_is_switched_on():
    for table in recorded():
        found = dict(
            select(
                "SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = %s::regclass"
                " AND tgfoid = 'history.record_change'::regproc",
                table,
            )
        )
        assert (table, found) == (table, dict.fromkeys(EVENTS, "O"))


@pytest.fixture
def rows_everywhere(transactional_db) -> None:
    """At least one row in every recorded table, committed."""
    people = make.make_people()
    people.ada.groups.add(Group.objects.create(name="Readers"))
    people.ada.user_permissions.add(Permission.objects.first())
    sent = make.submit(make.start(people.ada))
    returned = make.return_it(sent, people.mo, pinned={"4B": "Which of the two?"})
    review = returned.reviews.get()
    make.reply(returned, {"4B": "Of the mother"})
    ReviewRead.objects.create(review=review, by=people.ada, at=timezone.now())
    NamedPerson.objects.create(
        child=returned.episode.child, person=people.ada, named_by=people.mo, named_at=timezone.now()
    )
    make.record_death(returned, people.mo)
    assert FactsCorrection.objects.get().act == "death"
    returned.answers.create(
        rule="any",
        kind="considered",
        codes=["4B"],
        answered_by=people.ada,
        answered_at=timezone.now(),
    )
    Cover.objects.create(
        manager=people.mo,
        covered_by=people.nia,
        first_day=timezone.localdate(),
        last_day=timezone.localdate(),
        arranged_by=people.mo,
        arranged_at=timezone.now(),
    )
    LikelyDuplicate.objects.create(
        child=returned.episode.child,
        other=make.start(people.ada, "EX2").episode.child,
        found_at=timezone.now(),
    )
    CensusNote.objects.create(
        finding=uuid.uuid4(),
        rule="8873",
        child=returned.episode.child,
        text="The court asked for it",
        written_by=people.dee,
        written_at=timezone.now(),
    )
    SignInChange.objects.create(by=people.abe, person=people.ada, what="linked")
    Authenticator.objects.create(user=people.mo, type="totp", data={"secret": "a secret"})
    SocialAccount.objects.create(user=people.mo, provider="council", uid="1", extra_data={"a": 1})
    assert [table for table in recorded() if not select(f"SELECT 1 FROM {table}")] == []  # noqa: S608


class Tried:
    """A superuser's transaction in which one table has no trigger left but the history's.

    Rules and foreign keys would refuse most of what is tried; here they are disabled, so that
    every table is tried in the same way.
    """

    def __init__(self, superuser: psycopg.Connection, table: str) -> None:
        self.superuser, self.table = superuser, table
        self.run("ALTER TABLE {} DISABLE TRIGGER ALL")
        for event in EVENTS:
            self.run(f"ALTER TABLE {{}} ENABLE TRIGGER {event}")

    def run(self, statement: str) -> psycopg.Cursor:
        return self.superuser.execute(sql.SQL(statement).format(sql.Identifier(self.table)))

    def rows(self) -> dict[int, dict]:
        """Return the rows of the table, without the columns that the history never has."""
        withheld = WITHHELD.get(self.table, set())
        return {
            row["id"]: {name: value for name, value in row.items() if name not in withheld}
            for (row,) in self.run("SELECT to_jsonb(one) FROM {} AS one")
        }

    def newest(self) -> int:
        return self.superuser.execute("SELECT max(id) FROM history.change").fetchone()[0]

    def entries(self, since: int) -> list[tuple[str, int, dict | None, dict | None]]:
        return self.superuser.execute(
            "SELECT operation, row_key, old, new FROM history.change"
            " WHERE id > %s AND table_name = %s ORDER BY row_key",
            [since, self.table],
        ).fetchall()


@pytest.fixture
def tables_to_try(rows_everywhere) -> Iterator[Tried]:
    """Each recorded table in a transaction of its own that leaves nothing behind."""

    def each() -> Iterator[Tried]:
        for table in recorded():
            with (
                server.connect(database=connection.settings_dict["NAME"]) as superuser,
                superuser.transaction(force_rollback=True),
            ):
                yield Tried(superuser, table)

    return each()


def test_raw_sql_and_copy_and_truncate_are_entries_of_every_table(tables_to_try):
    tried = set()
    for table in tables_to_try:
        rows, since = sorted(table.rows().items()), table.newest()
        table.run("UPDATE {} SET id = id")
        assert table.entries(since) == [("update", key, row, row) for key, row in rows]

        with (
            table.run("SELECT 1")
            .connection.cursor()
            .copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table.table))) as out
        ):
            copied = b"".join(bytes(block) for block in out)
        since = table.newest()
        table.run("DELETE FROM {}")
        assert table.entries(since) == [("delete", key, row, None) for key, row in rows]

        since = table.newest()
        with table.superuser.cursor().copy(
            sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table.table))
        ) as back:
            back.write(copied)
        assert table.entries(since) == [("insert", key, None, row) for key, row in rows]

        since = table.newest()
        table.run("UPDATE {} SET id = id + 1000000")
        assert table.entries(since) == [
            *[("update", key, row, None) for key, row in rows],
            *[("update", key, None, row) for key, row in sorted(table.rows().items())],
        ]

        rows, since = sorted(table.rows().items()), table.newest()
        table.run("TRUNCATE {} CASCADE")
        assert table.entries(since) == [("truncate", key, row, None) for key, row in rows]
        tried.add(table.table)
    assert tried == set(recorded())


def test_each_row_is_what_its_last_entry_says(rows_everywhere):
    for table in recorded():
        rows = {
            key: {k: v for k, v in json.loads(row).items() if k not in WITHHELD.get(table, ())}
            for key, row in select(f"SELECT id, to_jsonb(one) FROM {table} AS one")  # noqa: S608
        }
        last = {
            entry.row_key: entry.new
            for entry in Change.objects.filter(table_name=table).order_by("pk")
        }
        assert (table, last) == (table, rows)


def test_a_merge_and_an_upsert_are_entries(rows_everywhere):
    since = Change.objects.latest("pk").pk
    name, id = select("SELECT name, id FROM accounts_team ORDER BY id LIMIT 1")[0]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_team (id, name, active) VALUES (%s, 'Other', true)"
            " ON CONFLICT (id) DO UPDATE SET active = false",
            [id],
        )
        cursor.execute(
            "MERGE INTO accounts_team AS t USING (VALUES (%s::bigint)) AS v (id) ON t.id = v.id"
            " WHEN MATCHED THEN UPDATE SET name = 'Merged'",
            [id],
        )
    found = Change.objects.filter(pk__gt=since).order_by("pk")
    assert [
        (one.operation, one.old["name"], one.new["name"], one.new["active"]) for one in found
    ] == [
        ("update", name, name, False),
        ("update", name, "Merged", False),
    ]
