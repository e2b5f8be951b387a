"""What was recorded earlier for the child, and what is recorded for brothers and sisters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from assessments.database.compiled_queries import CompiledQuery
from assessments.models import Assessment, Status
from assessments.queries.visibility import assessments_visible_to
from cinfactors.accounts.models import Role, User


@dataclass(frozen=True, slots=True)
class EarlierSelection:
    """The selection that was last authorised for one child, or submitted for a brother or sister.

    Nobody has agreed to one that is submitted.
    """

    child: int
    """The child's key."""
    la_child_id: str
    codes: tuple[str, ...]
    day: date
    """The day on which its assessment ended; while it is not agreed, that of its submission."""
    is_same_child: bool
    """False for a brother or sister."""
    is_agreed: bool


def earlier_selections(person: User, assessment: Assessment) -> list[EarlierSelection]:
    """Return what was last recorded for the child and for brothers and sisters.

    One for the child's earlier assessments, which is authorised, and one for each other child of
    the same family reference, which may be submitted only; of those that the person may see. One
    query; for social workers alone, on whose factor page the codes are marked.
    """
    if not (person.is_active and person.is_social_worker):
        return []
    rows = _EARLIER_SELECTIONS.rows(
        person.pk,
        assessment.pk,
        assessment.episode.child_id,
        assessment.episode.family_reference,
        assessment.start_date,
    )
    return [
        EarlierSelection(
            child,
            la_child_id,
            tuple(codes),
            end_date if authorised_at else timezone.localdate(submitted_at),
            is_same_child=child == assessment.episode.child_id,
            is_agreed=authorised_at is not None,
        )
        for codes, end_date, authorised_at, submitted_at, child, la_child_id in rows
    ]


# Placeholders in the compiled query for the values of a request.
_PERSON = User(pk=-1, role=Role.SOCIAL_WORKER)
_ASSESSMENT = Assessment(pk=-2)
_CHILD = -3
_FAMILY = "the family"
_START_DATE = date(1, 1, 1)


def _earlier_selections() -> QuerySet[Assessment, tuple[Any, ...]]:
    is_authorised = Q(versions__authorised_at__isnull=False)
    of_the_child = Q(episode__child=_CHILD, start_date__lte=_START_DATE) & is_authorised
    of_the_family = (
        Q(episode__family_reference=_FAMILY)
        & ~Q(episode__family_reference="")
        & ~Q(episode__child=_CHILD)
        & (is_authorised | Q(status=Status.SUBMITTED))
    )
    return (
        assessments_visible_to(_PERSON)
        .filter(of_the_child | of_the_family, versions__isnull=False)
        .exclude(pk=_ASSESSMENT.pk)
        .exclude(status=Status.VOIDED)
        # What is not completed has no end and comes first; of its versions, the last.
        .order_by("episode__child", F("end_date").desc(nulls_first=True), "-versions__pk")
        .distinct("episode__child")
        .values_list(
            "versions__codes",
            "end_date",
            "versions__authorised_at",
            "versions__submitted_at",
            "episode__child",
            "episode__child__la_child_id",
        )
    )


_EARLIER_SELECTIONS = CompiledQuery(
    _earlier_selections, _PERSON.pk, _ASSESSMENT.pk, _CHILD, _FAMILY, _START_DATE
)
