"""The selections authorised earlier for the child, and for brothers and sisters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from assessments.database.compiled_queries import CompiledQuery
from assessments.models import Assessment
from assessments.queries.visibility import assessments_visible_to
from cinfactors.accounts.models import Role, User


@dataclass(frozen=True, slots=True)
class EarlierSelection:
    """The selection that was last authorised for one child."""

    la_child_id: str
    codes: tuple[str, ...]
    end_date: date
    """The day on which its assessment ended."""
    is_same_child: bool
    """False for a brother or sister."""


def earlier_selections(person: User, assessment: Assessment) -> list[EarlierSelection]:
    """Return what was last authorised for the child and for brothers and sisters.

    One for the child's earlier assessments, and one for each other child of the same family
    reference, of those that the person may see. One query; for social workers alone, on whose
    factor page the codes are marked.
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
        EarlierSelection(la_child_id, tuple(codes), end_date, child == assessment.episode.child_id)
        for codes, end_date, child, la_child_id in rows
    ]


# Placeholders in the compiled query for the values of a request.
_PERSON = User(pk=-1, role=Role.SOCIAL_WORKER)
_ASSESSMENT = Assessment(pk=-2)
_CHILD = -3
_FAMILY = "the family"
_START_DATE = date(1, 1, 1)


def _earlier_selections() -> QuerySet[Assessment, tuple[Any, ...]]:
    of_the_child = Q(episode__child=_CHILD, start_date__lte=_START_DATE)
    of_the_family = Q(episode__family_reference=_FAMILY) & ~Q(episode__family_reference="")
    return (
        assessments_visible_to(_PERSON)
        .filter(of_the_child | of_the_family, versions__authorised_at__isnull=False)
        .exclude(pk=_ASSESSMENT.pk)
        .order_by("episode__child", "-versions__end_date", "-versions__pk")
        .distinct("episode__child")
        .values_list(
            "versions__codes",
            "versions__end_date",
            "episode__child",
            "episode__child__la_child_id",
        )
    )


_EARLIER_SELECTIONS = CompiledQuery(
    _earlier_selections, _PERSON.pk, _ASSESSMENT.pk, _CHILD, _FAMILY, _START_DATE
)
