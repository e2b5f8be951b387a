"""The review queue: the facts listed for each assessment, the filters, and which comes next.

Every filter takes the assessments that a person may see and narrows them; none widens them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Exists, JSONField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from assessments.models import (
    NEVER_COUNTED,
    Assessment,
    PinnedComment,
    Reply,
    Review,
    RuleAnswer,
    Version,
)
from assessments.queries.visibility import assessments_visible_to, teams_of
from cinfactors.accounts.models import Membership, Role, User

MOST_COUNTED = 1000
"""How many that await review are counted for a page at most."""

EXPLAINING_ANSWERS = (RuleAnswer.Kind.REASON, RuleAnswer.Kind.CONSIDERED)
"""The kinds of answer in which the worker explains something to the manager."""


REASONS_TO_READ: Mapping[str, str] = {
    "every": "Each submission is authorised by itself here",
    "explained": "The worker gave a reason",
    "considered": "The worker considered something",
    "described": "The worker described another factor",
    Review.Decision.RETURNED.value: "It was returned before",
    Review.Decision.CORRECTED.value: "It was corrected before",
    Review.Decision.REOPENED.value: "It was reopened before",
}
"""Why a submission is read and authorised by itself; `AUTHORISE_ALONE` says which of them hold."""


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """What the queue shows about an assessment besides its own row."""

    decided: Mapping[str, int]
    """How often it was decided on, by the decision."""
    answers: Sequence[Mapping[str, Any]] = ()
    """The answers to the rules that came with the last submission."""
    is_described: bool = False
    """Whether the last submission described another factor."""
    authorised_by: str = ""
    """Who authorised what is counted."""
    comments: int = 0
    """How many there are of the return, if that was the last decision."""
    replied: int = 0
    """To how many of them the worker has replied."""

    @property
    def times_returned(self) -> int:
        return self.decided.get(Review.Decision.RETURNED, 0)

    @property
    def reasons_to_read(self) -> tuple[str, ...]:
        """Why a manager reads it before authorising it; empty where nothing asks for it."""
        kinds = {answer["kind"] for answer in self.answers}
        holds = {
            "every": True,
            "explained": RuleAnswer.Kind.REASON in kinds,
            "considered": RuleAnswer.Kind.CONSIDERED in kinds,
            "described": self.is_described,
        }
        return tuple(
            words
            for name, words in REASONS_TO_READ.items()
            if name in settings.AUTHORISE_ALONE and holds.get(name, name in self.decided)
        )


def facts_for_the_queue(keys: Collection[int]) -> dict[int, QueueFacts]:
    """Return the facts by the assessment's key, for the rows of one page, in four queries.

    In the list's own query the database would work them out for every row before sorting.
    """
    decided: dict[int, dict[str, int]] = {}
    for key, decision, number in (
        Review.objects.filter(assessment__in=keys)
        .order_by()
        .values_list("assessment", "decision")
        .annotate(number=Count("pk"))
    ):
        decided.setdefault(key, {})[decision] = number
    versions = Version.objects.filter(assessment__in=keys)
    latest = {
        key: (answers, bool(description))
        for key, answers, description in versions.order_by("assessment", "-number")
        .distinct("assessment")
        .values_list("assessment", "answers", "other_description")
    }
    authorised = dict(
        versions.filter(authorised_at__isnull=False)
        .order_by("assessment", "-number")
        .distinct("assessment")
        .values_list("assessment", "authorised_by__name")
    )
    asked = _comments_and_replies(keys)
    return {
        key: QueueFacts(
            decided.get(key, {}),
            *latest.get(key, ((), False)),
            authorised.get(key, ""),
            *asked.get(key, (0, 0)),
        )
        for key in keys
    }


def reasons_to_read(assessment: Assessment) -> tuple[str, ...]:
    """Return why a manager must open what was submitted before authorising it.

    Empty where nothing asks for it, as the authority has it: see `AUTHORISE_ALONE`.
    """
    return facts_for_the_queue([assessment.pk])[assessment.pk].reasons_to_read


def _comments_and_replies(keys: Collection[int]) -> dict[int, tuple[int, int]]:
    """Return how many comments the last return has, and how many replies, by the assessment."""
    of_review = {"review": OuterRef("pk")}
    pinned = PinnedComment.objects.filter(**of_review).order_by().values("review")
    replied = Reply.objects.filter(**of_review).order_by().values("review")
    last = (
        Review.objects.filter(assessment__in=keys)
        .exclude(decision=Review.Decision.CORRECTED)
        .order_by("assessment", "-pk")
        .distinct("assessment")
        .annotate(
            pinned_number=Coalesce(Subquery(pinned.values(number=Count("pk"))), 0),
            replied_number=Coalesce(
                Subquery(replied.values(number=Count("code", distinct=True))), 0
            ),
        )
    )
    return {
        review.assessment_id: (
            bool(review.comment) + review.pinned_number,
            review.replied_number,
        )
        for review in last
        if review.decision == Review.Decision.RETURNED
    }


def _last_answers() -> Subquery:
    versions = Version.objects.filter(assessment=OuterRef("pk")).order_by("-number")
    return Subquery(versions.values("answers")[:1], output_field=JSONField())


def containing_code(assessments: QuerySet[Assessment], code: str) -> QuerySet[Assessment]:
    """Return those whose selection has exactly this code."""
    return assessments.filter(codes__contains=[code])


def with_explanations(assessments: QuerySet[Assessment], given: bool) -> QuerySet[Assessment]:
    """Return those whose last submission came with a reason or something considered.

    With `given` false, return the others.
    """
    explained = Q()
    for kind in EXPLAINING_ANSWERS:
        explained |= Q(last_answers__contains=[{"kind": kind.value}])
    assessments = assessments.alias(last_answers=_last_answers())
    if given:
        return assessments.filter(explained)
    return assessments.filter(Q(last_answers__isnull=True) | ~explained)


def in_census_year(assessments: QuerySet[Assessment], ending: int) -> QuerySet[Assessment]:
    """Return those that ended from 1 April of the year before to 31 March of `ending`.

    One that has not ended counts by the day of its submission; what is cancelled or voided is in
    no year.
    """
    first, last = date(ending - 1, 4, 1), date(ending, 3, 31)
    zone = ZoneInfo(settings.TIME_ZONE)
    since, until = (
        datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
        for day in (first, date(ending, 4, 1))
    )
    return assessments.exclude(status__in=NEVER_COUNTED).filter(
        Q(end_date__gte=first, end_date__lte=last)
        | Q(end_date__isnull=True, submitted_at__gte=since, submitted_at__lt=until)
    )


def ended_in_census_year(assessments: QuerySet[Assessment], ending: int) -> QuerySet[Assessment]:
    """Return those that ended in it, by one condition that an index of their ends can serve."""
    return assessments.filter(
        end_date__gte=date(ending - 1, 4, 1), end_date__lte=date(ending, 3, 31)
    )


def workers_for(person: User) -> QuerySet[User]:
    """Return the social workers of the person's teams, and others whose work they may see."""
    members = Membership.objects.filter(team__in=teams_of(person), user=OuterRef("pk"))
    work = assessments_visible_to(person).filter(worker=OuterRef("pk"))
    return User.objects.filter(
        Q(Exists(members), role=Role.SOCIAL_WORKER) | Q(Exists(work))
    ).order_by("name", "pk")


def place_in_queue(
    awaiting: QuerySet[Assessment], assessment: Assessment
) -> tuple[int, int] | None:
    """Return which of those awaiting review it is, the oldest first, and how many there are.

    None where it is not among them, or where there are too many to be counted for a page.
    """
    waiting = awaiting.order_by()
    number = waiting.values("pk")[: MOST_COUNTED + 1].count()
    if number > MOST_COUNTED or not waiting.filter(pk=assessment.pk).exists():
        return None
    at = assessment.submitted_at
    before = waiting.filter(Q(submitted_at__lt=at) | Q(submitted_at=at, pk__lt=assessment.pk))
    return before.count() + 1, number


def next_after(assessments: QuerySet[Assessment], decided: Assessment) -> Assessment | None:
    """Return the next oldest submission after the one just decided; after the newest, the oldest.

    None when nothing else waits.
    """
    waiting = assessments.exclude(pk=decided.pk).order_by("submitted_at", "pk")
    later = waiting.none()
    if decided.submitted_at is not None:
        later = waiting.filter(
            Q(submitted_at__gt=decided.submitted_at)
            | Q(submitted_at=decided.submitted_at, pk__gt=decided.pk)
        )
    return later.first() or waiting.first()
