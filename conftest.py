"""Tests run on a real PostgreSQL, as the role that the application has in service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase

from cinfactors.embedded_postgres import grant
from cinfactors.make import assets
from tests.settings import server


def pytest_configure(config: pytest.Config) -> None:
    """The pages' styles and scripts as their sources are now; once, before the workers begin."""
    if not hasattr(config, "workerinput"):
        assets.build()


@contextmanager
def as_role(role: dict[str, str], options: str = "") -> Iterator[None]:
    """New connections are the given role's until the end of the block."""
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
def django_db_setup(django_db_setup, django_db_blocker):
    """The database that the owner has made, migrated by it, used as the application uses it."""
    with django_db_blocker.unblock():
        grant(server, connection.settings_dict["NAME"])
        role = as_role(settings.APP_ROLE)
        role.__enter__()
    yield
    with django_db_blocker.unblock():
        role.__exit__(None, None, None)


@pytest.fixture
def as_owner():
    """A context manager, for what only the role that migrates may do, in tests that commit."""
    return lambda: as_role(settings.OWNER_ROLE)


_put_back = TransactionTestCase._fixture_teardown


def _put_back_as_superuser(test) -> None:
    """Empty the tables, the history too, whose triggers stop everybody else."""
    with as_role(settings.CLEANING_ROLE, options="-c session_replication_role=replica"):
        _put_back(test)
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE history.change, history.reading")
        cache.clear()  # its table is no model's; what sign-in counted would outlive the test


@pytest.fixture(scope="session", autouse=True)
def _committed_rows_are_removed() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", _put_back_as_superuser)
        yield
