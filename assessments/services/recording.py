"""Recording what a page sent: the selection, its description, answers to rules, the outcome."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.utils import timezone

from assessments.evaluation import Evaluation, edition_to_record, evaluate
from assessments.models import Assessment, IdempotencyKey, Outcome, RuleAnswer
from assessments.rules import AnswerKind, Finding
from assessments.rules.asking import considered
from assessments.services import stale_pages
from assessments.services.answering import NOTE, SentAnswer, new_answer
from assessments.services.merging import Merge, Side
from assessments.services.refusals import field_errors
from assessments.services.sent import Sent
from assessments.services.writing import derive_key, lock_own, save_next_version
from cinfactors.accounts.models import User
from cinfactors.web.clean_text import clean_text


class SaveOutcome(StrEnum):
    """What came of a save."""

    SAVED = "saved"
    """Recorded, but for the parts in `SaveResult.refused`."""
    REFUSED = "refused"
    """Nothing is recorded, for what `SaveResult.findings` or `SaveResult.refused` says."""
    CONFLICT = "conflict"
    """Nothing is recorded: what was changed after the page was rendered clashes with what it
    sent, and the person has to choose."""
    CLOSED = "closed"
    """Nothing is recorded: the assessment is not with the worker."""


@dataclass(frozen=True, slots=True)
class SaveResult:
    """What came of a save, why, and the record as it is now."""

    outcome: SaveOutcome
    evaluation: Evaluation
    findings: tuple[Finding, ...] = ()
    """What the selection breaks of the rules of every save."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """A message for each part that cannot be recorded: "other_description", "outcome", the id of
    the rule that was answered, or what `Sent.unreadable` names."""
    version: int = 0
    """The version that the page is told, and from which its next save is merged."""
    merge: Merge | None = None
    """With what was saved after the page was rendered, if anything was."""

    @property
    def assessment(self) -> Assessment:
        return self.evaluation.assessment


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person chose where their page clashes with what is saved."""

    seen: int
    """The version that the page was compared with when they chose."""
    sides: Mapping[str, Side]
    """By the part that clashes; see `merging`."""


def save_record(
    *,
    assessment: Assessment,
    sent: Sent,
    by: User,
    version: int,
    key: uuid.UUID,
    whole: bool = False,
    chosen: Chosen | None = None,
    before: Sent | None = None,
) -> SaveResult:
    """Record what a page sent, and return what came of it.

    A selection that breaks a rule of every save is refused with all that was sent. Of the other
    parts, one that cannot be recorded holds back none of the others, unless it is to be recorded
    as a `whole` or not at all. An answer to a rule that does not ask is left out; so is a text
    that the record has already, unless its button was pressed. What changes nothing writes
    nothing. Raises NotPermitted.

    A page of an earlier version is merged with what was saved since, from the state that it was
    told is saved. What clashes is a conflict until it is `chosen`, and nothing is recorded
    meanwhile: a version is what one person meant to stand together. What is refused on such a
    page is refused first, and merged once it is put right. `before` is what the page showed
    when it last sent something, of the same version, if it had no answer to that.

    A repeated form submission writes nothing: it was carried out by the first, and what differs
    from it now is what others have saved besides.
    """
    content: tuple[object, ...] = (version, sent, whole)
    if chosen is not None:
        content = (*content, chosen.seen, sorted(chosen.sides.items()))
    if before is not None:
        # Of a page that is left, the last may be what it began with.
        content = (*content, before)
    derived_key = derive_key(key, by=by, act="save", content=(assessment.pk, content))
    with transaction.atomic():
        current = lock_own(assessment, by)
        if not current.is_with_the_worker:
            return SaveResult(SaveOutcome.CLOSED, evaluate(current), version=version)
        page = _page_of(sent, evaluate(current, edition_to_record(current)))
        if page.version != version:
            # Only what made another version was carried out; whoever repeats it has waited for it.
            first = IdempotencyKey.objects.filter(pk=derived_key).first()
            if first is not None:
                return _repeated(page, by, version, first.version)
        result = _save(page, by, version, whole=whole, chosen=chosen, before=before)
        if current.version != page.version:
            IdempotencyKey.objects.create(
                key=derived_key,
                person_id=by.pk,
                act="save",
                assessment_id=current.pk,
                version=current.version,
                at=current.saved_at,
            )
        return result


