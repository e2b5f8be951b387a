"""What a list of assessments is narrowed to: each choice by itself, and all of them together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from assessments.catalogue import loader
from assessments.models import Assessment, Review
from assessments.queries.deadlines import overdue
from assessments.queries.review_queue import containing_code, in_census_year
from assessments.queries.visibility import is_any_of
from cinfactors.accounts.models import Role, Team, User

WORDS_BEGIN_AFTER = (" ", "-", "’", "'")
"""What stands in a name before another word of it."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What is chosen; None where nothing is."""

    team: int | None = None
    worker: UUID | None = None
    code: str | None = None
    status: str | None = None
    year: int | None = None
    """The year in which a census year ends."""
    overdue: bool | None = None
    reopened: bool | None = None
    legacy: bool | None = None

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) is not None for field in fields(self))


def narrowed(assessments: QuerySet[Assessment], to: Narrowing) -> QuerySet[Assessment]:
    """Return those of the assessments that are all that is chosen."""
    for field in fields(to):
        chosen = getattr(to, field.name)
        if chosen is not None:
            assessments = _NARROWED[field.name](assessments, chosen)
    return assessments


def reopened(assessments: QuerySet[Assessment], ever: bool) -> QuerySet[Assessment]:
    """Return those that a manager reopened at any time; if not `ever`, the others."""
    reopenings = Review.objects.filter(decision=Review.Decision.REOPENED).order_by()
    if ever:  # few: each is looked up, whatever else the list is narrowed to
        return assessments.filter(is_any_of("pk", reopenings.values("assessment")))
    return assessments.filter(~Exists(reopenings.filter(assessment=OuterRef("pk"))))


def legacy_codes() -> tuple[str, ...]:
    """Return the codes that were recorded once and are none of the edition in force now."""
    now = loader.edition_for(timezone.localdate()).codes
    every = {code for edition in loader.editions().values() for code in edition.codes}
    return tuple(sorted(every - set(now)))


def with_legacy_codes(assessments: QuerySet[Assessment], given: bool) -> QuerySet[Assessment]:
    """Return those with at least one legacy code; if not `given`, those with none."""
    recorded = Q(codes__overlap=list(legacy_codes()))
    return assessments.filter(recorded if given else ~recorded)


_NARROWED: Mapping[str, Callable[[QuerySet[Assessment], Any], QuerySet[Assessment]]] = {
    "team": lambda those, key: those.filter(team=key),
    "worker": lambda those, reference: those.filter(worker__reference=reference),
    "code": containing_code,
    "status": lambda those, status: those.filter(status=status),
    "year": in_census_year,
    "overdue": lambda those, late: overdue(those, timezone.localdate(), late),
    "reopened": reopened,
    "legacy": with_legacy_codes,
}


def every_team() -> QuerySet[Team]:
    """Return every team, those that were closed too, since their records stay."""
    return Team.objects.order_by("name", "pk")


def people_named(words: str) -> QuerySet[User]:
    """Return everybody, those who have left too, in whose name each of the words begins a word."""
    people = User.objects.all()
    for word in words.split():
        begins = Q(name__istartswith=word)
        for before in WORDS_BEGIN_AFTER:
            begins |= Q(name__icontains=before + word)
        people = people.filter(begins)
    return people.prefetch_related("teams").order_by("name", "pk")


def who_assess(people: QuerySet[User]) -> QuerySet[User]:
    """Return the social workers among them, and whoever was the worker of an assessment."""
    work = Assessment.objects.filter(worker=OuterRef("pk"))
    return people.filter(Q(role=Role.SOCIAL_WORKER) | Q(Exists(work)))
