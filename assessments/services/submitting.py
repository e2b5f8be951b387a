"""Submitting an assessment, withdrawing the submission, and cancelling."""

from __future__ import annotations

import uuid
from typing import Any

from assessments import queries
from assessments.evaluation import Evaluation, edition_to_record, evaluate
from assessments.models import Assessment, Review, RuleAnswer, Status, Version
from assessments.models.transitions import Act, statuses_before
from assessments.services.refusals import (
    FactsRefused,
    Locked,
    NothingChanged,
    SubmissionRefused,
    field_errors,
)
from assessments.services.writing import STATUS_AFTER_DECISION, change, lock_child
from cinfactors.accounts.models import User
from cinfactors.web.clean_text import clean_text


def submit(
    *,
    assessment: Assessment,
    by: User,
    version: int,
    key: uuid.UUID,
    unchanged_is_meant: bool = False,
    known: Evaluation | None = None,
) -> Assessment:
    """Hand the assessment to the manager and keep a snapshot of it.

    `known` is the evaluation that the caller has: what it found counts while the row is of the
    same version, since every change of codes and answers makes another one.
    Raises NotPermitted, Locked, EditConflict, and SubmissionRefused with everything that is still
    missing or wrong: errors, rules without an answer, the outcome if there is none. Raises
    NothingChanged where a manager's comments have no reply and nothing was changed since, unless
    the worker has said that this is meant.
    """

    def write(current: Assessment) -> None:
        lock_child(current)
        evaluation = evaluate(current, edition_to_record(current))
        if known and (known.assessment.version, known.edition) == (version, evaluation.edition):
            evaluation = known.of_row(current)
        refuse_incomplete(evaluation)
        if not unchanged_is_meant:
            _refuse_unchanged(evaluation)
        current.edition = evaluation.edition.id
        current.status = Status.SUBMITTED
        current.submitted_at = current.saved_at
        Version.objects.create(
            assessment=current,
            number=current.versions.count() + 1,
            codes=current.codes,
            other_description=current.other_description,
            outcome=current.outcome,
            start_date=current.start_date,
            internal_review_date=current.internal_review_date,
            edition=current.edition,
            answers=answers_that_hold(evaluation),
            submitted_by=by,
            submitted_at=current.submitted_at,
        )

    return change(
        assessment,
        by=by,
        version=version,
        key=key,
        act="submit",
        write=write,
        while_in=statuses_before(Act.SUBMIT),
    )


def refuse_incomplete(evaluation: Evaluation) -> None:
    """Raise SubmissionRefused for what still has to be corrected, answered or entered."""
    unresolved = [finding for finding in evaluation.findings if finding.is_error]
    unresolved += evaluation.open
    outcome_missing = not evaluation.assessment.outcome
    if unresolved or outcome_missing:
        raise SubmissionRefused(unresolved, outcome_missing=outcome_missing)


def _refuse_unchanged(evaluation: Evaluation) -> None:
    """Raise NothingChanged where the manager would read again what they returned or reopened."""
    asked = queries.review_feedback(evaluation.assessment)
    if asked is None or asked.review.replies.all():
        return
    review, current = asked.review, evaluation.assessment
    is_same = all(
        getattr(current, name) == getattr(review.version, name) for name in _FIELDS_OF_A_VERSION
    )
    if is_same and not any(each.answered_at > review.decided_at for each in evaluation.answers):
        raise NothingChanged(review, comments=len(asked.comments))


_FIELDS_OF_A_VERSION = (
    "codes",
    "other_description",
    "outcome",
    "start_date",
    "internal_review_date",
)


def answers_that_hold(evaluation: Evaluation) -> list[dict[str, Any]]:
    """Return the latest answer to each rule that still applies, as the manager will read it.

    A change of the selection as a rule asks, undone since, answers nothing: what was said holds.
    """
    applies = {(each.rule.id, frozenset(each.codes)) for each in evaluation.findings}
    latest = {
        answer.rule: answer
        for answer in evaluation.answers
        if answer.kind != RuleAnswer.Kind.COMPLIED
        and (answer.rule, frozenset(answer.codes)) in applies
    }
    return [
        {
            "rule": answer.rule,
            "kind": answer.kind,
            "codes": answer.codes,
            "text": answer.text,
            "by": answer.answered_by_id,
            "at": answer.answered_at.isoformat(),
        }
        for answer in latest.values()
    ]


def withdraw_submission(
    *, assessment: Assessment, by: User, version: int, key: uuid.UUID
) -> Assessment:
    """Withdraw a submission before the manager has decided; it has its earlier status again.

    Codes that a manager corrected stay corrected: the worker's page shows them.
    Raises NotPermitted, EditConflict, and Locked when it is not with the manager.
    """

    def write(current: Assessment) -> None:
        if current.status not in statuses_before(Act.WITHDRAW):
            raise Locked
        corrected = Review.Decision.CORRECTED
        last = current.reviews.exclude(decision=corrected).order_by("pk").last()
        current.status = STATUS_AFTER_DECISION[last.decision] if last else Status.DRAFT
        current.submitted_at = None

    return change(
        assessment,
        by=by,
        version=version,
        key=key,
        act="withdraw",
        write=write,
        # In any status a stale page is a conflict; `write` checks the status after that.
        while_in=frozenset(Status),
    )


def cancel(
    *, assessment: Assessment, reason: str, by: User, version: int, key: uuid.UUID
) -> Assessment:
    """End an assessment that was started in error. It is kept, but never exported nor counted.

    Raises NotPermitted, Locked, EditConflict, and FactsRefused without a reason.
    """
    reason_text = clean_text(reason)

    def write(current: Assessment) -> None:
        # After the check of the version: a stale page is a conflict before it is anything else.
        if current.status not in statuses_before(Act.CANCEL) or current.is_completed:
            raise Locked
        if not reason_text:
            raise FactsRefused({"reason": "Enter why this assessment was started in error"})
        current.cancellation_reason = reason_text
        if errors := field_errors(current, "cancellation_reason"):
            raise FactsRefused({"reason": errors["cancellation_reason"]})
        current.status = Status.CANCELLED

    return change(
        assessment, by=by, version=version, key=key, act="cancel", content=reason_text, write=write
    )
