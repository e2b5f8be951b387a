"""Tests run on a real PostgreSQL, as the role that the application has in production."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from hypothesis import settings as hypothesis_settings
from psycopg import sql
from psycopg.errors import DeadlockDetected

from cinfactors.dev import assets
from cinfactors.dev.embedded_postgres import grant
from tests import migrated
from tests.settings import server

# How long an example takes depends more on the machine than on the product.
hypothesis_settings.register_profile("tests", deadline=None)
hypothesis_settings.load_profile("tests")

SLOWEST = (
    "tests/dev/test_run.py",
    "tests/dev/test_deployment.py",
    "tests/pages/test_random_walks.py",
    "tests/benchmarks",
    "tests/journeys",
)


def pytest_configure(config: pytest.Config) -> None:
    """Build the pages' styles and scripts once, before the workers begin."""
    if not hasattr(config, "workerinput"):
        assets.build()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the slowest first, so that all workers end together."""
    items.sort(key=lambda item: not item.nodeid.startswith(SLOWEST))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Keep garbage collection from what stays until the end: it took an eighth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@contextmanager
def as_role(role: dict[str, str], options: str = "") -> Iterator[None]:
    """Make new connections those of the given role, until the end of the block."""
    before = connection.settings_dict.copy()
    connection.close()
    connection.settings_dict.update(role)
    connection.settings_dict["OPTIONS"] = connection.settings_dict["OPTIONS"] | (
        {"options": options} if options else {}
    )
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, django_db_blocker):
    """Let the database be a copy of one that is migrated already."""
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated.database()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Use the database, which its owner makes and migrates, as the application's role."""
    name = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        grant(server, name)
        delete_rows = _delete_all_rows()
        role = as_role(settings.APP_ROLE)
        role.__enter__()
    with server.connect(database=name) as superuser, pytest.MonkeyPatch.context() as patch:
        # Without the triggers that stop everybody else from emptying the history.
        superuser.execute("SET session_replication_role = replica")

        def delete_committed_rows(test) -> None:
            connection.close()
            try:
                superuser.execute(delete_rows)
            except DeadlockDetected:
                # A request that the test did not wait for had the locks; it has ended by now.
                superuser.execute(delete_rows)

        patch.setattr(TransactionTestCase, "_fixture_teardown", delete_committed_rows)
        yield
    with django_db_blocker.unblock():
        role.__exit__(None, None, None)


def _delete_all_rows() -> sql.Composed:
    """Return statements that delete what a test has committed, the history and the cache too.

    With DELETE, which takes a tenth of the time of TRUNCATE where rows are few. The lock waits
    for requests that the test did not wait for, so that they write nothing into the next test.
    """
    filled_by_migrations = {"django_content_type", "auth_permission"}
    names = {
        *connection.introspection.django_table_names(only_existing=True, include_views=False),
        # It has no model, and the counts of sign-in would outlive the test.
        settings.CACHES["default"]["LOCATION"],
    }
    tables = [sql.Identifier(name) for name in sorted(names - filled_by_migrations)]
    tables += [sql.Identifier("history", name) for name in ("change", "reading")]
    return sql.SQL("LOCK {} IN EXCLUSIVE MODE; {}").format(
        sql.SQL(", ").join(tables),
        sql.SQL("; ").join(sql.SQL("DELETE FROM {}").format(table) for table in tables),
    )


@pytest.fixture
def as_owner():
    """Return a context manager that connects as the owner, for tests that commit."""
    return lambda: as_role(settings.OWNER_ROLE)
