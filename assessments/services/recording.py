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
from assessments.models.transitions import Act, statuses_before
from assessments.services.refusals import (
    FactsRefused,
    Locked,
    SelectionRefused,
    SubmissionRefused,
    field_errors,
)
from assessments.services.writing import STATUS_AFTER_DECISION, change
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
    """Store a selection as it was posted, sorted; an empty one stays empty.

    Raises NotPermitted, Locked, EditConflict, SelectionRefused where it breaks a rule of every
    save, and FactsRefused for a description that is too long or cannot be stored. A description
    without a code that takes one is dropped. A selection that is recorded already writes
    nothing. A repeated form submission returns the row as it stands, whatever became of it
    since: see `is_recorded`.
    """
    edition = current_edition()
    description = _description_with(codes, other_description)

    def write(current: Assessment) -> None:
        selection = selection_of(current)
        posted = rules.replace_codes(selection, tuple(codes), description)
        broken = [each for each in rules.evaluate(edition, posted) if each.is_error_on_save]
        if broken:
            raise SelectionRefused(broken)
        current.codes = sorted(codes, key=code_order)
        current.other_description = description
        current.edition = edition.id
        _refuse_unclean(current, "other_description", posted_as="other_description")

    return change(
        assessment,
        by=by,
        version=version,
        key=key,
        act="record",
        content=(tuple(codes), description),
        write=write,
        is_unchanged=lambda current: is_recorded(current, codes, description),
    )


def is_recorded(assessment: Assessment, codes: Sequence[str], other_description: str) -> bool:
    """Whether the row holds this selection already."""
    return assessment.codes == sorted(
        codes, key=code_order
    ) and assessment.other_description == _description_with(codes, other_description)


def _description_with(codes: Sequence[str], posted: str) -> str:
    """Return what is kept of a description: nothing without a code that takes one."""
    return "" if current_edition().described_codes.isdisjoint(codes) else clean_text(posted)


def _refuse_unclean(entry: Assessment | RuleAnswer, field: str, posted_as: str) -> None:
    """Raise FactsRefused, by the name of the form's field, for a text that cannot be stored."""
    if messages := field_errors(entry, field):
        raise FactsRefused({posted_as: messages[field]})


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
    """Answer a rule that needs one: comply, give a reason, or say that it was considered.

    Complying adds the rule's code to the selection. The answer is a row of its own and holds
    until the codes that the rule is about change. Raises what `record_factors` raises, and
    FactsRefused for a rule that needs no answer, or for a reason that is empty or too long.
    """
    answer_text = clean_text(text)

    def write(current: Assessment) -> None:
        edition = current_edition()
        selection = selection_of(current)
        finding = next((f for f in rules.evaluate(edition, selection) if f.rule.id == rule), None)
        if finding is None or not finding.can_be_answered_by(kind):
            raise FactsRefused({rule: "This no longer needs an answer"})
        if kind == RuleAnswer.Kind.REASON and not answer_text:
            raise FactsRefused({rule: "Enter the reason, or change the selection"})
        entry = RuleAnswer(
            assessment=current,
            rule=rule,
            kind=kind,
            codes=sorted(rules.codes_at_stake(finding.rule, selection), key=code_order),
            text=answer_text,
            answered_by=by,
            answered_at=timezone.now(),
        )
        _refuse_unclean(entry, "text", posted_as=rule)
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
        content=(rule, kind, answer_text),
        write=write,
    )


def set_outcome(
    *, assessment: Assessment, outcome: str, by: User, version: int, key: uuid.UUID
) -> Assessment:
    """Store what the assessment led to. Raises as `record_factors`, FactsRefused if unknown."""

    def write(current: Assessment) -> None:
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
        write=write,
    )


def submit(*, assessment: Assessment, by: User, version: int, key: uuid.UUID) -> Assessment:
    """Hand the assessment to the manager and keep a snapshot of it.

    Raises as `record_factors`, and SubmissionRefused with everything that is still missing or
    wrong: errors, rules without an answer, the outcome if there is none.
    """

    def write(current: Assessment) -> None:
        edition = current_edition()
        answers = answers_of(current)
        refuse_incomplete(edition, current, answers)
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

    return change(
        assessment,
        by=by,
        version=version,
        key=key,
        act="submit",
        write=write,
        while_in=statuses_before(Act.SUBMIT),
    )


def refuse_incomplete(
    edition: Edition, assessment: Assessment, answers: Sequence[RuleAnswer]
) -> None:
    """Raise SubmissionRefused for what still has to be corrected, answered or entered."""
    found = rules.evaluate(edition, selection_of(assessment))
    unresolved = [finding for finding in found if finding.is_error]
    unresolved += rules.unanswered(found, rule_answers(answers))
    if unresolved or not assessment.outcome:
        raise SubmissionRefused(unresolved, outcome_missing=not assessment.outcome)


def answers_that_hold(
    edition: Edition, assessment: Assessment, answers: Iterable[RuleAnswer]
) -> list[dict[str, Any]]:
    """Return the latest answer to each rule that still applies, as the manager will read it."""
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
        authorised = current.versions.filter(authorised_at__isnull=False)
        if current.status not in statuses_before(Act.CANCEL) or authorised.exists():
            raise Locked
        if not reason_text:
            raise FactsRefused({"reason": "Enter why this assessment was started in error"})
        current.cancellation_reason = reason_text
        _refuse_unclean(current, "cancellation_reason", posted_as="reason")
        current.status = Status.CANCELLED

    return change(
        assessment, by=by, version=version, key=key, act="cancel", content=reason_text, write=write
    )
