"""The assessments of an episode, for whoever changes its dates or reads them."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet

from assessments.models import NEVER_COUNTED, WITH_THE_WORKER, Assessment, Episode
from assessments.queries.assignment import OPEN
from assessments.queries.visibility import (
    assessments_visible_to,
    episodes_visible_to,
    own_assessments,
    with_child_team_and_worker,
)
from cinfactors.accounts.models import User


def others_in_episode(assessment: Assessment) -> QuerySet[Assessment]:
    """Return the other assessments of its episode that are counted, the earliest first."""
    return (
        Assessment.objects.filter(episode=assessment.episode_id)
        .exclude(pk=assessment.pk)
        .exclude(status__in=NEVER_COUNTED)
        .order_by("start_date", "pk")
    )


def assessments_with_start_to_change(person: User) -> QuerySet[Assessment]:
    """Return those whose start date is the person's to change, in whatever status.

    Their own; for a manager, those of their teams.
    """
    if person.is_team_manager:
        return with_child_team_and_worker(assessments_visible_to(person))
    return with_child_team_and_worker(own_assessments(person))


def may_change_start(person: User, assessment: Assessment) -> bool:
    """Return whether the person may change the start date in the present status."""
    return assessment.status in WITH_THE_WORKER and may_correct_start(person, assessment)


def may_correct_start(person: User, assessment: Assessment) -> bool:
    """Return whether the start date is the person's to change, now or once it is withdrawn."""
    return (
        assessment.status in OPEN
        and not assessment.is_completed
        and assessments_with_start_to_change(person).filter(pk=assessment.pk).exists()
    )


def episodes_with_assessments(person: User, **of: Any) -> list[Episode]:
    """Return the episodes that the person may see, the latest first, each with its assessments.

    The latter, as far as the person may see them, are its `assessments_shown`.
    """
    shown = with_child_team_and_worker(assessments_visible_to(person)).order_by(
        "-start_date", "-pk"
    )
    return list(
        episodes_visible_to(person)
        .filter(**of)
        .order_by("-referral_date", "-pk")
        .prefetch_related(Prefetch("assessments", shown, to_attr="assessments_shown"))
    )
