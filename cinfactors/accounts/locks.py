"""The lock between what changes people and teams and what relies on them.

Whether a restricted record has a manager who sees it, and whether work goes to a team that is in
use, lies between rows of several tables. Who changes people or teams waits for all who rely on
them, and these for whoever changes them; those who rely on them do not wait for one another.
"""

from __future__ import annotations

from django.db import connection

PEOPLE_AND_TEAMS = 1
"""The key of the advisory lock. Taken before any row that an administrator changes; it ends with
the transaction."""


def lock_people_and_teams() -> None:
    """Wait until nobody relies on people and teams as they are, to change them."""
    _execute("SELECT pg_advisory_xact_lock(%s)")


def keep_people_and_teams() -> None:
    """Keep people and teams as they are until the transaction ends."""
    _execute("SELECT pg_advisory_xact_lock_shared(%s)")


def _execute(sql: str) -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("Outside of a transaction a lock would end with its own statement")
    with connection.cursor() as cursor:
        cursor.execute(sql, [PEOPLE_AND_TEAMS])
