"""The shared cache: a database table, so that the processes of all machines count together.

Django's own pickles values, and whoever can write to its table runs code in every process that
reads it. Here values are JSON. Each operation is one statement: of several processes that add a
key at once, one succeeds, and each call of `count` is counted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString, TypeAlias, cast

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import BaseDatabaseCache
from django.db import connection
from django.utils import timezone
from psycopg.sql import SQL, Identifier

Row: TypeAlias = tuple[Any, ...]
Timeout: TypeAlias = float | object | None
"""Seconds, None for ever, or Django's `DEFAULT_TIMEOUT`, which is a bare object."""

NEVER = datetime(9999, 1, 1, tzinfo=UTC)

GET = "SELECT cache_key, value FROM {} WHERE cache_key = ANY(%(keys)s) AND expires > %(now)s"
# Every write deletes a few expired entries too, so that nothing else has to clear them.
SWEEP = (
    "WITH expired AS (DELETE FROM {0} WHERE cache_key IN (SELECT cache_key FROM {0}"
    " WHERE expires <= %(now)s AND cache_key <> %(key)s LIMIT 10 FOR UPDATE SKIP LOCKED)) "
)
INSERT = (
    "INSERT INTO {0} AS entry (cache_key, value, expires) VALUES (%(key)s, %(value)s, %(expires)s)"
    " ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, expires = excluded.expires"
)
ONLY_IF_EXPIRED = " WHERE entry.expires <= %(now)s"
COUNT = (
    "INSERT INTO {0} AS entry (cache_key, value, expires) VALUES (%(key)s, '1', %(expires)s)"
    " ON CONFLICT (cache_key) DO UPDATE SET"
    " value = CASE WHEN entry.expires <= %(now)s THEN '1' ELSE (entry.value::bigint + 1)::text END,"
    " expires = CASE WHEN entry.expires <= %(now)s THEN excluded.expires ELSE entry.expires END"
    " RETURNING value"
)
ADD_TO = (
    "UPDATE {} SET value = (value::bigint + %(delta)s)::text"
    " WHERE cache_key = %(key)s AND expires > %(now)s RETURNING value"
)
TOUCH = "UPDATE {} SET expires = %(expires)s WHERE cache_key = %(key)s AND expires > %(now)s"
DELETE = "DELETE FROM {} WHERE cache_key = ANY(%(keys)s)"
CLEAR = "DELETE FROM {}"


class JsonTableCache(BaseDatabaseCache):
    """Values are whatever JSON holds. Its table is made by `createcachetable`."""

    _table: str
    """Its name, from LOCATION; set by Django's class."""

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self.get_many([key], version).get(key, default)

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        by_name = {self.make_and_validate_key(key, version=version): key for key in keys}
        rows = self._rows(GET, keys=list(by_name))
        return {by_name[name]: json.loads(value) for name, value in rows}

    def set(
        self, key: Any, value: Any, timeout: Timeout = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        self._write(INSERT, key, version, timeout, value=json.dumps(value))

    def add(
        self, key: Any, value: Any, timeout: Timeout = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Return whether the key was not there before."""
        value = json.dumps(value)
        return bool(self._write(INSERT + ONLY_IF_EXPIRED, key, version, timeout, value=value)[1])

    def count(self, key: str, timeout: float) -> int:
        """Count this call; return the calls for the key since the first of these `timeout` seconds.

        When they are over, the next call begins anew with 1.
        """
        return int(self._write(COUNT, key, None, timeout)[0][0][0])

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        name = self.make_and_validate_key(key, version=version)
        rows = self._rows(ADD_TO, key=name, delta=delta)
        if not rows:
            raise ValueError(f"Key {key!r} not found")
        return int(rows[0][0])

    def touch(
        self, key: Any, timeout: Timeout = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        name = self.make_and_validate_key(key, version=version)
        return bool(self._run(TOUCH, key=name, expires=self._expiry(timeout))[1])

    def delete(self, key: Any, version: int | None = None) -> bool:
        return bool(self._delete([key], version))

    def delete_many(self, keys: Iterable[Any], version: int | None = None) -> None:
        self._delete(keys, version)

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return key in self.get_many([key], version)

    def clear(self) -> None:
        self._run(CLEAR)

    def _delete(self, keys: Iterable[Any], version: int | None) -> int:
        names = [self.make_and_validate_key(key, version=version) for key in keys]
        return self._run(DELETE, keys=names)[1]

    def _write(
        self,
        statement: LiteralString,
        key: Any,
        version: int | None,
        timeout: Timeout,
        **values: Any,
    ) -> tuple[list[Row], int]:
        name = self.make_and_validate_key(key, version=version)
        return self._run(SWEEP + statement, key=name, expires=self._expiry(timeout), **values)

    def _expiry(self, timeout: Timeout) -> datetime:
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        if seconds is None:
            return NEVER
        return timezone.now() + timedelta(seconds=cast(float, seconds))

    def _rows(self, statement: LiteralString, **values: Any) -> list[Row]:
        return self._run(statement, **values)[0]

    def _run(self, statement: LiteralString, **values: Any) -> tuple[list[Row], int]:
        """Return what the statement returns, and how many rows it touched."""
        with connection.cursor() as cursor:
            named = SQL(statement).format(Identifier(self._table)).as_string()
            cursor.execute(named, {"now": timezone.now(), **values})
            return (cursor.fetchall() if cursor.description else []), cursor.rowcount
