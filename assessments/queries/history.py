"""The history of one assessment, for somebody who may see it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Model, Q, QuerySet

from assessments.models import (
    Assessment,
    Child,
    Episode,
    IdempotencyKey,
    NamedPerson,
    PinnedComment,
    Review,
    RuleAnswer,
    Version,
)
from cinfactors.accounts.models import Team, User
from cinfactors.audit.models import Change


def changes_of(assessment: Assessment) -> QuerySet[Change]:
    """Return every change of the assessment, of what belongs to it, its episode and its child."""

    def rows(model: type[Model], **lookups: Any) -> Q:
        return Q(table_name=model._meta.db_table, **lookups)

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
    """Return the names of the people and the names of the teams, each by key."""
    return (
        dict(User.objects.filter(pk__in=people).values_list("pk", "name")),
        dict(Team.objects.filter(pk__in=teams).values_list("pk", "name")),
    )


def versions_numbered(assessment: Assessment) -> dict[int, Version]:
    """Return the versions by number, the earliest first."""
    return {version.number: version for version in assessment.versions.order_by("number")}


def last_change(person: User, assessment: Assessment) -> IdempotencyKey | None:
    """Return the form submission that last changed the assessment after the person loaded it.

    None for demo data, which is loaded without any. Submissions after the last save changed
    nothing: what they held was saved already. Where the person's own was the last save, their page
    is stale because the assessment was reassigned, to somebody else and back: that is returned.
    """
    keys = assessment.idempotency_keys.select_related("person").order_by("at")
    saved = keys.filter(at__lte=assessment.saved_at).last()
    if saved is not None and saved.person_id != person.pk:
        return saved
    return keys.filter(act="reassign", at__gt=assessment.saved_at).last() or saved
