"""Voiding a record that was authorised and is another child's."""

from __future__ import annotations

import uuid

from assessments.models import Assessment, Review, Status
from assessments.models.transitions import Act, statuses_before
from assessments.services.refusals import FactsRefused, Locked, field_errors
from assessments.services.writing import decide
from cinfactors.accounts.models import User
from cinfactors.web.clean_text import clean_text


def void(
    *, assessment: Assessment, reason: str, by: User, version: int, key: uuid.UUID
) -> Assessment:
    """Void a record that was ever authorised, with the reason: it stays, and is never counted.

    It cannot be opened again. Raises as `authorise`: Locked where it was never authorised, which
    is cancelled or returned instead, and FactsRefused by "reason".
    """
    reason_text = clean_text(reason)

    def write(current: Assessment) -> None:
        if not current.is_completed:
            raise Locked
        review = Review(
            assessment=current,
            version=current.versions.latest("number"),
            decision=Review.Decision.VOIDED,
            comment=reason_text,
            decided_by=by,
            decided_at=current.saved_at,
        )
        refused = field_errors(review, "comment")
        if not reason_text:
            refused["comment"] = "Enter why it is voided"
        if refused:
            raise FactsRefused({"reason": refused["comment"]})
        review.save(force_insert=True)
        current.status = Status.VOIDED

    return decide(
        assessment,
        by=by,
        version=version,
        key=key,
        act="void",
        content=reason_text,
        write=write,
        while_in=statuses_before(Act.VOID),
    )
