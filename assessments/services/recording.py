"""Recording the factors of an assessment, answering its rules and submitting it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from assessments import rules
from assessments.catalogue.types import Edition, code_order
from assessments.evaluation import (
    answers_of,
    current_edition,
    rule_answers,
    selection_of,
)
from assessments.models import Assessment, Outcome, Review, RuleAnswer, Status, Version
from assessments.services.refusals import (
    FactsRefused,
    Locked,
    SelectionRefused,
    SubmissionRefused,
    field_errors,
)
from assessments.services.writing import change
from cinfactors.accounts.models import User
from cinfactors.web.clean_text import clean_text


def record_factors(
    *,
    assessment: Assessment,
    codes: Sequence[str],
    other_description: str,
    by: User,
    version: int,
    key: uuid.UUID,
) -> Assessment:
    """Store a selection as it was sent, sorted; an empty one stays empty.

    Raises NotPermitted, Locked, EditConflict, SelectionRefused where it breaks a rule of every
    save, and FactsRefused for a description that is too long or cannot be stored. A description
    without a code that takes one is dropped. A selection that is recorded already writes
    nothing. The same press again gives the row as it stands, whatever became of it since: see
    `is_recorded`.
    """
    edition = current_edition()
    description = _description_with(codes, other_description)

    def record(current: Assessment) -> None:
        selection = selection_of(current)
        found = rules.evaluate(edition, rules.replace_codes(selection, tuple(codes), description))
        broken = [finding for finding in found if finding.is_error_on_save]
        if broken:
            raise SelectionRefused(broken)
        current.codes = sorted(codes, key=code_order)
        current.other_description = description
        current.edition = edition.id
        _clean_text_of(current, "other_description", sent_as="other_description")

    return change(
        assessment,
        by=by,
        version=version,
        key=key,
        act="record",
        content=(tuple(codes), description),
        write=record,
        as_recorded=lambda current: is_recorded(current, codes, description),
    )


def is_recorded(assessment: Assessment, codes: Sequence[str], other_description: str) -> bool:
    """Whether this selection, sent so, is what stands in the row."""
    return assessment.codes == sorted(
        codes, key=code_order
    ) and assessment.other_description == _description_with(codes, other_description)


def _description_with(codes: Sequence[str], sent: str) -> str:
    """What is kept of a description: nothing without a code that takes one."""
    return "" if current_edition().described_codes.isdisjoint(codes) else clean_text(sent)


def _clean_text_of(entry: Assessment | RuleAnswer, field: str, sent_as: str) -> None:
    if messages := field_errors(entry, field):
        raise FactsRefused({sent_as: messages[field]})


def answer_rule(
    *,
    assessment: Assessment,
    rule: str,
    kind: str,
    by: User,
    version: int,
    key: uuid.UUID,
    text: str = "",
) -> Assessment:
    """Answer a rule that asks: comply, give a reason, or say that it was considered.

    Complying adds the rule's code to the selection. The answer is a row of its own and holds
    until the codes that the rule is about change. Raises what `record_factors` raises, and
    FactsRefused for a rule that does not ask, or for a reason that is empty or too long.
    """
    words = clean_text(text)

    def answer(current: Assessment) -> None:
        edition = current_edition()
        selection = selection_of(current)
        finding = next((f for f in rules.evaluate(edition, selection) if f.rule.id == rule), None)
        if finding is None or not finding.takes(kind):
            raise FactsRefused({rule: "This no longer needs an answer"})
        if kind == RuleAnswer.Kind.REASON and not words:
            raise FactsRefused({rule: "Enter the reason, or change the selection"})
        entry = RuleAnswer(
            assessment=current,
            rule=rule,
            kind=kind,
            codes=sorted(rules.codes_at_stake(finding.rule, selection), key=code_order),
            text=words,
            answered_by=by,
            answered_at=timezone.now(),
        )
        _clean_text_of(entry, "text", sent_as=rule)
        if kind == RuleAnswer.Kind.COMPLIED:
            complied = (*current.codes, finding.rule.adds)
            broken = [
                found
                for found in rules.evaluate(
                    edition, rules.replace_codes(selection, complied, current.other_description)
                )
                if found.is_error_on_save
            ]
            if broken:
                raise SelectionRefused(broken)
            current.codes = sorted(complied, key=code_order)
            current.edition = edition.id
        entry.save(force_insert=True)

    return change(
        assessment,
        by=by,
        version=version,
        key=key,
        act="answer",
        content=(rule, kind, words),
        write=answer,
    )


def set_outcome(
    *, assessment: Assessment, outcome: str, by: User, version: int, key: uuid.UUID
) -> Assessment:
    """Say what the assessment led to. Raises as `record_factors`, FactsRefused if unknown."""

    def decide(current: Assessment) -> None:
        if outcome not in Outcome.values:
            raise FactsRefused({"outcome": "Select the outcome of the assessment"})
        current.outcome = outcome

    return change(
        assessment,
        by=by,
        version=version,
        key=key,
        act="outcome",
        content=outcome,
        write=decide,
    )


def submit(*, assessment: Assessment, by: User, version: int, key: uuid.UUID) -> Assessment:
    """Hand the assessment to the manager and keep a snapshot of it.

    Raises as `record_factors`, and SubmissionRefused with all that is still to be put right:
    errors, rules without an answer, the outcome if there is none.
    """

    def hand_over(current: Assessment) -> None:
        edition = current_edition()
        answers = answers_of(current)
        found = rules.evaluate(edition, selection_of(current))
        open_ones = [finding for finding in found if finding.is_error]
        open_ones += rules.unanswered(found, rule_answers(answers))
        if open_ones or not current.outcome:
            raise SubmissionRefused(open_ones, outcome_missing=not current.outcome)
        current.edition = edition.id
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
            answers=answers_that_hold(edition, current, answers),
            submitted_by=by,
            submitted_at=current.submitted_at,
        )

    return change(assessment, by=by, version=version, key=key, act="submit", write=hand_over)


def answers_that_hold(
    edition: Edition, assessment: Assessment, answers: Iterable[RuleAnswer]
) -> list[dict[str, Any]]:
    """The latest answer to each rule that still speaks, as the manager will read it."""
    selection = selection_of(assessment)
    at_stake = {
        finding.rule.id: rules.codes_at_stake(finding.rule, selection)
        for finding in rules.evaluate(edition, selection)
    }
    latest = {
        answer.rule: answer
        for answer in answers
        if answer.rule in at_stake and frozenset(answer.codes) == at_stake[answer.rule]
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


_BEFORE_SUBMISSION: dict[str, Status] = {
    "": Status.DRAFT,
    Review.Decision.RETURNED: Status.RETURNED,
    Review.Decision.REOPENED: Status.REOPENED,
}
"""Where a submission came from, by the manager's last decision."""


