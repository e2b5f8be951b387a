"""A manager's correction of the start and end of an authorised assessment."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date

from django.utils import timezone

from assessments import queries
from assessments.evaluation import evaluate
from assessments.models import Assessment, Episode, Review
from assessments.models.transitions import Act, statuses_before
from assessments.services.changing_starts import improbable_start
from assessments.services.ending import edition_on_the_end, end_refused
from assessments.services.facts import ask_whether_right
from assessments.services.facts_of_episodes import (
    improbable_overlap,
    start_refused,
)
from assessments.services.refusals import FactsRefused, field_errors
from assessments.services.submitting import answers_that_hold, refuse_incomplete
from assessments.services.writing import decide
from cinfactors.accounts.models import User
from cinfactors.web.clean_text import clean_text


def correct_dates(
    *,
    assessment: Assessment,
    start_date: date,
    end_date: date,
    reason: str,
    by: User,
    version: int,
    key: uuid.UUID,
    confirmed: Collection[str] = (),
) -> Assessment:
    """Correct the start and the end of an authorised assessment, with a reason.

    A decision of its own, which makes a version with these dates and authorises it at once: that
    is what is counted from now on. It is checked once more, under the edition in force on the new
    end. Raises as `authorise`, NeedsConfirming for what is hardly right, and FactsRefused by
    "start_date", "end_date" and "reason".
    """
    reason_text = clean_text(reason)

    def write(current: Assessment) -> None:
        # Locked, so that nobody closes it meanwhile on a day before the new end.
        episode = Episode.objects.select_related("child").select_for_update(of=("self",))
        current.episode = episode.get(pk=current.episode_id)
        made = current.versions.latest("number")
        made.pk, made.number = None, made.number + 1
        made._state.adding = True
        review = Review(
            assessment=current,
            version=made,
            decision=Review.Decision.DATES_CORRECTED,
            comment=reason_text,
            decided_by=by,
            decided_at=current.saved_at,
        )
        refused = _refused(current, start_date, end_date) | _refused_reason(review)
        if refused:
            raise FactsRefused(refused)
        has_new_start = start_date != current.start_date
        current.start_date, current.end_date = start_date, end_date
        evaluation = evaluate(current, edition_on_the_end(end_date))
        refuse_incomplete(evaluation)
        hardly = improbable_start(current, start_date) if has_new_start else {}
        hardly |= improbable_overlap(start_date, end_date, queries.others_in_episode(current))
        ask_whether_right(hardly, confirmed)
        current.edition = evaluation.edition.id
        made.start_date, made.end_date, made.edition = start_date, end_date, current.edition
        made.answers = answers_that_hold(evaluation)
        made.corrected_by = made.authorised_by = by
        made.authorised_at = current.saved_at
        made.save(force_insert=True)
        review.save(force_insert=True)

    return decide(
        assessment,
        by=by,
        version=version,
        key=key,
        act="correct dates",
        content=(start_date, end_date, reason_text),
        write=write,
        while_in=statuses_before(Act.CORRECT_DATES),
    )


def _refused(current: Assessment, start_date: date, end_date: date) -> dict[str, str]:
    """Return a message for each date that it cannot have, by field."""
    if (start_date, end_date) == (current.start_date, current.end_date):
        return {"end_date": "Change a date, or leave the record as it is"}
    messages = {
        "start_date": start_refused(
            start_date,
            current.episode,
            timezone.localdate(current.saved_at),
            internal_review_date=current.internal_review_date,
        ),
        "end_date": end_refused(end_date, start_date, current),
    }
    return {name: message for name, message in messages.items() if message}


def _refused_reason(review: Review) -> dict[str, str]:
    if not review.comment:
        return {"reason": "Enter why you are correcting the dates"}
    errors = field_errors(review, "comment")
    return {"reason": errors["comment"]} if errors else {}
