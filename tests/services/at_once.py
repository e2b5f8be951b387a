"""Several acts at the same moment, as when two people submit two forms."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from django.db import connection, connections, transaction


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Return what each act returned or raised; all start together, each on its own connection."""
    barrier = threading.Barrier(len(acts))

    def start(act: Callable[[], Any]) -> Any:
        connection.ensure_connection()
        barrier.wait(timeout=30)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        started = [pool.submit(_on_its_own_connection, partial(start, act)) for act in acts]
        return [each.result(60) for each in started]


def while_held(held: Callable[[], Any], other: Callable[[], Any]) -> tuple[Any, Any]:
    """Return what each returned or raised: the other begins while the first is not committed.

    The first is done, and its transaction held open until the other waits for it.
    """
    done, waits = threading.Event(), threading.Event()

    def hold() -> Any:
        with transaction.atomic():
            result = held()
            done.set()
            assert waits.wait(timeout=30)
        return result

    def follow() -> Any:
        assert done.wait(timeout=30)
        return other()

    with ThreadPoolExecutor(2) as pool:
        first, second = (pool.submit(_on_its_own_connection, act) for act in (hold, follow))
        while not (_somebody_waits_for_a_lock() or first.done() or second.done()):
            pass
        waits.set()
        return first.result(60), second.result(60)


def _on_its_own_connection(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except Exception as error:
        return error
    finally:
        connections.close_all()


def _somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            # By the process: who waits for a row waits for a transaction, which has no database.
            "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE NOT granted AND pid <> pg_backend_pid() AND datname = current_database())"
        )
        [(waits,)] = cursor.fetchall()
    return bool(waits)
