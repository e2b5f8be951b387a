"""The role that runs the application may change rows and nothing else."""

import shutil
import subprocess

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction
from psycopg import errors

from cinfactors.dev import postmaster
from cinfactors.dev.embedded_postgres import APP_ROLE, DATABASE, OWNER_ROLE, SUPERUSER
from tests.programs import ROOT


def tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        return [name for (name,) in cursor.fetchall()]


def refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except ProgrammingError as error:
        return isinstance(error.__cause__, errors.InsufficientPrivilege)
    return False


@pytest.mark.django_db
def test_tests_run_as_the_application_does():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, session_user")
        assert cursor.fetchone() == (APP_ROLE, APP_ROLE)


@pytest.mark.django_db
def test_the_application_reads_and_writes_rows_of_every_table():
    with connection.cursor() as cursor:
        for table in tables():
            for privilege in ("SELECT", "INSERT", "UPDATE", "DELETE"):
                cursor.execute("SELECT has_table_privilege(%s, %s)", [table, privilege])
                assert (table, privilege, cursor.fetchone()[0]) == (table, privilege, True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE {}",
        "DROP TABLE {}",
        "ALTER TABLE {} ADD COLUMN extra text",
        "ALTER TABLE {} DISABLE TRIGGER ALL",
        "CREATE INDEX ON {} ((1))",
    ],
)
def test_the_application_changes_no_table(statement):
    assert len(tables()) > 5
    for table in tables():
        assert (table, refused(statement.format(f'"{table}"'))) == (table, True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine ()",
        "CREATE TEMPORARY TABLE mine ()",
        "CREATE SCHEMA mine",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE ROLE mine",
        f"SET ROLE {OWNER_ROLE}",
        "SET session_replication_role = replica",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT pg_read_file('PG_VERSION')",
    ],
)
def test_the_application_creates_nothing_and_cannot_change_role(statement):
    assert refused(statement)


@pytest.mark.django_db
def test_neither_role_has_more_privileges_than_it_needs():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE rolname LIKE 'cinfactors%' AND "
            "(rolsuper OR rolcreaterole OR rolreplication OR rolbypassrls)"
        )
        assert cursor.fetchall() == []
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = %s::regrole", [APP_ROLE])
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db
def test_the_applications_statements_have_time_limits():
    with connection.cursor() as cursor:
        found = {}
        for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            cursor.execute(f"SHOW {name}")
            found[name] = cursor.fetchone()[0]
    assert found == {
        "statement_timeout": "30s",
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": "1min",
    }


@pytest.fixture(scope="module")
def bare_server(server_without_roles):
    """A server as the container's image makes one: an empty database and no role of ours."""
    with server_without_roles.connect(database="postgres") as superuser:
        superuser.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0")
    return server_without_roles


@pytest.fixture(scope="module")
def containers_database(bare_server, tmp_path_factory):
    """The bare server after the script that the compose file hands to the image."""
    script = (ROOT / "deploy" / "postgres" / "10-cinfactors.sh").read_text()
    here = tmp_path_factory.mktemp("script") / "10-cinfactors.sh"
    here.write_text(script.replace("/cinfactors/", f"{ROOT / 'deploy'}/"))
    programs = postmaster.programs()
    done = subprocess.run(
        [shutil.which("sh"), here],
        env={
            "PATH": f"{programs}:/usr/bin:/bin",
            "PGHOST": str(bare_server.socket_folder),
            "PGPASSWORD": bare_server.passwords[SUPERUSER],
            "POSTGRES_USER": SUPERUSER,
            "POSTGRES_DB": DATABASE,
            "OWNER_PASSWORD": bare_server.passwords[OWNER_ROLE],
            "APP_PASSWORD": bare_server.passwords[APP_ROLE],
        },
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return bare_server


def test_the_containers_owner_makes_tables_that_the_application_fills(containers_database):
    with containers_database.connect(OWNER_ROLE) as owner:
        owner.execute("CREATE TABLE kept (id int GENERATED BY DEFAULT AS IDENTITY, word text)")
        owner.execute("CREATE SCHEMA history")
    with containers_database.connect(APP_ROLE) as application:
        application.execute("INSERT INTO kept (word) VALUES ('one')")
        assert application.execute("SELECT word FROM kept").fetchall() == [("one",)]
        for statement in ("TRUNCATE kept", "DROP TABLE kept", "CREATE TABLE mine ()"):
            with pytest.raises(errors.InsufficientPrivilege):
                application.execute(statement)


def test_the_containers_roles_have_the_privileges_of_the_embedded_servers(containers_database):
    limits = ["statement_timeout=30s", "lock_timeout=10s"]
    limits.append("idle_in_transaction_session_timeout=60s")
    with containers_database.connect() as superuser:
        found = superuser.execute(
            "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole, rolcanlogin, "
            "rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid "
            "WHERE rolname LIKE 'cinfactors%' ORDER BY 1"
        ).fetchall()
        settings = superuser.execute(
            "SELECT setconfig FROM pg_db_role_setting WHERE setrole = %s::regrole", [APP_ROLE]
        ).fetchall()
    assert found == [
        (APP_ROLE, False, False, False, True, True),
        (OWNER_ROLE, False, False, False, True, True),
    ]
    assert settings == [(limits,)]


def test_a_wrong_password_opens_nothing(containers_database):
    for role in (SUPERUSER, OWNER_ROLE, APP_ROLE):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(
                host=str(containers_database.socket_folder),
                user=role,
                password="wrong",
                dbname=DATABASE,
            )
