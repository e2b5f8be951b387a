"""What every change has in common: once for each press, on the version that was seen."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from assessments import queries
from assessments.models import WITH_THE_WORKER, Assessment, IdempotencyKey, Review, Status
from assessments.services.refusals import AlreadyDecided, EditConflict, Locked, NotPermitted
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
    """A worker's change: lock the row, check person, status and version, write, count it up."""

    def change_row() -> Assessment:
        try:
            current = queries.own_assessment(by, assessment.reference, locked=True)
        except Assessment.DoesNotExist:
            raise NotPermitted from None
        if current.status not in while_in:
            raise Locked
        if current.version != version:
            raise EditConflict(current)
        if as_recorded is not None and as_recorded(current):
            return current
        current.saved_at = timezone.now()
        write(current)
        return _counted_up(current)

    content = (assessment.pk, content)
    return once(key, by=by, act=act, content=content, write=change_row, on=assessment)


def decide(
    assessment: Assessment,
    *,
    by: User,
    version: int,
    key: uuid.UUID,
    act: str,
    write: Callable[[Assessment], None],
    content: object = None,
    while_in: Status = Status.SUBMITTED,
) -> Assessment:
    """A manager's decision: as `change`, on another's work in a team of theirs.

    Whoever saw a version that has been decided on since is told that decision, by
    AlreadyDecided; so is whoever presses again what others went on from. `saved_at` is the
    moment of the decision.
    """

    def decide_row() -> Assessment:
        current = _locked(queries.for_reading(queries.reviewable(by)), assessment)
        if current.version != version:
            raise _overtaken(current, while_in)
        if current.status != while_in:
            raise Locked
        current.saved_at = timezone.now()
        write(current)
        return _counted_up(current)

    content = (assessment.pk, content)
    decided = once(key, by=by, act=act, content=content, write=decide_row, on=assessment)
    if decided.version != version + 1:
        # The same press again, after others went on: what it did once does not hold any more.
        raise _overtaken(decided, while_in)
    return decided


def _locked(permitted: QuerySet[Assessment], assessment: Assessment) -> Assessment:
    current = permitted.select_for_update(of=("self",)).filter(pk=assessment.pk).first()
    if current is None:
        raise NotPermitted
    return current


def _counted_up(current: Assessment) -> Assessment:
    current.version += 1
    current.save(force_update=True)
    return current


_LEADS_TO = {
    Review.Decision.AUTHORISED: Status.AUTHORISED,
    Review.Decision.RETURNED: Status.RETURNED,
    Review.Decision.REOPENED: Status.REOPENED,
}


def _overtaken(current: Assessment, seen_in: Status) -> AlreadyDecided | EditConflict:
    """What to tell who saw an earlier version."""
    decided = _decided_meanwhile(current, seen_in)
    return AlreadyDecided(decided, current) if decided else EditConflict(current)


def _decided_meanwhile(current: Assessment, seen_in: Status) -> Review | None:
    """The decision that overtook a page on which the record stood in `seen_in`, if one did.

    What a worker did afterwards, short of submitting again or taking a submission back, leaves
    the decision as what the manager has to know.
    """
    last = current.reviews.select_related("decided_by", "version").order_by("pk").last()
    if last is None:
        return None
    if current.status == seen_in:
        return last if last.decided_at == current.saved_at else None
    still_holds = _LEADS_TO.get(Review.Decision(last.decision)) == current.status
    later = current.versions.filter(number__gt=last.version.number).exists()
    return last if still_holds and not later else None


def once(
    key: uuid.UUID,
    *,
    by: User,
    act: str,
    content: object,
    write: Callable[[], Assessment],
    on: Assessment | None = None,
) -> Assessment:
    """Carry out `write`, unless this very press was carried out before: then what it made.

    The key is that of the press and of what was sent with it, so that a page gone back to,
    changed and sent again is a press of its own. Two at once wait for each other at the
    unique key. A refused write takes its key back with it. `on` is the assessment that is
    written, where there is one already.
    """
    press = uuid.uuid5(key, repr((by.pk, act, content)))
    with transaction.atomic():
        if not _is_first(press, by, act, on):
            return queries.for_reading(Assessment.objects.filter(idempotency_keys=press)).get()
        made = write()
        if on is None:
            IdempotencyKey.objects.filter(pk=press).update(assessment=made)
        return made


def _is_first(press: uuid.UUID, by: User, act: str, on: Assessment | None) -> bool:
    """Keep the press; False where it is kept already. One statement, on which others wait."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO assessments_idempotencykey (key, person_id, act, assessment_id, at)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (key) DO NOTHING",
            [press, by.pk, act, on.pk if on else None, timezone.now()],
        )
        kept: int = cursor.rowcount
    return kept == 1
