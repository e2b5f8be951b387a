"""Work on census files in the background: asked for, done by a worker, and looked after.

A worker (`manage.py run_tasks`) takes what is waiting. While it works it says each second that it
does; of what is not heard any more it was killed, or its machine, and it is done again from its
start: nothing of it counts until it is done. What is uploaded or made is kept for an hour at most.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models import F, Max, Q
from django.db.models.functions import Now
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from assessments import queries
from assessments.census.errors import Refused
from assessments.census.report import plain
from assessments.models import CensusCheck, CensusTask
from assessments.services.refusals import NotPermitted
from assessments.services.returns.doing import DO
from assessments.services.returns.heard import Heard, NotWanted
from assessments.services.returns.parts import (
    FILE,
    UPLOAD,
    delete_made,
    delete_parts,
    keep_made,
    kept_for,
    stored_name,
)
from assessments.services.returns.refusals import ErrorsStand, ReturnRefused, TooMuchKept
from cinfactors.accounts.models import User
from cinfactors.audit.models import Change

logger = logging.getLogger("cinfactors.tasks")

NOT_HEARD = timedelta(seconds=30)
"""After so long without a word a task was cut off."""
ATTEMPTS = 2
MOST_PARTS = 1024
"""Parts of files, of a megabyte each, with which one person may have another one made or sent."""
MOST_UNDER_WAY = 20
"""Of one person's: what others ask for waits behind them."""
NIGHT = time(2)
"""When the years that may still change are checked, by London's clock."""
PAUSE = timedelta(hours=1)
"""After a nightly check that failed; twice as long after each more that fails by the next night."""
Kind, Status = CensusTask.Kind, CensusTask.Status

CUT_OFF = (
    "The service was stopped twice while this was being done, and nothing was made. Start again; "
    "if it happens again, tell whoever runs this service"
)
WENT_WRONG = (
    "Something went wrong on our side, and nothing was made. Whoever runs this service finds it in "
    "the log"
)
NO_LONGER_PERMITTED = "You may not make census files any more"


# Asked for


def start_task(
    kind: CensusTask.Kind,
    *,
    by: User | None,
    year: str,
    children: int = 0,
    options: Mapping[str, Any] | None = None,
    address: str | None = None,
    request_id: str = "",
) -> CensusTask:
    """Have a year of so many children checked, or a file of it made, in the background.

    `by` is None for a check that nobody asked for. Raises NotPermitted, and TooMuchKept for a
    file.
    """
    asked = _asked(kind, Status.WAITING, by, year, options or {}, address, request_id)
    CensusTask.objects.filter(pk=asked.pk).update(of=children)
    run.enqueue(str(asked.reference))
    return asked


def begin_upload(*, by: User, address: str | None, request_id: str) -> CensusTask:
    """Return a task to which the parts of a file can be added.

    Raises NotPermitted and TooMuchKept.
    """
    return _asked(Kind.JUDGE, Status.SENDING, by, "", {}, address, request_id)


def start_uploaded(asked: CensusTask, kind: CensusTask.Kind, options: Mapping[str, Any]) -> None:
    """Have done what a return was uploaded for, all of whose parts are there."""
    with transaction.atomic():
        asked.kind, asked.options, asked.status = kind, dict(options), Status.WAITING
        asked.save(update_fields=["kind", "options", "status", "of"])
        run.enqueue(str(asked.reference))


def _asked(
    kind: CensusTask.Kind,
    status: CensusTask.Status,
    by: User | None,
    year: str,
    options: Mapping[str, Any],
    address: str | None,
    request_id: str,
) -> CensusTask:
    if by is not None and not queries.may_make_census_files(by):
        raise NotPermitted
    if by is not None and kind != Kind.CHECK:
        under_way = CensusTask.objects.filter(asked_by=by, ended_at__isnull=True)
        if under_way.count() >= MOST_UNDER_WAY or kept_for(by) >= MOST_PARTS:
            raise TooMuchKept
    return CensusTask.objects.create(
        kind=kind,
        status=status,
        asked_by=by,
        asked_at=timezone.now(),
        address=address,
        request_id=request_id,
        year=year,
        options=dict(options),
        refusal="",
    )


