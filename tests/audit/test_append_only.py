"""Whatever the application's role tries, entries of the history stay as they are."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from psycopg import errors

from cinfactors.audit.models import Change
from cinfactors.dev.embedded_postgres import OWNER_ROLE
from tests import people as make
from tests.audit.tables import recorded, select

HISTORY = ("history.change", "history.reading")


@pytest.fixture
def some_history(db) -> list[tuple]:
    """Entries and a reading: the contents of the history."""
    people = make.make_people()
    child = make.start(people.ada).episode.child
    select("SELECT history.record_reading(%s, %s, NULL, 'record', false, NULL, '')", 1, child.pk)
    return contents()


def contents() -> list[tuple]:
    return [
        row
        for table in HISTORY
        for row in select(f"SELECT '{table}', one::text FROM {table} AS one ORDER BY id")  # noqa: S608
    ]


def outcome(statement: str) -> type | None:
    """Return the error that stops the statement, None if nothing does; roll back either way."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        return type(error.__cause__)
    return None


ON_THE_HISTORY = [
    "INSERT INTO {} DEFAULT VALUES",
    "UPDATE {} SET request_id = ''",
    "UPDATE ONLY {} SET id = DEFAULT",
    "DELETE FROM {}",
    "DELETE FROM {} WHERE false",
    "TRUNCATE {}",
    "TRUNCATE {} CASCADE",
    "MERGE INTO {} AS h USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
    "SELECT * FROM {} FOR UPDATE",
    "LOCK TABLE {} IN ACCESS EXCLUSIVE MODE",
    "DROP TABLE {}",
    "DROP TRIGGER keep ON {}",
    "ALTER TABLE {} DISABLE TRIGGER keep",
    "ALTER TABLE {} DISABLE TRIGGER ALL",
    "ALTER TABLE {} RENAME TO gone",
    "ALTER TABLE {} SET SCHEMA public",
    "ALTER TABLE {} OWNER TO CURRENT_USER",
    "ALTER TABLE {} ADD COLUMN extra text",
    "ALTER TABLE {} ALTER COLUMN at SET DEFAULT now()",
    "ALTER TABLE {} ENABLE ROW LEVEL SECURITY",
    "CREATE RULE quiet AS ON INSERT TO {} DO INSTEAD NOTHING",
    "CREATE TRIGGER quiet BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE POLICY mine ON {} USING (true)",
    "COMMENT ON TABLE {} IS 'mine'",
    "VACUUM FULL {}",
    "CLUSTER {}",
    "REINDEX TABLE {}",
]


@pytest.mark.parametrize("statement", ON_THE_HISTORY)
def test_the_application_has_no_way_to_change_the_history(some_history, statement: str):
    refusals = {errors.InsufficientPrivilege, errors.WrongObjectType, errors.ActiveSqlTransaction}
    for table in HISTORY:
        assert outcome(statement.format(table)) in refusals, table
    assert contents() == some_history


@pytest.mark.parametrize("table", HISTORY)
def test_the_application_cannot_copy_into_the_history(some_history, table: str):
    with (
        pytest.raises(errors.InsufficientPrivilege),
        transaction.atomic(),
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} FROM STDIN"),
    ):
        pass
    assert contents() == some_history


def test_the_application_cannot_grant_itself_privileges(some_history):
    """Postgres only warns where somebody grants what they may not."""
    for table in HISTORY:
        with connection.cursor() as cursor:
            cursor.execute(f"GRANT ALL ON {table} TO CURRENT_USER")
        privileges = select(
            "SELECT privilege_type FROM pg_class, aclexplode(relacl) AS acl"
            " WHERE pg_class.oid = %s::regclass AND acl.grantee = CURRENT_USER::regrole",
            table,
        )
        assert privileges == [("SELECT",)]


