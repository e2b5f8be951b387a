"""What the history holds about one assessment, for somebody who may see it."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q, QuerySet

from assessments.models import (
    Assessment,
    Child,
    Episode,
    NamedPerson,
    PinnedComment,
    Review,
    RuleAnswer,
    Version,
)
from cinfactors.accounts.models import Team, User
from cinfactors.audit.models import Change


def changes_of(assessment: Assessment) -> QuerySet[Change]:
    """Every change of the assessment, of what belongs to it, its episode and its child."""

    def rows(model, **of: object) -> Q:
        return Q(table_name=model._meta.db_table, **of)

    episode = assessment.episode
    reviews = Review.objects.filter(assessment=assessment).values("pk")
    about = (
        rows(Assessment, row_key=assessment.pk)
        | rows(Version, parent_key=assessment.pk)
        | rows(RuleAnswer, parent_key=assessment.pk)
        | rows(Review, parent_key=assessment.pk)
        | rows(PinnedComment, parent_key__in=reviews)
        | rows(Episode, row_key=episode.pk)
        | rows(Child, row_key=episode.child_id)
        | rows(NamedPerson, parent_key=episode.child_id)
    )
    return Change.objects.filter(about).order_by("pk")


def names_of(people: Collection[int], teams: Collection[int]) -> tuple[dict[int, str], ...]:
    """The names of people and of teams, by key."""
    return (
        dict(User.objects.filter(pk__in=people).values_list("pk", "name")),
        dict(Team.objects.filter(pk__in=teams).values_list("pk", "name")),
    )


def versions_numbered(assessment: Assessment) -> dict[int, Version]:
    """The versions by number, the earliest first."""
    return {version.number: version for version in assessment.versions.order_by("number")}
