"""Who may correct the facts of a child, of an episode and of an assessment's days."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from assessments.models import NEVER_COUNTED, Assessment, Child
from assessments.queries.assignment import OPEN
from assessments.queries.finding import KEPT_RECORD
from assessments.queries.visibility import (
    assessments_visible_to,
    own_assessments,
)
from cinfactors.accounts.models import User


def children_to_correct(person: User) -> QuerySet[Child]:
    """Return the children whose facts the person may correct.

    The worker of an open assessment of the child and a manager of its team may; where none is
    open, a manager of the team of the latest one. Restricted records only if they are named.
    """
    if not person.is_active:
        return Child.objects.none()
    of_child = Assessment.objects.filter(episode__child=OuterRef("pk"))
    if person.is_social_worker:
        return Child.objects.filter(
            pk__in=own_assessments(person).filter(status__in=OPEN).values("episode__child")
        )
    if not person.is_team_manager:
        return Child.objects.none()
    visible = assessments_visible_to(person)
    kept = of_child.exclude(status__in=NEVER_COUNTED)
    latest = kept.order_by("-started_at", "-pk")
    return Child.objects.alias(latest=Subquery(latest.values("pk")[:1])).filter(
        Q(pk__in=visible.filter(status__in=OPEN).values("episode__child"))
        | ~Exists(of_child.filter(status__in=OPEN)) & Exists(visible.filter(pk=OuterRef("latest")))
    )


def may_correct_facts(person: User, child: Child) -> bool:
    """Return whether the person is one of `children_to_correct`."""
    return children_to_correct(person).filter(pk=child.pk).exists()


def child_to_correct(person: User, reference: UUID) -> Child:
    """Return one of `children_to_correct`.

    Raise Child.DoesNotExist alike for an unknown one and one that they may not correct.
    """
    return children_to_correct(person).get(reference=reference)


def children_to_join(manager: User) -> QuerySet[Child]:
    """Return the children whose records a manager may join: those whose facts they may correct.

    Joining replaces the facts of one by those of the other.
    """
    return children_to_correct(manager) if manager.is_team_manager else Child.objects.none()


def child_to_join(manager: User, la_child_id: str) -> Child | None:
    """Return one of `children_to_join` by the whole id, or that of a record joined to it."""
    has_id = Child.objects.filter(la_child_id__iexact=la_child_id.strip())
    return children_to_join(manager).filter(pk__in=has_id.values(kept=KEPT_RECORD)).first()


def child_to_compare(manager: User, child: Child, reference: UUID) -> Child | None:
    """Return the record to compare with a child's: one of `children_to_join`, or joined already."""
    visible = Q(pk__in=children_to_join(manager).values("pk")) | Q(joined_to=child)
    return Child.objects.filter(visible, reference=reference).first()


def ids_joined_to(child: Child) -> list[str]:
    """Return the ids of the records that were joined to the child's."""
    return list(child.joined.order_by("la_child_id").values_list("la_child_id", flat=True))


def was_authorised(child: Child) -> bool:
    """Return whether any assessment of the child was ever authorised: corrections say why then."""
    return Assessment.objects.filter(episode__child=child, end_date__isnull=False).exists()
