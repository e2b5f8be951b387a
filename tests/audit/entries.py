"""The contents of the history, for tests."""

from __future__ import annotations

from django.db import connection

from cinfactors.audit.models import Change, Reading


def newest_change() -> int:
    """The key of the last entry so far."""
    return Change.objects.order_by("pk").values_list("pk", flat=True).last() or 0


def changes(since: int = 0, **of: object) -> list[Change]:
    """The entries after that key, the earliest first."""
    return list(Change.objects.filter(pk__gt=since, **of).order_by("pk"))


def readings() -> list[Reading]:
    return list(Reading.objects.order_by("pk"))


def row_of(table: str, key: int) -> dict[str, object]:
    """A row as the database itself writes it in JSON."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT to_jsonb(one) FROM {table} AS one WHERE id = %s", [key])  # noqa: S608
        return cursor.fetchone()[0]