@pytest.mark.parametrize(
    "statement",
    [
        # Silencing
        "SET session_replication_role = replica",
        "SET LOCAL session_replication_role = replica",
        "SELECT set_config('session_replication_role', 'replica', true)",
        "SET plpgsql.variable_conflict = 'use_column'",
        "ALTER ROLE CURRENT_USER SET session_replication_role = replica",
        "ALTER DATABASE {database} SET session_replication_role = replica",
        "SET lo_compat_privileges = on",
        "SET allow_system_table_mods = on",
        "UPDATE pg_trigger SET tgenabled = 'D'",
        "DELETE FROM pg_trigger",
        "UPDATE pg_proc SET prosrc = ''",
        # Becoming somebody else
        f"SET ROLE {OWNER_ROLE}",
        f"SET SESSION AUTHORIZATION {OWNER_ROLE}",
        "SET ROLE postgres",
        f"GRANT {OWNER_ROLE} TO CURRENT_USER",
        "ALTER ROLE CURRENT_USER SUPERUSER",
        "GRANT EXECUTE ON FUNCTION history.record_change TO CURRENT_USER",
        # Taking the function's place, or making something that is found before what it means
        "CREATE OR REPLACE FUNCTION history.record_change() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RETURN NULL; END'",
        "CREATE OR REPLACE FUNCTION history.refuse_change() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RETURN NULL; END'",
        "ALTER FUNCTION history.record_change() RESET search_path",
        "ALTER FUNCTION history.record_change() SECURITY INVOKER",
        "ALTER FUNCTION history.record_change() RENAME TO gone",
        "DROP FUNCTION history.record_change() CASCADE",
        "DROP SCHEMA history CASCADE",
        "ALTER SCHEMA history RENAME TO gone",
        "CREATE TABLE history.mine ()",
        "CREATE FUNCTION history.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE TEMPORARY TABLE change ()",
        "CREATE FUNCTION pg_temp.clock_timestamp() RETURNS timestamptz LANGUAGE sql"
        " AS 'SELECT now()'",
        "CREATE FUNCTION public.to_jsonb(anyelement) RETURNS jsonb LANGUAGE sql AS 'SELECT NULL'",
        "CREATE SCHEMA mine",
        "CREATE EXTENSION plperl",
        "SELECT setval('history.change_id_seq', 1)",
        "SELECT nextval('history.change_id_seq')",
        "SELECT history.refuse_change()",
        "SELECT history.record_change()",
        "SELECT lo_import('PG_VERSION')",
        "DO $$ BEGIN EXECUTE 'ALTER TABLE assessments_child DISABLE TRIGGER ALL'; END $$",
    ],
)
def test_the_application_cannot_silence_or_replace_triggers_or_change_role(
    some_history, statement: str
):
    found = outcome(statement.format(database=connection.settings_dict["NAME"]))
    assert found in {
        errors.InsufficientPrivilege,
        errors.FeatureNotSupported,  # a trigger's function called by hand
        errors.CantChangeRuntimeParam,
        errors.UndefinedFile,
    }, found
    assert contents() == some_history


