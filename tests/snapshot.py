"""The content of every table, to show that nothing is stored."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection


def tables() -> list[str]:
    """Return every table of the product's own models, those of many-to-many fields included."""
    return sorted(
        {
            model._meta.db_table
            for app in ("accounts", "assessments")
            for model in apps.get_app_config(app).get_models(include_auto_created=True)
        }
    )


def everything(*but: str) -> dict[str, list[Any]]:
    """Return each row of each table as JSON, in order, without the tables in `but`."""
    found = {}
    with connection.cursor() as cursor:
        for table in tables():
            if table not in but:
                cursor.execute(f"SELECT to_jsonb(one) FROM {table} AS one ORDER BY one::text")  # noqa: S608
                found[table] = [row for (row,) in cursor.fetchall()]
    return found


@contextmanager
def unchanged(*but: str) -> Iterator[None]:
    """Assert that no row of any table changes in the block, whatever happens in it."""
    before = everything(*but)
    try:
        yield
    finally:
        assert everything(*but) == before
