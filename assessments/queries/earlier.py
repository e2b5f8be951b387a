"""What was recorded before: of the child, of brothers and sisters, and by whom last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from assessments.database.prepared_queries import Compiled
from assessments.models import Assessment, IdempotencyKey
from assessments.queries.visibility import assessments_visible_to
from cinfactors.accounts.models import Role, User


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was last authorised of one child."""

    la_child_id: str
    codes: tuple[str, ...]
    on: date
    """The day on which it was authorised."""
    of_the_same_child: bool


def last_change(person: User, assessment: Assessment) -> IdempotencyKey | None:
    """The press that last changed it beside the person's page; None for demo data, without any.

    A press that found everything as it wanted it came after the last save, and changed nothing.
    Where the person saved last, it is the handing over and back that their page missed.
    """
    keys = assessment.idempotency_keys.select_related("person").order_by("at")
    saved = keys.filter(at__lte=assessment.saved_at).last()
    if saved is not None and saved.person_id != person.pk:
        return saved
    return keys.filter(act="reassign", at__gt=assessment.saved_at).last() or saved


def recorded_before(person: User, assessment: Assessment) -> list[Earlier]:
    """The latest authorised selections beside this assessment, of those that the person may see.

    One for the child's earlier assessments, and one for each child of the same family reference.
    One query; for social workers alone, whose page it is.
    """
    if not (person.is_active and person.is_social_worker):
        return []
    found = _BEFORE.rows(
        person.pk,
        assessment.pk,
        assessment.episode.child_id,
        assessment.episode.family_reference,
        assessment.start_date,
    )
    return [
        Earlier(la_child_id, tuple(codes), on, child == assessment.episode.child_id)
        for codes, on, child, la_child_id in found
    ]


# Stand in the query where a request's own values go.
_SOMEBODY = User(pk=-1, role=Role.SOCIAL_WORKER)
_THIS = Assessment(pk=-2)
_CHILD = -3
_FAMILY = "the family"
_DAY = date(1, 1, 1)


def _before() -> QuerySet[Assessment, tuple[Any, ...]]:
    of_the_child = Q(episode__child=_CHILD, start_date__lte=_DAY)
    of_the_family = Q(episode__family_reference=_FAMILY) & ~Q(episode__family_reference="")
    return (
        assessments_visible_to(_SOMEBODY)
        .filter(of_the_child | of_the_family, versions__authorised_at__isnull=False)
        .exclude(pk=_THIS.pk)
        .order_by("episode__child", "-versions__end_date", "-versions__pk")
        .distinct("episode__child")
        .values_list(
            "versions__codes",
            "versions__end_date",
            "episode__child",
            "episode__child__la_child_id",
        )
    )


_BEFORE = Compiled(_before, _SOMEBODY.pk, _THIS.pk, _CHILD, _FAMILY, _DAY)