def stop_task(asked: CensusTask) -> None:
    """Stop a task that is not over, and delete what it has; one that is over stays as it is."""
    with transaction.atomic():
        if _end(asked.pk, Status.STOPPED, Q(ended_at__isnull=True)):
            delete_parts(asked)


def discard_task(asked: CensusTask) -> None:
    """Delete a task with everything that was uploaded or made for it."""
    CensusTask.objects.filter(pk=asked.pk).delete()


# Done


@task()
def run(reference: str) -> None:
    """Do a task that waits; one that does not wait any more is left alone."""
    run_task(UUID(reference))


def run_task(reference: UUID) -> None:
    asked = _claimed(reference)
    if asked is None:
        return
    delete_parts(asked, but=UPLOAD)
    with Heard(asked) as heard:
        try:
            if asked.asked_by is not None and not queries.may_make_census_files(asked.asked_by):
                raise NotPermitted
            counts = DO[Kind(asked.kind)](asked, heard)
        except NotWanted:
            delete_made(asked)
            return
        except NotPermitted:
            ended = _ended(asked, Status.REFUSED, NO_LONGER_PERMITTED)
        except Refused as refusal:
            ended = _ended(asked, Status.REFUSED, f"The file was refused: {plain(str(refusal))}")
        except ErrorsStand as refusal:
            asked.counts["hidden"] = refusal.hidden
            ended = _ended(asked, Status.REFUSED, str(refusal), keep_rows=True)
        except ReturnRefused as refusal:
            ended = _ended(asked, Status.REFUSED, str(refusal))
        except OperationalError as error:
            # Without a database there is nothing more to say: it is done again.
            why = type(error.__cause__ or error).__name__
            logger.warning("Census task %s was cut off: %s", asked.reference, why)
            raise
        except Exception as error:
            # What the error says may name a child.
            frame = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{frame.filename}:{frame.lineno}"
            name = type(error).__name__
            logger.error("Census task %s failed: %s at %s", asked.reference, name, where)
            ended = _ended(asked, Status.FAILED, WENT_WRONG)
        else:
            asked.counts |= counts
            ended = _ended(asked, Status.DONE)
    if not ended:
        delete_made(asked)
        logger.warning("Census task %s ended after it was given to another", asked.reference)


def _claimed(reference: UUID) -> CensusTask | None:
    waiting = CensusTask.objects.filter(reference=reference, status=Status.WAITING)
    if not waiting.update(
        status=Status.RUNNING, attempts=F("attempts") + 1, heard_at=Now(), progress=0
    ):
        return None
    asked = CensusTask.objects.select_related("asked_by").get(reference=reference)
    # What is restricted from now on was not, when what is found was found.
    asked.counts = {"since": Change.objects.aggregate(latest=Max("pk"))["latest"] or 0}
    return asked


def _ended(
    asked: CensusTask, status: CensusTask.Status, refusal: str = "", *, keep_rows: bool = False
) -> bool:
    """End this attempt, unless it is not the one that counts any more."""
    mine = Q(status=Status.RUNNING, attempts=asked.attempts)
    is_kept = status == Status.DONE or keep_rows
    with transaction.atomic():
        if not _end(
            asked.pk,
            status,
            mine,
            refusal=refusal[:500],
            counts=asked.counts if is_kept else {},
            year=asked.year,
            holds_restricted=asked.holds_restricted,
        ):
            return False
        if is_kept:
            keep_made(asked)
        else:
            delete_parts(asked)
        if keep_rows:
            asked.parts.filter(name=stored_name(asked, FILE)).delete()
    return True


def _end(key: int, status: CensusTask.Status, condition: Q, **values: Any) -> int:
    return CensusTask.objects.filter(condition, pk=key).update(
        status=status, ended_at=timezone.now(), **values
    )


# Looked after


