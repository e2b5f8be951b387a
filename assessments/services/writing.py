"""What every write has in common: the lock, the checks, the version and the idempotency key."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from assessments import queries
from assessments.models import WITH_THE_WORKER, Assessment, Child, IdempotencyKey, Review, Status
from assessments.models.transitions import Act, status_after
from assessments.services.refusals import AlreadyDecided, EditConflict, Locked, NotPermitted
from cinfactors.accounts.locks import keep_people_and_teams
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
    while_in: frozenset[Status] = WITH_THE_WORKER,
) -> Assessment:
    """Make a worker's change: lock the row, check person, status and version, write, count up."""

    def change_row() -> Assessment:
        current = lock_own(assessment, by)
        if current.status not in while_in:
            raise Locked
        if current.version != version:
            raise EditConflict(current)
        current.saved_at = timezone.now()
        write(current)
        return save_next_version(current)

    content = (assessment.pk, content)
    return run_once(key, by=by, act=act, content=content, write=change_row)


def lock_own(assessment: Assessment, by: User) -> Assessment:
    """Return the person's own row as it is now, locked until the transaction ends.

    Raises NotPermitted where it is not theirs any more.
    """
    try:
        return queries.own_assessment(by, assessment.reference, locked=True)
    except Assessment.DoesNotExist:
        raise NotPermitted from None


def decide(
    assessment: Assessment,
    *,
    by: User,
    version: int,
    key: uuid.UUID,
    act: str,
    write: Callable[[Assessment], None],
    while_in: frozenset[Status],
    content: object = None,
) -> Assessment:
    """Take a manager's decision: as `change`, on another's work in a team of theirs.

    Raises AlreadyDecided for a manager who saw a version that was decided on since, and for one
    who repeats a form submission after others went on from its result. `saved_at` is the moment
    of the decision.
    """

    def decide_row() -> Assessment:
        current = _locked(queries.with_child_team_and_worker(queries.reviewable(by)), assessment)
        if current.version != version:
            raise _stale_page(current, version, while_in)
        if current.status not in while_in:
            raise Locked
        current.saved_at = timezone.now()
        write(current)
        return save_next_version(current)

    content = (assessment.pk, content)
    decided = run_once(key, by=by, act=act, content=content, write=decide_row)
    if decided.version != version + 1:
        # Repeated after others went on: what it did the first time does not hold any more.
        raise _stale_page(decided, version, while_in)
    return decided


def _locked(permitted: QuerySet[Assessment], assessment: Assessment) -> Assessment:
    current = permitted.select_for_update(of=("self",)).filter(pk=assessment.pk).first()
    if current is None:
        raise NotPermitted
    return current


def rely_on_people_and_teams(by: User) -> None:
    """Keep people and teams as they are until the transaction ends; before any record is locked.

    Raises NotPermitted where the person has lost their role or was deactivated a moment ago.
    """
    keep_people_and_teams()
    if not User.objects.filter(pk=by.pk, role=by.role, is_active=True).exists():
        raise NotPermitted


def lock_child(current: Assessment) -> None:
    """Lock the child's row and read it anew: its facts decide what is asked, until the commit.

    After the assessment's row, as everywhere.
    """
    locked = Child.objects.select_for_update(no_key=True)
    current.episode.child = locked.get(pk=current.episode.child_id)


def save_next_version(current: Assessment) -> Assessment:
    """Save the row, which is locked, as its next version."""
    current.version += 1
    current.save(force_update=True)
    return current


STATUS_AFTER_DECISION: dict[str, Status] = {
    Review.Decision.AUTHORISED: status_after(Act.AUTHORISE),
    Review.Decision.RETURNED: status_after(Act.RETURN),
    Review.Decision.REOPENED: status_after(Act.REOPEN),
    Review.Decision.VOIDED: status_after(Act.VOID),
}
"""The status to which each decision leads; a correction leaves it as it is."""


def _stale_page(
    current: Assessment, version: int, seen_in: frozenset[Status]
) -> AlreadyDecided | EditConflict:
    """Return the refusal for a manager whose page shows an earlier version."""
    decision = _decision_since(current, version, seen_in)
    return AlreadyDecided(decision, current) if decision else EditConflict(current)


def _decision_since(current: Assessment, version: int, seen_in: frozenset[Status]) -> Review | None:
    """Return the decision that was taken after a page showed `version`, in `seen_in`, if any.

    What a worker did afterwards, short of submitting again or withdrawing a submission, leaves
    the decision as what the manager has to know; and so does giving it to another worker.
    """
    last = current.reviews.select_related("decided_by", "version").order_by("pk").last()
    if last is None or current.versions.filter(number__gt=last.version.number).exists():
        return None
    if current.status in seen_in:
        row = queries.row_at(current, version)
        is_seen = row is not None and last.decided_at <= datetime.fromisoformat(row["saved_at"])
        return None if is_seen else last
    return last if STATUS_AFTER_DECISION.get(last.decision) == current.status else None


def run_once(
    key: uuid.UUID,
    *,
    by: User,
    act: str,
    content: object,
    write: Callable[[], Assessment],
) -> Assessment:
    """Run `write` for the first form submission with this key; for a repeated one return its row.

    Two at once wait for each other at the unique key. A refused write rolls its key back too.
    """
    derived_key = derive_key(key, by=by, act=act, content=content)
    with transaction.atomic():
        if not is_first_time(derived_key, by=by, act=act):
            written = Assessment.objects.filter(idempotency_keys=derived_key)
            return queries.with_child_team_and_worker(written).get()
        made = write()
        IdempotencyKey.objects.filter(pk=derived_key).update(assessment=made, version=made.version)
        return made


def derive_key(key: uuid.UUID, *, by: User, act: str, content: object) -> uuid.UUID:
    """Return the key to store, derived from that of the form and from what was posted with it.

    So a page gone back to, changed and posted again counts as new.
    """
    return uuid.uuid5(key, repr((by.pk, act, content)))


def is_first_time(
    derived_key: uuid.UUID, *, by: User, act: str, assessment: Assessment | None = None
) -> bool:
    """Store the key; False if it is stored already. One statement, on which others wait."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO assessments_idempotencykey (key, person_id, act, assessment_id, at)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (key) DO NOTHING",
            [derived_key, by.pk, act, assessment.pk if assessment else None, timezone.now()],
        )
        stored: int = cursor.rowcount
    return stored == 1