@dataclass(frozen=True, slots=True)
class _Page:
    """What a page sent, beside the record as it was before."""

    recorded: Evaluation
    version: int
    """Of the record."""
    sent: Sent
    selected: Evaluation
    """The selection sent. A description that cannot be recorded leaves the one that is."""
    refused: Mapping[str, str]
    """A message for each part that cannot be recorded, whatever the rules say."""

    @property
    def is_refused(self) -> bool:
        """Whether the selection cannot be recorded with its description."""
        return self.sent.codes is not None and bool(
            self.selected.broken or "other_description" in self.refused
        )


def _page_of(sent: Sent, recorded: Evaluation) -> _Page:
    selected, refused = recorded, dict(sent.unreadable)
    if sent.codes is not None:
        selected = recorded.with_codes(sent.codes, sent.other_description)
        described = Assessment(other_description=selected.selection.other_description)
        if errors := field_errors(described, "other_description"):
            refused |= errors
            selected = recorded.with_codes(sent.codes, recorded.selection.other_description)
    if sent.outcome is not None and sent.outcome not in Outcome.values:
        refused["outcome"] = "Select the outcome of the assessment"
    return _Page(recorded, recorded.assessment.version, sent, selected, refused)


def _save(
    page: _Page,
    by: User,
    version: int,
    *,
    whole: bool,
    chosen: Chosen | None,
    before: Sent | None,
) -> SaveResult:
    """Record what can be recorded of a page of `version`."""
    recorded, asked, merge = page.recorded, page.selected, None
    is_stale = page.version != version
    if is_stale and not page.is_refused:
        shown = (_page_of(before, recorded).selected, before) if before else None
        seen, sides = (chosen.seen, chosen.sides) if chosen else (0, NO_SIDES)
        merge = stale_pages.merged(
            recorded, page.selected, page.sent, version, seen, sides, before=shown
        )
        if merge.open:
            return SaveResult(SaveOutcome.CONFLICT, recorded, version=version, merge=merge)
        page = _page_of(stale_pages.sent_of(page.sent, merge), recorded)
        asked = recorded.with_codes(merge.mine.codes, merge.mine.description)
    changes = _changes(page, asked, by)
    refused = changes.refused
    if changes.findings or (whole and refused) or (is_stale and "other_description" in refused):
        return SaveResult(SaveOutcome.REFUSED, recorded, changes.findings, refused, version=version)
    if changes.values or changes.answers:
        recorded = _write(recorded, changes)
    made = recorded.assessment.version
    return SaveResult(SaveOutcome.SAVED, recorded, refused=refused, version=made, merge=merge)


NO_SIDES: Mapping[str, Side] = MappingProxyType({})


def _repeated(page: _Page, by: User, version: int, made: int | None) -> SaveResult:
    """Return the answer that the first try had, and what others made since of its version."""
    # What was refused then is refused again; what was recorded is there already.
    refused = _changes(page, page.selected, by).refused
    merge = None
    if not version + 1 == made == page.version:
        merge = stale_pages.since_carried_out(page.recorded, page.selected, page.sent, made)
    return SaveResult(
        SaveOutcome.SAVED, page.recorded, refused=refused, version=page.version, merge=merge
    )


@dataclass(frozen=True, slots=True)
class _Changes:
    """What a save does to the row: fields by name, rows to add, and what cannot be recorded."""

    values: Mapping[str, Any] = field(default_factory=dict)
    answers: Sequence[RuleAnswer] = ()
    findings: tuple[Finding, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)


