"""Health checks, as a load balancer sees them."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings

from conftest import as_role
from tests.settings import OWNER_ROLE

PRODUCTION = override_settings(
    ALLOWED_HOSTS=["factors.exampleshire.gov.uk"], SECURE_SSL_REDIRECT=True
)
PROBE = {"HTTP_HOST": "10.0.0.7:8000"}


def answer(path: str) -> tuple[int, str]:
    response = Client().get(path, **PROBE)
    return response.status_code, response.content.decode()


@PRODUCTION
def test_the_process_answers_without_a_database():
    assert answer("/healthz") == (200, "ok")


@PRODUCTION
@pytest.mark.django_db(transaction=True)
def test_it_is_ready_when_the_database_answers_and_is_migrated():
    assert answer("/readyz") == (200, "ok")


@PRODUCTION
@pytest.mark.django_db(transaction=True)
def test_it_is_not_ready_without_its_database():
    with as_role({"NAME": "no_such_database"}):
        assert answer("/readyz") == (503, "unavailable")
    assert answer("/readyz") == (200, "ok")


@pytest.mark.django_db(transaction=True)
def test_it_is_not_ready_with_another_password():
    with as_role({"PASSWORD": "wrong"}):
        assert answer("/readyz") == (503, "unavailable")


@pytest.mark.django_db(transaction=True)
def test_it_is_not_ready_while_a_migration_is_not_applied():
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE app = 'accounts' RETURNING app, name, applied"
        )
        rows = cursor.fetchall()
    assert rows
    try:
        assert answer("/readyz") == (503, "unavailable")
    finally:
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", rows
            )
    assert answer("/readyz") == (200, "ok")


@pytest.mark.django_db(transaction=True)
def test_it_is_not_ready_without_the_table_that_counts_sign_ins():
    with as_role(OWNER_ROLE), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE cache RENAME TO elsewhere")
    try:
        assert answer("/readyz") == (503, "unavailable")
    finally:
        with as_role(OWNER_ROLE), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE elsewhere RENAME TO cache")
    cache.clear()
    assert answer("/readyz") == (200, "ok")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.django_db(transaction=True)
def test_a_response_is_never_cached(path):
    assert Client().get(path, **PROBE).headers["Cache-Control"] == "no-store"