@pytest.mark.django_db
def test_the_application_cannot_change_triggers_of_recorded_tables():
    for table in recorded():
        for statement in (
            "ALTER TABLE {} DISABLE TRIGGER ALL",
            "ALTER TABLE {} DISABLE TRIGGER USER",
            "ALTER TABLE {} DISABLE TRIGGER history_update",
            "DROP TRIGGER history_update ON {}",
            "ALTER TRIGGER history_update ON {} RENAME TO zzz",
            "CREATE RULE quiet AS ON UPDATE TO {} DO INSTEAD NOTHING",
            "TRUNCATE {}",
            "DROP TABLE {} CASCADE",
        ):
            assert (table, outcome(statement.format(table))) == (
                table,
                errors.InsufficientPrivilege,
            )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "setting",
    [
        "search_path = pg_temp, history, public",
        "search_path = ''",
        "application_name = ''",
        "cinfactors.ignore = 'on'",
        "pgtrigger.ignore = '{{all}}'",
        "row_security = off",
        "check_function_bodies = off",
        "default_transaction_read_only = off",
        "plpgsql.extra_errors = 'all'",
        "constraint_exclusion = off",
        "jit = on",
        "TimeZone = 'Pacific/Kiritimati'",
        "DateStyle = 'SQL, DMY'",
        "IntervalStyle = 'sql_standard'",
        "xmloption = 'document'",
        "lock_timeout = 0",
        "statement_timeout = 0",
        "synchronous_commit = off",
    ],
)
def test_no_setting_that_the_application_may_change_prevents_an_entry(setting: str):
    team = make.make_team("North")
    before = Change.objects.filter(table_name="accounts_team").count()
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL {setting}")
        cursor.execute("UPDATE public.accounts_team SET active = false WHERE id = %s", [team.pk])
        cursor.execute("SET LOCAL search_path = public")
        cursor.execute("SET LOCAL DateStyle = 'ISO, DMY'")  # psycopg reads no other
    entries = Change.objects.filter(table_name="accounts_team").order_by("pk")
    assert entries.count() == before + 1
    last = entries.last()
    assert (last.operation, last.old["active"], last.new["active"]) == ("update", True, False)
    assert last.database_user == "cinfactors_app"


@pytest.mark.django_db
def test_deferred_constraints_and_nested_blocks_prevent_no_entry():
    team = make.make_team("North")
    before = Change.objects.filter(table_name="accounts_team").count()
    select(
        "WITH changed AS (UPDATE accounts_team SET active = false WHERE id = %s RETURNING 1)"
        " SELECT * FROM changed",
        team.pk,
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(
            "DO $$ BEGIN UPDATE accounts_team SET active = true;"
            " BEGIN UPDATE accounts_team SET name = 'lost'; RAISE EXCEPTION 'back';"
            " EXCEPTION WHEN OTHERS THEN NULL; END; END $$"
        )
    after = Change.objects.filter(table_name="accounts_team").order_by("pk")[before:]
    assert [one.new["active"] for one in after] == [False, True]
    assert "lost" not in [one.new["name"] for one in after]


@pytest.mark.django_db
def test_what_the_database_itself_records_cannot_be_forged():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('cinfactors.actor', '77', true),"
            " set_config('cinfactors.database_user', 'somebody', true),"
            " set_config('cinfactors.at', '2000-01-01', true)"
        )
    make.make_team("North")
    made = Change.objects.get(table_name="accounts_team")
    now, transaction_id = select("SELECT clock_timestamp(), pg_current_xact_id()::text::bigint")[0]
    assert made.actor_id == 77  # the application's own word, which is all that it can give
    assert (made.database_user, made.transaction_id) == ("cinfactors_app", transaction_id)
    assert 0 <= (now - made.at).total_seconds() < 60


@pytest.mark.django_db(transaction=True)
def test_not_even_the_owner_can_change_the_history(as_owner):
    make.make_people()
    before = contents()
    with as_owner():
        for table in HISTORY:
            for statement in (
                "UPDATE {} SET request_id = ''",
                "UPDATE {} SET request_id = '' WHERE false",
                "DELETE FROM {}",
                "TRUNCATE {}",
                "TRUNCATE accounts_team, {} CASCADE",
            ):
                assert outcome(statement.format(table)) is errors.CheckViolation
            # Only a superuser may disable triggers like this.
        assert outcome("SET session_replication_role = replica") is errors.InsufficientPrivilege
        assert contents() == before


@pytest.mark.django_db(transaction=True)
def test_truncating_tables_records_every_row(as_owner):
    make.start(make.make_people().ada)
    tables = [table for table in recorded() if select(f"SELECT 1 FROM {table}")]  # noqa: S608
    rows = {table: len(select(f"SELECT 1 FROM {table}")) for table in tables}  # noqa: S608
    with as_owner(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
        gone = {
            table: Change.objects.filter(table_name=table, operation="truncate").count()
            for table in tables
        }
    assert {"accounts_user", "assessments_child", "assessments_assessment"} <= {*tables}
    assert gone == rows
