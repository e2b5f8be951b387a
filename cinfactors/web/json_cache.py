"""The shared cache: a table, so that the processes of all machines count together.

Django's own keeps values pickled, and whoever can write to its table runs code in every process
that reads it. Here values are JSON. Each operation is one statement, and what is added or counted
by several at once is added once and counted each.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import BaseDatabaseCache
from django.db import connection
from django.utils import timezone
from psycopg.sql import SQL, Identifier

NEVER = datetime(9999, 1, 1, tzinfo=UTC)

GET = "SELECT cache_key, value FROM {} WHERE cache_key = ANY(%(keys)s) AND expires > %(now)s"
# Every write takes a few dead entries along, so that nobody has to clear up.
SWEEP = (
    "WITH dead AS (DELETE FROM {0} WHERE cache_key IN (SELECT cache_key FROM {0}"
    " WHERE expires <= %(now)s AND cache_key <> %(key)s LIMIT 10 FOR UPDATE SKIP LOCKED)) "
)
INSERT = (
    "INSERT INTO {0} AS kept (cache_key, value, expires) VALUES (%(key)s, %(value)s, %(expires)s)"
    " ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, expires = excluded.expires"
)
ONLY_IF_DEAD = " WHERE kept.expires <= %(now)s"
COUNT = (
    "INSERT INTO {0} AS kept (cache_key, value, expires) VALUES (%(key)s, '1', %(expires)s)"
    " ON CONFLICT (cache_key) DO UPDATE SET"
    " value = CASE WHEN kept.expires <= %(now)s THEN '1' ELSE (kept.value::bigint + 1)::text END,"
    " expires = CASE WHEN kept.expires <= %(now)s THEN excluded.expires ELSE kept.expires END"
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

    def get(self, key, default=None, version=None):
        return self.get_many([key], version).get(key, default)

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        by_name = {self.make_and_validate_key(key, version=version): key for key in keys}
        rows = self._rows(GET, keys=list(by_name))
        return {by_name[name]: json.loads(value) for name, value in rows}

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        self._write(INSERT, key, version, timeout, value=json.dumps(value))

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        """Whether it was not there before."""
        value = json.dumps(value)
        return bool(self._write(INSERT + ONLY_IF_DEAD, key, version, timeout, value=value)[1])

    def count(self, key: str, timeout: float) -> int:
        """How often this was called for the key since `timeout` seconds began, this time too."""
        return int(self._write(COUNT, key, None, timeout)[0][0][0])

    def incr(self, key, delta=1, version=None):
        name = self.make_and_validate_key(key, version=version)
        rows = self._rows(ADD_TO, key=name, delta=delta)
        if not rows:
            raise ValueError(f"Key {key!r} not found")
        return int(rows[0][0])

    def touch(self, key, timeout=DEFAULT_TIMEOUT, version=None):
        name = self.make_and_validate_key(key, version=version)
        return bool(self._run(TOUCH, key=name, expires=self._end(timeout))[1])

    def delete(self, key, version=None):
        return bool(self._delete([key], version))

    def delete_many(self, keys, version=None):
        self._delete(keys, version)

    def has_key(self, key, version=None):
        return key in self.get_many([key], version)

    def clear(self):
        self._run(CLEAR)

    def _delete(self, keys: Iterable[str], version: int | None) -> int:
        names = [self.make_and_validate_key(key, version=version) for key in keys]
        return self._run(DELETE, keys=names)[1]

    def _write(self, statement, key, version, timeout, **values) -> tuple[list[tuple], int]:
        name = self.make_and_validate_key(key, version=version)
        return self._run(SWEEP + statement, key=name, expires=self._end(timeout), **values)

    def _end(self, timeout: float | object) -> datetime:
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return NEVER if seconds is None else timezone.now() + timedelta(seconds=seconds)

    def _rows(self, statement, **values) -> list[tuple]:
        return self._run(statement, **values)[0]

    def _run(self, statement, **values) -> tuple[list[tuple], int]:
        """What the statement returns, and how many rows it touched."""
        with connection.cursor() as cursor:
            named = SQL(statement).format(Identifier(self._table)).as_string()
            cursor.execute(named, {"now": timezone.now(), **values})
            return (cursor.fetchall() if cursor.description else []), cursor.rowcount
