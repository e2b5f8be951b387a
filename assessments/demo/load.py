"""Loads invented records into an empty database, and into no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time
from pathlib import Path
from random import Random
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from assessments.demo.assessment_rows import Assignment
from assessments.demo.cases import Cases
from assessments.demo.dates import LONDON, first_day
from assessments.demo.people import SignIn, add_people, require_writable, write_sign_ins
from assessments.demo.rows import COLUMNS, Rows
from assessments.models import Assessment, Child, Episode
from cinfactors.accounts.models import Team, User

BATCH_SIZE = 5_000
"""Assessments that are in memory at once."""

TABLES_CHECKED = (User, Team, Child, Episode, Assessment)
"""The tables of which one row is enough to show that the database is in use."""

Batch = Mapping[type[Model], Sequence[tuple[Any, ...]]]


class RecordsExist(Exception):
    """The database is not empty; the message says what there is."""


def make_demo(
    number: int,
    *,
    seed: int,
    today: date,
    accounts: Path,
    progress: Callable[[int], object] = lambda more: None,
) -> list[SignIn]:
    """Make this many assessments with all that belongs to them, or nothing; return the sign-ins.

    `progress` is called with how many more there are, batch by batch. Raise RecordsExist where
    there is any record, OSError where the accounts cannot be written to their file.
    """
    with transaction.atomic():
        _require_empty_database()
        require_writable(accounts)
        sign_ins = _make(number, seed=seed, today=today, progress=progress)
        write_sign_ins(accounts, sign_ins)
    _analyse()
    return sign_ins


def _make(
    number: int, *, seed: int, today: date, progress: Callable[[int], object]
) -> list[SignIn]:
    random = Random(seed)  # noqa: S311  invented records; passwords come from `secrets`
    since = datetime.combine(first_day(today), time(9), tzinfo=LONDON)
    assignments, sign_ins = add_people(number, since=since, random=random)
    rows = Rows(first_ids={model: _next_id(model) for model in COLUMNS})
    with connection.cursor() as cursor:
        # Otherwise each foreign key of each row is kept in memory until the end.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        # The history names it where nobody's request recorded a row.
        cursor.execute("SELECT set_config('application_name', 'the demo records', true)")
        for batch in _prefetched(batches(number, assignments, seed=seed, today=today, rows=rows)):
            for model, made in batch.items():
                _copy(cursor, model, made)
            progress(len(batch[Assessment]))
    for model in COLUMNS:
        _advance_ids(model, rows.made(model) - 1)
    return sign_ins


def batches(
    number: int, assignments: Sequence[Assignment], *, seed: int, today: date, rows: Rows
) -> Iterator[Batch]:
    """Yield the rows of this many assessments, spread evenly over the assignments, in batches."""
    cases = Cases(today=today, seed=seed, rows=rows)
    share, over = divmod(number, len(assignments))
    for place, assignment in enumerate(assignments):
        cases.add(assignment, share + (place < over))
        if len(rows.waiting[Assessment]) >= BATCH_SIZE:
            yield rows.take()
    if rows.waiting[Assessment]:
        yield rows.take()


def _prefetched(made: Iterator[Batch]) -> Iterator[Batch]:
    """Yield each batch while a thread makes the next, so that the database works meanwhile."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        coming = thread.submit(next, made, None)
        while (batch := coming.result()) is not None:
            coming = thread.submit(next, made, None)
            yield batch


def _require_empty_database() -> None:
    """Raise RecordsExist unless the database is empty; lock it against other writers."""
    # Before the lock too, which would hold up the people who use the database.
    _raise_if_records_exist()
    tables = ", ".join(_quoted(model._meta.db_table) for model in TABLES_CHECKED)
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE")
    _raise_if_records_exist()


def _raise_if_records_exist() -> None:
    found = [
        str(model._meta.verbose_name_plural) for model in TABLES_CHECKED if model.objects.exists()
    ]
    if found:
        raise RecordsExist(f"There are records already ({', '.join(found)})")


def _copy(cursor: Any, model: type[Model], rows: Sequence[tuple[Any, ...]]) -> None:
    columns = ", ".join(map(_quoted, COLUMNS[model]))
    with cursor.copy(f"COPY {_quoted(model._meta.db_table)} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _next_id(model: type[Model]) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [model._meta.db_table])
        return int(cursor.fetchone()[0])


def _advance_ids(model: type[Model], number: int) -> None:
    """Advance the sequence as a role can that may use it but not set it.

    Nobody else draws from it meanwhile: the tables are locked.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(nextval(pg_get_serial_sequence(%s, 'id'))) FROM generate_series(1, %s)",
            [model._meta.db_table, number],
        )


def _analyse() -> None:
    """Gather the planner's figures where the role may; elsewhere autovacuum does it shortly."""
    tables = [model._meta.db_table for model in COLUMNS]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE oid = ANY(%s::regclass[])"
            " AND pg_has_role(relowner, 'USAGE')",
            [tables],
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"ANALYZE {_quoted(table)}")


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
