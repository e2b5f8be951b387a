"""The worker's replies to a manager's comments, in words."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from assessments import queries
from assessments.models import Assessment, Reply, Review
from assessments.services.refusals import (
    FactsRefused,
    Locked,
    UnknownComment,
    field_errors,
)
from assessments.services.writing import lock_own, run_once
from cinfactors.accounts.models import User
from cinfactors.web.clean_text import clean_text


@dataclass(frozen=True, slots=True)
class SentReply:
    """What a page sent in the box below one comment."""

    code: str
    """That the comment is pinned to; empty for the comment of the decision itself."""
    text: str
    seen: int | None = None
    """The key of the reply that the box showed: its text sent back says nothing new."""
    pressed: bool = False
    """Whether its button was pressed: then an empty box is refused."""


def reply(
    *, assessment: Assessment, review: int, replies: Sequence[SentReply], by: User, key: uuid.UUID
) -> None:
    """Record what the worker replies to comments of the decision that gave them the record.

    Each is a row of its own: it overwrites nothing, whatever another tab has saved, so the
    assessment's version stays what it is and no page becomes stale. The latest to a comment
    counts. An empty box is left out, and so is what the box showed already. Stores all or nothing.

    Raises NotPermitted; Locked while it is not with the worker; UnknownComment alike for a
    comment that is not there, of another record and of an earlier decision; FactsRefused by code
    for a text that cannot be stored, or that was emptied.
    """
    new = new_replies(assessment, replies)
    if not new:
        return

    def write() -> Assessment:
        if not current.is_with_the_worker:
            raise Locked
        asked = queries.review_feedback(current)
        if asked is None or asked.review.pk != review:
            raise UnknownComment
        if any(each.code not in asked.comments for each in new):
            raise UnknownComment
        _insert(asked.review, new, by)
        return current

    content = (assessment.pk, review, tuple(new))
    with transaction.atomic():
        # Before the key, as a save: posts at once that have several of both wait in one order.
        current = lock_own(assessment, by)
        run_once(key, by=by, act="reply", content=content, write=write)


def new_replies(assessment: Assessment, replies: Sequence[SentReply]) -> list[SentReply]:
    """Return those that say something else than what their box showed; nothing is written."""
    keys = [each.seen for each in replies if each.seen is not None]
    rows = Reply.objects.filter(review__assessment=assessment, pk__in=keys) if keys else ()
    shown = {(row.pk, row.code): row.text for row in rows}
    return [
        each
        for each in replies
        if each.pressed or clean_text(each.text) != shown.get((each.seen or 0, each.code), "")
    ]


def _insert(review: Review, replies: Sequence[SentReply], by: User) -> None:
    refused: dict[str, str] = {}
    latest = {row.code: row.text for row in review.replies.all()}
    rows = []
    for each in replies:
        row = Reply(review=review, code=each.code, text=clean_text(each.text), replied_by=by)
        if not row.text:
            said = each.code in latest
            refused[each.code] = (
                "A saved reply stays: put it in other words, or leave it as it was"
                if said
                else "Enter your reply"
            )
        elif errors := field_errors(row, "text"):
            refused[each.code] = errors["text"]
        elif row.text != latest.get(each.code):
            rows.append(row)
    if refused:
        raise FactsRefused(refused)
    now = timezone.now()
    for row in rows:
        row.replied_at = now
        row.save(force_insert=True)
