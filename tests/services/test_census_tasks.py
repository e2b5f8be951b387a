"""Census tasks and the worker that does them, a process of its own: killed, watched, replaced."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event
from time import monotonic

import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from assessments.models import CensusTask, CensusTaskPart
from assessments.services.returns import (
    FILE,
    UPLOAD,
    PartsFile,
    begin_upload,
    look_after_tasks,
    parts_of,
    start_uploaded,
    stop_task,
)
from assessments.services.returns.parts import keep_part
from assessments.services.returns.tasks import run_task
from tests.programs import PRODUCTION, ROOT
from tests.services.at_once import at_once
from tests.services.test_merging_returns import assessment, child, completed, theirs
from tests.settings import APP_ROLE, server

pytestmark = pytest.mark.django_db(transaction=True)


def sent(people, content: bytes) -> CensusTask:
    """Return a merge that waits."""
    task = begin_upload(by=people.dee, address=None, request_id="")
    file = PartsFile(task, UPLOAD)
    file.write(content)
    file.finish()
    start_uploaded(task, CensusTask.Kind.MERGE, {"replacing": False})
    return task


@contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """A worker as the web server starts it, on the database of this test."""
    name = connection.settings_dict["NAME"]
    process = subprocess.Popen(
        [sys.executable, "manage.py", "run_tasks", "--no-startup-delay", "--until-input-ends"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]}
        | PRODUCTION
        | {
            "SECRET_KEY": settings.SECRET_KEY,
            "DATABASE_URL": server.url(APP_ROLE["USER"], name),
            "LOG_LEVEL": "ERROR",
        },
        stdin=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until(true: Callable[[], bool]) -> None:
    end = monotonic() + 60
    while not true():
        assert monotonic() < end
        Event().wait(0.05)


def queue(task: CensusTask) -> QuerySet[DBTaskResult]:
    """Return the rows of the library about a task."""
    return DBTaskResult.objects.filter(args_kwargs__args__0=str(task.reference))


def status(task: CensusTask) -> str:
    task.refresh_from_db()
    return task.status


def test_a_worker_that_is_killed_in_the_middle_loses_nothing(people):
    completed(people, "3B")
    task = sent(people, theirs(child(assessment(""))))
    # What it has to read is held, so that it is in the middle of it for as long as we like.
    with transaction.atomic(), worker() as first:
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE assessments_child IN ACCESS EXCLUSIVE MODE")
        wait_until(lambda: status(task) == "running")
        since = task.heard_at
        wait_until(lambda: status(task) and task.heard_at > since)
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert status(task) == "running"
    assert {part.name for part in task.parts.all()} == {"upload"}
    look_after_tasks()
    assert status(task) == "running"  # it may only be slow
    CensusTask.objects.update(heard_at=Now() - timedelta(seconds=31))
    look_after_tasks()
    assert status(task) == "waiting"
    assert not DBTaskResult.objects.running().exists()
    with worker():
        wait_until(lambda: status(task) == "done")
    assert (task.attempts, task.counts["filled"]) == (2, 1)
    assert {part.name for part in task.parts.all()} == {"file 2", "filled 2"}


def test_what_was_cut_off_twice_is_given_up_in_words(people):
    task = sent(people, theirs(child()))
    old = Now() - timedelta(seconds=31)
    CensusTask.objects.update(status="running", attempts=2, heard_at=old)
    look_after_tasks()
    assert status(task) == "failed"
    assert "The service was stopped twice" in task.refusal
    assert not CensusTaskPart.objects.exists()


def test_a_worker_ends_with_the_process_that_started_it():
    with worker() as process:
        process.stdin.close()
        process.wait(timeout=60)


def test_a_task_that_is_stopped_in_the_middle_comes_to_nothing(people):
    completed(people, "3B")
    task = sent(people, theirs(*(child(id=f"THEIRS{number}") for number in range(2000))))
    with worker():
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE assessments_child IN ACCESS EXCLUSIVE MODE")
            wait_until(lambda: status(task) == "running")
        stop_task(task)
        wait_until(lambda: DBTaskResult.objects.finished().exists())
    assert status(task) == "stopped"
    assert not CensusTaskPart.objects.exists()


def test_several_workers_look_after_the_tasks_one_at_a_time(people):
    task = sent(people, theirs(child()))
    old = Now() - timedelta(seconds=31)
    CensusTask.objects.update(status="running", attempts=1, heard_at=old)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('cinfactors.census_tasks'))")
        assert at_once(look_after_tasks) == [None]
        assert status(task) == "running"


def test_an_attempt_that_was_given_up_for_dead_adds_nothing_to_what_another_makes(people):
    completed(people, "3B")
    task = sent(people, theirs(child(assessment(""))))
    dead = CensusTask.objects.get(pk=task.pk)
    dead.attempts = 1
    CensusTask.objects.update(attempts=1)
    keep_part(dead, FILE, 0, b"of the dead")
    run_task(task.reference)
    assert (status(task), task.attempts) == ("done", 2)
    assert {part.name for part in task.parts.all()} == {"file 2", "filled 2"}
    keep_part(dead, FILE, 1, b"of the dead")
    made = b"".join(parts_of(task, FILE))
    assert made.startswith(b"<?xml")
    assert b"of the dead" not in made


@pytest.mark.parametrize("row", ["running", "failed", None])
def test_what_was_taken_from_the_queue_and_never_begun_is_queued_again(people, row):
    task = sent(people, theirs(child()))
    CensusTask.objects.update(asked_at=Now() - timedelta(seconds=31))
    look_after_tasks()
    assert queue(task).count() == 1
    if row is None:
        queue(task).delete()
    else:
        now = timezone.now()
        queue(task).update(status=row.upper(), started_at=now, finished_at=now)
    if row == "running":
        look_after_tasks()
        assert queue(task).get().status == "RUNNING"  # it is about to begin
        queue(task).update(started_at=now - timedelta(seconds=31))
    look_after_tasks()
    assert queue(task).get().status == "READY"
    run_task(task.reference)
    assert status(task) == "done"


def test_the_row_of_a_worker_that_was_killed_is_deleted_too(people):
    task = sent(people, theirs(child()))
    old = timezone.now() - timedelta(minutes=61)
    queue(task).update(status="RUNNING", started_at=old)
    CensusTask.objects.update(status="running", heard_at=Now())
    look_after_tasks()
    assert queue(task).exists()
    stop_task(task)
    look_after_tasks()
    assert not queue(task).exists()


def test_what_the_database_cut_off_is_done_again_and_in_the_log(people, caplog):
    completed(people, "3B")
    task = sent(people, theirs(child()))
    with transaction.atomic():
        _lock_children()
        [returned] = at_once(lambda: _impatient(task))
    assert isinstance(returned, OperationalError)
    assert status(task) == "running"
    assert "was cut off: LockNotAvailable" in caplog.text


def _lock_children() -> None:
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE assessments_child IN ACCESS EXCLUSIVE MODE")


def _impatient(task: CensusTask) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
    run_task(task.reference)
