"""Likely duplicates: noted when a child is added, and decided on by a manager."""

from __future__ import annotations

from django.db import connection, transaction
from django.utils import timezone

from assessments import queries
from assessments.models import Child, LikelyDuplicate
from assessments.services.refusals import NotPermitted
from cinfactors.accounts.models import User


def note_likely_duplicates(child: Child, others: list[Child]) -> None:
    """Note for the managers that these may be the same child.

    One statement however many there are, and with none too: the time that it takes tells nobody
    whether there is a record which they may not see.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO assessments_likelyduplicate (child_id, other_id, found_at)"
            " SELECT %s, id, %s FROM assessments_child WHERE id = ANY (%s)",
            [child.pk, timezone.now(), [other.pk for other in others]],
        )


def say_not_the_same(*, duplicate: LikelyDuplicate, by: User) -> None:
    """Keep that the two are not the same child, with who said so and when.

    By a manager who sees one of them at least, and neither of whom is restricted to others: it
    leaves every manager's list. Repeating it changes nothing. Raises NotPermitted.
    """
    with transaction.atomic():
        current = LikelyDuplicate.objects.select_for_update(of=("self",)).get(pk=duplicate.pk)
        if queries.was_told_apart_by(by, current.pk):
            return
        if not queries.likely_duplicates_for(by).filter(pk=current.pk).exists():
            raise NotPermitted
        current.decided_by, current.decided_at = by, timezone.now()
        current.save(update_fields=["decided_by", "decided_at"])
