"""Recording what a page sent: the selection, its description, answers to rules, the outcome."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from assessments import queries
from assessments.catalogue.types import code_order
from assessments.evaluation import Evaluation, edition_to_record, evaluate
from assessments.models import Assessment, Outcome, RuleAnswer
from assessments.rules import AnswerKind, Finding
from assessments.rules.asking import considered
from assessments.services import stale_pages
from assessments.services.answering import NOTE, SentAnswer, new_answer
from assessments.services.merging import Merge, Side
from assessments.services.refusals import EditConflict, Locked, NotPermitted, Refused, field_errors
from assessments.services.sent import Sent
from assessments.services.writing import change
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
    save = _Save(sent, by, whole=whole, version=version, chosen=chosen, before=before)
    content: tuple[object, ...] = (version, sent, whole)
    if chosen is not None:
        content = (*content, chosen.seen, sorted(chosen.sides.items()))
    if before is not None:
        # Of a page that is left, the last may be what it began with.
        content = (*content, before)
    try:
        current = change(
            assessment,
            by=by,
            version=version,
            key=key,
            act="save",
            content=content,
            write=save.write,
            if_stale=save.merge_with,
            if_repeated=save.was_carried_out,
        )
    except Locked:
        return SaveResult(SaveOutcome.CLOSED, evaluate(_own(by, assessment)), version=version)
    except EditConflict as conflict:
        return SaveResult(
            SaveOutcome.CONFLICT, evaluate(conflict.theirs), version=version, merge=conflict.merge
        )
    except _NothingToStore:
        current = _own(by, assessment)
    if save.changes is None:
        return _repeated(_own(by, assessment), save)
    if save.is_refused(save.changes):
        return SaveResult(
            SaveOutcome.REFUSED,
            evaluate(current),
            findings=save.changes.findings,
            refused=save.changes.refused,
            version=version,
        )
    return SaveResult(
        SaveOutcome.SAVED,
        evaluate(current),
        refused=save.changes.refused,
        version=current.version,
        merge=save.merge,
    )


class _NothingToStore(Refused):
    """What was sent is refused, or recorded already: its key is not stored either."""


class _Save:
    """What a page sent, and what it changes: None where it was carried out before."""

    def __init__(
        self,
        sent: Sent,
        by: User,
        *,
        whole: bool,
        version: int,
        chosen: Chosen | None,
        before: Sent | None,
    ) -> None:
        self.sent, self.by, self.whole = sent, by, whole
        self.version, self.chosen, self.before = version, chosen, before
        self.changes: _Changes | None = None
        self.merge: Merge | None = None
        self.is_stale = False
        self.made: int | None = None
        """The version that it made when it was carried out before."""
        self.page: Evaluation | None = None
        """The selection that the page showed, where it is not the one that is recorded."""

    def was_carried_out(self, made: int | None) -> None:
        self.made = made

    def merge_with(self, current: Assessment) -> None:
        """Merge what was sent with the row, which was changed since. Raises EditConflict."""
        self.is_stale = True
        recorded = evaluate(current, edition_to_record(current))
        page, refused = _with_selection_sent(recorded, self.sent)
        if self.sent.codes is not None and (page.broken or refused):
            return
        seen, sides = (self.chosen.seen, self.chosen.sides) if self.chosen else (0, NO_SIDES)
        before = None
        if self.before is not None:
            before = _with_selection_sent(recorded, self.before)[0], self.before
        self.merge = stale_pages.merged(
            recorded, page, self.sent, self.version, seen, sides, before
        )
        if self.merge.open:
            raise EditConflict(current, self.merge)
        self.sent = stale_pages.sent_of(self.sent, self.merge)
        self.page = stale_pages.page_selection(recorded, self.merge)

    def write(self, current: Assessment) -> None:
        """Change the row, which is locked."""
        self.changes = changes = _changes(current, self.sent, self.by, self.page)
        if self.is_refused(changes) or not (changes.values or changes.answers):
            raise _NothingToStore
        for name, value in changes.values.items():
            setattr(current, name, value)
        for answer in changes.answers:
            answer.answered_at = current.saved_at
            answer.save(force_insert=True)

    def is_refused(self, changes: _Changes) -> bool:
        """Whether nothing at all may be recorded."""
        if self.is_stale and "other_description" in changes.refused:
            return True
        return bool(changes.findings or (self.whole and changes.refused))


NO_SIDES: Mapping[str, Side] = MappingProxyType({})


def _own(by: User, assessment: Assessment) -> Assessment:
    """Return the row as it is now, if it is still the person's own."""
    try:
        return queries.own_assessment(by, assessment.reference)
    except Assessment.DoesNotExist:
        raise NotPermitted from None


