"""A manager's decisions on a submission, and the worker's note that they have read one.

Only an active manager of the record's team decides, and never on work of their own. Each
decision is a row that stays; what was submitted stays too.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from django.db import models, transaction
from django.utils import timezone

from assessments import queries
from assessments.catalogue.errors import NoEditionInForce
from assessments.catalogue.types import code_order
from assessments.evaluation import (
    Evaluation,
    edition_of,
    edition_to_record,
    evaluate,
)
from assessments.models import (
    Assessment,
    Child,
    PinnedComment,
    Review,
    ReviewRead,
    RuleAnswer,
    Status,
    Version,
)
from assessments.models.transitions import Act, statuses_before
from assessments.rules import AnswerKind
from assessments.services.answering import SentAnswer, new_answer
from assessments.services.ending import edition_on_the_end, end_of
from assessments.services.reassigning import reassign
from assessments.services.refusals import (
    FactsRefused,
    NeedsReading,
    NotPermitted,
    Refused,
    SelectionRefused,
    field_errors,
)
from assessments.services.submitting import answers_that_hold, refuse_incomplete
from assessments.services.writing import decide, lock_child
from cinfactors.accounts.models import User
from cinfactors.web.clean_text import clean_text


def authorise(
    *,
    assessment: Assessment,
    by: User,
    version: int,
    key: uuid.UUID,
    end_date: date | None = None,
) -> Assessment:
    """Authorise what was submitted: it is what is counted from now on.

    The assessment ends today, or on the earlier `end_date`, if the case system authorised it
    then; one that was authorised before keeps its end. It is checked once more, under the edition
    in force on that day. Raises NotPermitted, Locked where nothing waits for a decision,
    EditConflict, AlreadyDecided, SubmissionRefused for what is broken or unanswered, and
    FactsRefused ("end_date") for a day on which it cannot have ended.
    """

    def write(current: Assessment) -> None:
        _authorise_row(current, by, end_date)

    return decide(
        assessment,
        by=by,
        version=version,
        key=key,
        act="authorise",
        content=end_date,
        write=write,
        while_in=statuses_before(Act.AUTHORISE),
    )


def _authorise_row(current: Assessment, by: User, given_end: date | None = None) -> None:
    end_date = end_of(current, given_end)
    lock_child(current)
    evaluation = evaluate(current, edition_on_the_end(end_date))
    refuse_incomplete(evaluation)
    current.edition = evaluation.edition.id
    current.end_date = end_date
    current.status = Status.AUTHORISED
    latest = current.versions.latest("number")
    latest.edition, latest.end_date = current.edition, current.end_date
    latest.authorised_by, latest.authorised_at = by, current.saved_at
    latest.save(force_update=True)
    _insert(_review(current, latest, Review.Decision.AUTHORISED, by))


class Authorised(NamedTuple):
    """The result for one of several: the assessment if it was authorised, or why it was not."""

    reference: uuid.UUID
    assessment: Assessment | None
    refusal: Refused | None


def authorise_each(
    *, chosen: Sequence[tuple[uuid.UUID, int]], by: User, key: uuid.UUID
) -> list[Authorised]:
    """Authorise several, given by reference and version, each checked by itself.

    The results are in the order of `chosen`. One that is refused undoes none of the others: it
    has the refusal that `authorise` raises, or NeedsReading where the record says something
    that a manager has to read first.
    """
    results = []
    with transaction.atomic():
        _lock_together([reference for reference, _ in chosen], by)
        for reference, version in chosen:
            own_key = uuid.uuid5(key, str(reference))
            try:
                assessment = _authorise_unread(reference, by=by, version=version, key=own_key)
            except Refused as refusal:
                results.append(Authorised(reference, None, refusal))
            else:
                results.append(Authorised(reference, assessment, None))
    return results


def _lock_together(references: Sequence[uuid.UUID], by: User) -> None:
    """Lock the rows, then their children's: each in one order for everybody.

    Else two managers could each wait for a row that the other has locked: of the same records, or
    of two assessments of one child.
    """
    rows = queries.reviewable(by).filter(reference__in=references).select_related("episode")
    locked = rows.order_by("pk").select_for_update(of=("self",))
    children = {each.episode.child_id for each in locked}
    list(Child.objects.filter(pk__in=children).order_by("pk").select_for_update(no_key=True))


def _authorise_unread(
    reference: uuid.UUID, *, by: User, version: int, key: uuid.UUID
) -> Assessment:
    def write(current: Assessment) -> None:
        why = queries.reasons_to_read(current)
        if why:
            raise NeedsReading(why)
        _authorise_row(current, by)

    assessment = queries.reviewable(by).filter(reference=reference).first()
    if assessment is None:
        raise NotPermitted
    return decide(
        assessment,
        by=by,
        version=version,
        key=key,
        act="authorise each",
        write=write,
        while_in=statuses_before(Act.AUTHORISE),
    )


def return_to_worker(
    *,
    assessment: Assessment,
    reason: str,
    comment: str,
    pinned: Mapping[str, str],
    by: User,
    version: int,
    key: uuid.UUID,
    to: User | None = None,
) -> Assessment:
    """Return a submission with a reason of the list, a comment, and comments on single codes.

    A comment may be pinned to any code of the edition, selected or missed; a blank one is dropped.
    Where one is pinned, there need be no other.
    With `to` it is given to another social worker first, as by `reassign`. Raises as `authorise`,
    and FactsRefused by "reason", "comment", "to" and "pinned-" with the code.
    """
    comment_text = clean_text(comment)
    texts = {code: clean_text(text) for code, text in pinned.items()}
    texts = {code: texts[code] for code in sorted(texts) if texts[code]}

    def write(current: Assessment) -> None:
        refused: dict[str, str] = {}
        listed = edition_of(current).codes
        latest = current.versions.latest("number")
        review = _review(current, latest, Review.Decision.RETURNED, by, comment_text)
        review.reason = reason
        comments = [PinnedComment(review=review, code=code, text=texts[code]) for code in texts]
        if reason not in Review.Reason.values:
            refused["reason"] = "Select why you are returning it"
        if not comment_text and not texts:
            refused["comment"] = "Enter what the worker should look at, here or beside a code"
        refused |= field_errors(review, "comment") if comment_text else {}
        for each in comments:
            if each.code not in listed:
                refused[f"pinned-{each.code}"] = "This is not a code of the guide"
            for message in field_errors(each, "text").values():
                refused[f"pinned-{each.code}"] = message
        if refused:
            raise FactsRefused(refused)
        _insert(review)
        for each in sorted(comments, key=lambda each: code_order(each.code)):
            _insert(each)
        current.status = Status.RETURNED
        current.submitted_at = None

    with transaction.atomic():
        if to is not None:
            # A step of its own in the history: the worker who has it next answers the return.
            own_key = uuid.uuid5(key, str(to.pk))
            reassign(assessment=assessment, to=to, by=by, version=version, key=own_key)
            version += 1
        return decide(
            assessment,
            by=by,
            version=version,
            key=key,
            act="return",
            content=(reason, comment_text, texts),
            write=write,
            while_in=statuses_before(Act.RETURN),
        )


def reopen(
    *, assessment: Assessment, comment: str, by: User, version: int, key: uuid.UUID
) -> Assessment:
    """Reopen an authorised record for the worker, with a reason.

    Its authorised version stays as it was and stays what is counted until another is authorised;
    its end stays for good. So it is not an assessment that is not completed (census rule 8896),
    and may stand beside one. Raises as `authorise`, and FactsRefused by "comment".
    """
    comment_text = clean_text(comment)

    def write(current: Assessment) -> None:
        if not comment_text:
            raise FactsRefused({"comment": "Enter why it is reopened"})
        try:
            edition_to_record(current)
        except NoEditionInForce:
            message = f"It ended under the guide of {edition_of(current).title}, and nothing can be"
            raise FactsRefused({"comment": f"{message} recorded under that any more"}) from None
        latest = current.versions.latest("number")
        review = _review(current, latest, Review.Decision.REOPENED, by, comment_text)
        refused = field_errors(review, "comment")
        if refused:
            raise FactsRefused(refused)
        _insert(review)
        current.status = Status.REOPENED
        current.submitted_at = None

    return decide(
        assessment,
        by=by,
        version=version,
        key=key,
        act="reopen",
        content=comment_text,
        write=write,
        while_in=statuses_before(Act.REOPEN),
    )


def correct(
    *,
    assessment: Assessment,
    codes: Sequence[str],
    other_description: str,
    reason: str,
    answers: Sequence[SentAnswer] = (),
    by: User,
    version: int,
    key: uuid.UUID,
) -> Assessment:
    """Correct the codes of a submission instead of returning it, with a reason.

    It stays submitted, by whom and when it was, as a version of its own beside the one before
    it. What the new selection asks and the worker has not answered, the manager answers. Raises
    as `authorise`, SelectionRefused for a selection that breaks a rule, and FactsRefused by
    "codes" where nothing changes, by "reason", by "other_description", and by the id of each rule
    without an answer that can be stored.
    """
    reason_text = clean_text(reason)
    typed_description = clean_text(other_description)

    def write(current: Assessment) -> None:
        before = (current.codes, current.other_description)
        edition = edition_to_record(current)
        evaluation = evaluate(current, edition).with_codes(codes, typed_description)
        broken = [finding for finding in evaluation.findings if finding.is_error]
        if broken:
            raise SelectionRefused(broken)
        current.codes = list(evaluation.selection.sent)
        current.other_description = evaluation.selection.other_description
        current.edition = edition.id
        refused = field_errors(current, "other_description")
        if (current.codes, current.other_description) == before:
            refused["codes"] = "Change the selection, or authorise it as it is"
        corrected = current.versions.latest("number")
        corrected.pk, corrected.number = None, corrected.number + 1
        corrected._state.adding = True
        review = _review(current, corrected, Review.Decision.CORRECTED, by, reason_text)
        if not reason_text:
            refused["reason"] = "Enter why you are correcting it"
        elif errors := field_errors(review, "comment"):
            refused["reason"] = errors["comment"]
        given, messages = _answers_to_open(evaluation, answers, by)
        refused |= messages
        if refused:
            raise FactsRefused(refused)
        for answer in given:
            answer.answered_at = current.saved_at
            _insert(answer)
        corrected.codes = current.codes
        corrected.other_description = current.other_description
        corrected.edition, corrected.corrected_by = current.edition, by
        corrected.answers = answers_that_hold(evaluation.of_row(current, given))
        _insert(corrected)
        _insert(review)

    return decide(
        assessment,
        by=by,
        version=version,
        key=key,
        act="correct",
        content=(tuple(codes), typed_description, reason_text, tuple(answers)),
        write=write,
        while_in=statuses_before(Act.CORRECT),
    )


def _answers_to_open(
    evaluation: Evaluation, answers: Sequence[SentAnswer], by: User
) -> tuple[list[RuleAnswer], dict[str, str]]:
    """Return the rows that answer what is open, and by rule why one is missing or refused."""
    sent = {answer.rule: answer for answer in answers}
    rows, refused = [], {}
    for finding in evaluation.open:
        rule = finding.rule.id
        given = sent.get(rule)
        # A code that a rule asks for is selected, if it is, among the others.
        takes = (
            given and given.kind != AnswerKind.COMPLIED and finding.can_be_answered_by(given.kind)
        )
        if given is None or not takes:
            refused[rule] = "Answer what the guide asks, or change the selection"
            continue
        row, message = new_answer(evaluation.assessment, finding, given, by)
        if message:
            refused[rule] = message
        else:
            rows.append(row)
    return rows, refused


def mark_read(*, review: Review, by: User) -> None:
    """Note that the worker whose record it is has read a decision; a second time changes nothing.

    Raises NotPermitted for anybody else.
    """
    if not queries.own_assessments(by).filter(pk=review.assessment_id).exists():
        raise NotPermitted
    ReviewRead.objects.get_or_create(review=review, defaults={"by": by, "at": timezone.now()})


def _review(
    current: Assessment, latest: Version, decision: Review.Decision, by: User, comment: str = ""
) -> Review:
    return Review(
        assessment=current,
        version=latest,
        decision=decision,
        comment=comment,
        decided_by=by,
        decided_at=current.saved_at,
    )


def _insert(row: models.Model) -> None:
    row.save(force_insert=True)
