"""Changing the start date of an assessment that was never authorised."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.utils import timezone

from assessments import queries
from assessments.models import Assessment, Child, FactsCorrection
from assessments.services.correcting import FactsCorrected, correct_facts
from assessments.services.facts import ask_whether_right, improbable_child, in_words
from assessments.services.facts_of_episodes import (
    improbable_overlap,
    improbable_wait,
    start_refused,
)
from assessments.services.refusals import (
    EditConflict,
    FactsRefused,
    Locked,
    NotPermitted,
)
from cinfactors.accounts.models import User


def change_start_date(
    *,
    assessment: Assessment,
    start_date: date,
    reason: str,
    by: User,
    version: int,
    key: uuid.UUID,
    confirmed: Collection[str] = (),
) -> FactsCorrected:
    """Change the day on which an assessment started, while its worker has it.

    For the worker and a manager of the team. Raises NotPermitted, EditConflict, NeedsConfirming,
    FactsRefused by "start_date" and by "reason", and Locked while it is with the manager, when it
    was ever authorised (`correct_dates` is for that), and when it is cancelled.
    """

    def write(child: Child) -> None:
        if current.version != version:
            raise EditConflict(current)
        if not current.is_with_the_worker or current.is_completed:
            raise Locked
        if start_date == current.start_date:
            raise FactsRefused({"start_date": "Change the date, or go back to the record"})
        # As it is now that the child is locked: the referral may have been changed meanwhile.
        current.episode = child.episodes.get(pk=current.episode_id)
        message = start_refused(
            start_date,
            current.episode,
            timezone.localdate(),
            internal_review_date=current.internal_review_date,
        )
        if message:
            raise FactsRefused({"start_date": message})
        hardly = improbable_start(current, start_date)
        hardly |= improbable_overlap(start_date, None, queries.others_in_episode(current))
        ask_whether_right(hardly, confirmed)
        current.start_date = start_date
        current.version += 1
        current.saved_at = timezone.now()
        current.save(force_update=True)

    with transaction.atomic():
        # Before the child, as a manager who reassigns it locks them.
        permitted = queries.assessments_with_start_to_change(by).filter(pk=assessment.pk)
        found = permitted.select_for_update(of=("self",)).first()
        if found is None:
            raise NotPermitted
        current = found
        return correct_facts(
            current.episode.child,
            by=by,
            act=FactsCorrection.Act.START,
            reason=reason,
            key=key,
            content=(assessment.pk, version, start_date),
            write=write,
            episode=current.episode,
            assessment=current,
        )


def improbable_start(assessment: Assessment, start_date: date) -> dict[str, str]:
    """Return what is hardly right, by field, were this the start of the assessment."""
    episode = assessment.episode
    child = episode.child
    found = improbable_child(
        birth_date=child.birth_date,
        expected_birth_date=child.expected_birth_date,
        today=timezone.localdate(),
        starts=[start_date],
        death_date=child.death_date,
        not_born=child.not_born,
    )
    if child.death_date is not None and start_date > child.death_date:
        found["death"] = f"The child died before the start, on {in_words(child.death_date)}"
    if child.not_born:
        found["not_born"] = "The child is recorded as not born"
    earlier = queries.others_in_episode(assessment).filter(start_date__lt=start_date)
    if not earlier.exists():
        found |= improbable_wait(start_date, episode.referral_date)
    return found