def _repeated(current: Assessment, save: _Save) -> SaveResult:
    """Return the answer that the first try had, and what others made since of its version."""
    if not current.is_with_the_worker:
        return SaveResult(SaveOutcome.CLOSED, evaluate(current), version=save.version)
    # What was refused then is refused again; what was recorded is there already.
    refused = _changes(current, save.sent, save.by).refused
    merge = None
    if not save.version + 1 == save.made == current.version:
        recorded = evaluate(current, edition_to_record(current))
        page, _ = _with_selection_sent(recorded, save.sent)
        merge = stale_pages.since_carried_out(recorded, page, save.sent, save.made)
    return SaveResult(
        SaveOutcome.SAVED,
        evaluate(current),
        refused=refused,
        version=current.version,
        merge=merge,
    )


@dataclass(frozen=True, slots=True)
class _Changes:
    """What a save does to the row: fields by name, rows to add, and what cannot be recorded."""

    values: Mapping[str, Any] = field(default_factory=dict)
    answers: Sequence[RuleAnswer] = ()
    findings: tuple[Finding, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)


def _changes(current: Assessment, sent: Sent, by: User, page: Evaluation | None = None) -> _Changes:
    """Work out what a save changes, and what it refuses; nothing is written.

    `page` is the selection on which the answers were given, where it is not the one sent.
    """
    recorded = evaluate(current, edition_to_record(current))
    selected, refused = _with_selection_sent(recorded, sent)
    refused |= sent.unreadable
    if sent.codes is not None and selected.broken:
        return _Changes(findings=selected.broken, refused=refused)
    answers = []
    # Complying comes first: it changes what the other rules ask.
    for given in sorted(sent.answers, key=lambda each: each.kind != AnswerKind.COMPLIED):
        answer, message = _answer(given, recorded, selected, page or selected, by)
        if message:
            refused[given.rule] = message
        elif answer is not None:
            answers.append(answer)
            if answer.kind == AnswerKind.COMPLIED:
                selected = _complied(given, selected)
                page = page and _complied(given, page)
    values = _values_of(current, selected)
    if sent.outcome is not None and sent.outcome not in Outcome.values:
        refused["outcome"] = "Select the outcome of the assessment"
    elif sent.outcome not in (None, current.outcome):
        values["outcome"] = sent.outcome
    return _Changes(values, answers, refused=refused)


def _with_selection_sent(recorded: Evaluation, sent: Sent) -> tuple[Evaluation, dict[str, str]]:
    """Return the evaluation of the selection sent, and the message about its description, if any.

    A description that cannot be recorded leaves the one that is.
    """
    if sent.codes is None:
        return recorded, {}
    description, refused = "", {}
    if not recorded.edition.described_codes.isdisjoint(sent.codes):
        description = clean_text(sent.other_description)
        refused = field_errors(Assessment(other_description=description), "other_description")
    if refused:
        description = recorded.selection.other_description
    return recorded.with_codes(sent.codes, description), refused


def _values_of(current: Assessment, selected: Evaluation) -> dict[str, Any]:
    """Return the fields that hold the selection, if it is not the recorded one already."""
    codes = sorted(selected.selection.sent, key=code_order)
    description = selected.selection.other_description
    if (codes, description) == (current.codes, current.other_description):
        return {}
    return {"codes": codes, "other_description": description, "edition": selected.edition.id}


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
    return selected.with_codes(codes, _description_with(codes, selected))


def _description_with(codes: Collection[str], selected: Evaluation) -> str:
    is_described = not selected.edition.described_codes.isdisjoint(codes)
    return selected.selection.other_description if is_described else ""