def withdraw_submission(
    *, assessment: Assessment, by: User, version: int, key: uuid.UUID
) -> Assessment:
    """Take a submission back before the manager has decided; it stands as it did before.

    Codes that a manager corrected stay corrected: the worker has them before their eyes.
    Raises NotPermitted, EditConflict, and Locked when it is not with the manager.
    """

    def take_back(current: Assessment) -> None:
        if current.status != Status.SUBMITTED:
            raise Locked
        corrected = Review.Decision.CORRECTED
        last = current.reviews.exclude(decision=corrected).order_by("pk").last()
        current.status = _BEFORE_SUBMISSION[last.decision if last else ""]
        current.submitted_at = None

    return change(
        assessment,
        by=by,
        version=version,
        key=key,
        act="withdraw",
        write=take_back,
        while_in=frozenset(Status),
    )


def cancel(
    *, assessment: Assessment, reason: str, by: User, version: int, key: uuid.UUID
) -> Assessment:
    """End an assessment that was started in error. It stays, is never exported nor counted.

    Raises NotPermitted, Locked, EditConflict, and FactsRefused without a reason.
    """
    words = clean_text(reason)

    def end(current: Assessment) -> None:
        if current.versions.filter(authorised_at__isnull=False).exists():
            raise Locked
        if not words:
            raise FactsRefused({"reason": "Enter why this assessment was started in error"})
        current.cancellation_reason = words
        _clean_text_of(current, "cancellation_reason", sent_as="reason")
        current.status = Status.CANCELLED

    return change(
        assessment, by=by, version=version, key=key, act="cancel", content=words, write=end
    )