def look_after_tasks() -> None:
    """Do again what was cut off, delete what is too old, and check the years once a night.

    Several workers may call it at once: one of them does it.
    """
    with transaction.atomic():
        if not _is_first():
            return
        _do_again()
        old = timezone.now() - queries.CENSUS_TASKS_ARE_KEPT
        # One after another, so that no statement takes long however much there is.
        too_old = CensusTask.objects.filter(asked_at__lt=old).exclude(status=Status.RUNNING)
        # The pause before the next try grows with them, and the page of the year tells of them.
        for each in too_old.exclude(_FAILED_NIGHTLY, asked_at__gte=_last_night()):
            discard_task(each)
        _forget(old)
        _check_years_once_a_night()


def _forget(old: datetime) -> None:
    """Delete rows of the library that are too old: also of workers killed, which never end."""
    running = CensusTask.objects.filter(status=Status.RUNNING).values_list("reference", flat=True)
    ours = [str(each) for each in running]
    killed = DBTaskResult.objects.running().filter(started_at__lt=old)
    killed.exclude(args_kwargs__args__0__in=ours).delete()
    DBTaskResult.objects.finished().filter(finished_at__lt=old).delete()


def _is_first() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('cinfactors.census_tasks'))")
        [taken] = cursor.fetchone()
    return bool(taken)


def _do_again() -> None:
    _queue_what_was_lost()
    cut_off = CensusTask.objects.filter(status=Status.RUNNING, heard_at__lt=Now() - NOT_HEARD)
    for each in cut_off.select_for_update(skip_locked=True):
        # The library's own row would say for ever that it runs.
        DBTaskResult.objects.running().filter(args_kwargs__args__0=str(each.reference)).delete()
        if each.attempts < ATTEMPTS:
            each.status = Status.WAITING
            each.save(update_fields=["status"])
            run.enqueue(str(each.reference))
        else:
            each.status, each.refusal, each.ended_at = Status.FAILED, CUT_OFF, timezone.now()
            each.save(update_fields=["status", "refusal", "ended_at"])
            delete_parts(each)


def _queue_what_was_lost() -> None:
    """Give to a worker again what waits and was taken from the queue, but never begun.

    The worker was killed, or lost the database, just between the two.
    """
    since = timezone.now() - NOT_HEARD
    waiting = CensusTask.objects.filter(status=Status.WAITING, asked_at__lt=since)
    for each in waiting.select_for_update(skip_locked=True):
        rows = DBTaskResult.objects.filter(args_kwargs__args__0=str(each.reference))
        if not (rows.ready().exists() or rows.running().filter(started_at__gte=since).exists()):
            rows.delete()
            run.enqueue(str(each.reference))


def _check_years_once_a_night() -> None:
    """Check this census year and the one before, once a day, from two o'clock on.

    Where that fails it is tried again after a pause, which grows until the next night.
    """
    now, night = timezone.localtime(), _last_night()
    if night.date() < now.date():
        return
    for year in [*queries.return_years(now.date())][-2:]:
        if CensusCheck.objects.filter(year=year, checked_at__gte=night).exists():
            continue
        tried = CensusTask.objects.filter(kind=Kind.CHECK, year=year, asked_at__gte=night)
        if tried.filter(ended_at__isnull=True).exists():
            continue
        # However each of them ended: none of them left the check that it was for.
        nightly = [*tried.filter(asked_by__isnull=True).order_by("ended_at")]
        if not nightly or now >= nightly[-1].ended_at + PAUSE * 2 ** (len(nightly) - 1):
            start_task(Kind.CHECK, by=None, year=year)


_FAILED_NIGHTLY = Q(kind=Kind.CHECK, asked_by__isnull=True, status=Status.FAILED)


def _last_night() -> datetime:
    """Return two o'clock of today, or of the day before until then."""
    now = timezone.localtime()
    tonight = timezone.make_aware(datetime.combine(now.date(), NIGHT))
    if now >= tonight:
        return tonight
    return timezone.make_aware(datetime.combine(now.date() - timedelta(days=1), NIGHT))
