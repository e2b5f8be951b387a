"""What every change has in common: once for each press, on the version that was seen."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from assessments import queries
from assessments.models import WITH_THE_WORKER, Assessment, IdempotencyKey, Status
from assessments.services.refusals import EditConflict, Locked, NotPermitted
from cinfactors.accounts.models import User


def change(
    assessment: Assessment,
    *,
    by: User,
    version: int,
    key: uuid.UUID,
    act: str,
    write: Callable[[Assessment], None],
    content: object = None,
    as_recorded: Callable[[Assessment], bool] | None = None,
    while_in: frozenset[Status] = WITH_THE_WORKER,
) -> Assessment:
    """Lock the row, check person, status and version, write, and count the version up."""

    def change_row() -> Assessment:
        current = (
            queries.own_assessments(by)
            .select_for_update(of=("self",))
            .filter(pk=assessment.pk)
            .first()
        )
        if current is None:
            raise NotPermitted
        if current.status not in while_in:
            raise Locked
        if as_recorded is not None and as_recorded(current):
            return current
        if current.version != version:
            raise EditConflict(current)
        write(current)
        current.version += 1
        current.saved_at = timezone.now()
        current.save(force_update=True)
        return current

    return once(key, by=by, act=act, content=(assessment.pk, content), write=change_row)


def once(
    key: uuid.UUID, *, by: User, act: str, content: object, write: Callable[[], Assessment]
) -> Assessment:
    """Carry out `write`, unless this very press was carried out before: then what it made.

    The key is that of the press and of what was sent with it, so that a page gone back to,
    changed and sent again is a press of its own. Two at once wait for each other at the
    unique key. A refused write takes its key back with it.
    """
    press = uuid.uuid5(key, repr((by.pk, act, content)))
    with transaction.atomic():
        pressed, is_new = IdempotencyKey.objects.get_or_create(
            key=press, defaults={"person": by, "act": act, "at": timezone.now()}
        )
        if not is_new:
            return queries.for_reading(Assessment.objects.filter(presses=pressed)).get()
        made = write()
        IdempotencyKey.objects.filter(pk=press).update(assessment=made)
        return made
