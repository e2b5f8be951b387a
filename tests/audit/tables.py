"""Which tables are recorded, as the database itself says."""

from __future__ import annotations

from typing import Any

from django.db import connection


def select(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def recorded() -> list[str]:
    """The tables with a trigger that writes the history."""
    return [
        table
        for (table,) in select(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger"
            " WHERE tgfoid = 'history.record_change'::regproc ORDER BY 1"
        )
    ]


def all_tables() -> set[str]:
    """Every table but the server's own and the history's."""
    return {
        name
        for (name,) in select(
            "SELECT relname FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace"
            " WHERE relkind IN ('r', 'p', 'f', 'm') AND nspname NOT LIKE 'pg\\_%%'"
            " AND nspname NOT IN ('information_schema', 'history')"
        )
    }