def _changes(page: _Page, asked: Evaluation, by: User) -> _Changes:
    """Work out what a save changes, and what it refuses; nothing is written.

    `asked` is the selection on which the answers were given.
    """
    recorded, sent, selected = page.recorded, page.sent, page.selected
    refused = dict(page.refused)
    if sent.codes is not None and selected.broken:
        return _Changes(findings=selected.broken, refused=refused)
    answers = []
    # Complying comes first: it changes what the other rules ask.
    for given in sorted(sent.answers, key=lambda each: each.kind != AnswerKind.COMPLIED):
        answer, message = _answer(given, recorded, selected, asked, by)
        if message:
            refused[given.rule] = message
        elif answer is not None:
            answers.append(answer)
            if answer.kind == AnswerKind.COMPLIED:
                selected, asked = _complied(given, selected), _complied(given, asked)
    values = _values_of(recorded.assessment, selected)
    if "outcome" not in refused and sent.outcome not in (None, recorded.assessment.outcome):
        values["outcome"] = sent.outcome
    return _Changes(values, answers, refused=refused)


def _values_of(current: Assessment, selected: Evaluation) -> dict[str, Any]:
    """Return the fields that hold the selection, if it is not the recorded one already."""
    codes = list(selected.selection.sent)
    description = selected.selection.other_description
    if (codes, description) == (current.codes, current.other_description):
        return {}
    return {"codes": codes, "other_description": description, "edition": selected.edition.id}


def _write(recorded: Evaluation, changes: _Changes) -> Evaluation:
    """Change the row, which is locked, and return the evaluation of it."""
    current = recorded.assessment
    current.saved_at = timezone.now()
    for name, value in changes.values.items():
        setattr(current, name, value)
    for answer in changes.answers:
        answer.answered_at = current.saved_at
        answer.save(force_insert=True)
    return recorded.of_row(save_next_version(current), changes.answers)


def _answer(
    given: SentAnswer, recorded: Evaluation, selected: Evaluation, page: Evaluation, by: User
) -> tuple[RuleAnswer | None, str]:
    """Return the row that records an answer, or the message why it cannot be; neither if it adds
    nothing to the record, or its rule does not ask for it.

    It answers what the page asked, and holds for the selection where that asks the same.
    """
    still_asks = any(each.rule.id == given.rule for each in selected.asking)
    finding = next((each for each in page.asking if each.rule.id == given.rule), None)
    kind = given.kind or AnswerKind.CONSIDERED
    if not still_asks or finding is None or not finding.can_be_answered_by(kind):
        return None, ""
    text = "" if given.kind == AnswerKind.COMPLIED else clean_text(given.text)
    if not given.pressed and _is_on_record(given, text, finding, recorded, selected):
        return None, ""
    if given.kind == NOTE:
        return None, (
            f"Your note is not saved. Select “Considered: {considered(finding)}” to save it, or "
            "clear it"
        )
    if given.kind == AnswerKind.COMPLIED:
        complied = _complied(given, selected)
        if complied.selection.codes == selected.selection.codes:
            return None, ""
        if complied.broken:
            return None, complied.broken[0].message
    return new_answer(selected.assessment, finding, given, by)


def _is_on_record(
    given: SentAnswer, text: str, finding: Finding, recorded: Evaluation, selected: Evaluation
) -> bool:
    """Whether a text that was left on the page adds nothing to what was answered before."""
    holding = selected.answer_to(finding)
    if given.kind == AnswerKind.CONSIDERED:
        return holding is not None and holding.text == text
    # An answer to fewer codes, or other ones, is still on the page and not given again.
    earlier = [recorded.answer_to(each) for each in recorded.asking if each.rule == finding.rule]
    return not text or text in {each.text for each in (holding, *earlier) if each}


def _complied(given: SentAnswer, selected: Evaluation) -> Evaluation:
    """Return the selection after a step that complies with what a rule asks of it.

    Only what its button said is added or removed, and only if it is one of the rule's steps: a
    code that somebody else has selected since is none of what the person saw.
    """
    finding = next(each for each in selected.asking if each.rule.id == given.rule)
    way = finding.permitted(given.adds, given.removes)
    kept = tuple(code for code in selected.selection.sent if code not in way.removes)
    codes = (*kept, *(code for code in way.adds if code not in kept))
    return selected.with_codes(codes, selected.selection.other_description)
