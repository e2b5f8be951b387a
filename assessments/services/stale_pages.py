"""Merging what a page of an earlier version sent with the record as it is now.

The state that the page was told is saved comes from the history, by its version: no page has to
be believed what it was.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from assessments import queries
from assessments.catalogue.types import code_order
from assessments.evaluation import Evaluation
from assessments.models import Outcome
from assessments.rules import AnswerKind
from assessments.services.answering import SentAnswer
from assessments.services.merging import Choices, Merge, State, merge
from assessments.services.sent import Sent
from cinfactors.web.clean_text import clean_text


def merged(
    recorded: Evaluation,
    page: Evaluation,
    sent: Sent,
    version: int,
    seen: int,
    sides: Choices,
    before: tuple[Evaluation, Sent] | None = None,
) -> Merge:
    """Merge what was sent from a page of `version` with what is `recorded` by now.

    `page` is the selection sent. `sides` are the person's choices when the page was compared with
    the version `seen`: what was saved after that is merged with what they chose. Without the
    page's version in the history, nothing that either side has is taken for removed. `before` is
    what the page showed when it last sent something, of the same version and without an answer.
    """
    theirs = state_of(recorded)
    base = _state_at(recorded, version)
    mine = _state_sent(page, sent, base or theirs)
    if base is None:
        base = State(codes=mine.codes & theirs.codes)
    if before is not None:
        base = _changed_since(base, _state_sent(*before, base), mine)
    compared = _state_at(recorded, seen) if version < seen < recorded.assessment.version else None
    if compared is not None:
        chosen = _merge(recorded, base, mine, compared, sides)
        if not chosen.open:
            base, mine, sides = compared, chosen.state, {}
    elif seen != recorded.assessment.version:
        sides = {}
    return _merge(recorded, base, mine, theirs, sides)


def since_carried_out(
    recorded: Evaluation, page: Evaluation, sent: Sent, version: int | None
) -> Merge:
    """Return what others made of a record in which all that was sent has been recorded before.

    `version` is the one that this made: what the page does not have is as it was then.
    """
    theirs = state_of(recorded)
    made = (_state_at(recorded, version) if version is not None else None) or theirs
    mine = _state_sent(page, sent, made)
    for answer in sent.answers:
        if answer.kind == AnswerKind.COMPLIED:
            rule, says = recorded.edition.rules_by_id[answer.rule], answer.adds or answer.removes
            added = made.codes.intersection(answer.adds if says else rule.adds)
            removed = frozenset(answer.removes if says else rule.removes) - made.codes
            mine = replace(mine, codes=(mine.codes | added) - removed)
    return _merge(recorded, mine, mine, theirs, {})


def sent_of(sent: Sent, merge: Merge) -> Sent:
    """Return what was sent with what the merge makes of it, to be recorded as ever."""
    state = merge.state
    if sent.codes is not None:
        codes = tuple(sorted(state.codes, key=code_order))
        sent = replace(sent, codes=codes, other_description=state.description)
    if sent.outcome in Outcome.values:
        sent = replace(sent, outcome=state.outcome or None)
    answers = tuple(each for each in sent.answers if _is_taken(each, merge))
    return replace(sent, answers=answers)


def state_of(recorded: Evaluation) -> State:
    """Return what is saved."""
    assessment = recorded.assessment
    return State(
        frozenset(assessment.codes),
        assessment.other_description,
        assessment.outcome,
        _texts(recorded),
    )


def _merge(recorded: Evaluation, base: State, mine: State, theirs: State, sides: Choices) -> Merge:
    def may_stand(codes: frozenset[str]) -> bool:
        return not recorded.with_codes(codes, "").broken

    described = recorded.edition.described_codes
    return merge(base, mine, theirs, described=described, may_stand=may_stand, choices=sides)


def _changed_since(base: State, before: State, mine: State) -> State:
    """Return the base from which all that a page changed since it sent `before` is a change.

    It may be one back to what was saved: what is recorded by now may well be what it sent.
    """
    changed = mine.codes ^ before.codes
    is_described_anew = mine.description != before.description
    return replace(
        base,
        codes=(base.codes - changed) | (before.codes & changed),
        description=before.description if is_described_anew else base.description,
    )


def _state_at(recorded: Evaluation, version: int) -> State | None:
    """Return what was saved at a version; None if the history does not have it."""
    row: dict[str, Any] | None = queries.row_at(recorded.assessment, version)
    if row is None:
        return None
    return State(
        frozenset(row["codes"]),
        row["other_description"],
        row["outcome"],
        _texts(recorded, datetime.fromisoformat(row["saved_at"])),
    )


def _texts(recorded: Evaluation, until: datetime | None = None) -> dict[str, str]:
    """Return the text of the last answer to each rule, until a moment if one is given."""
    return {
        answer.rule: answer.text
        for answer in recorded.answers
        if answer.kind != AnswerKind.COMPLIED and (until is None or answer.answered_at <= until)
    }


def _state_sent(page: Evaluation, sent: Sent, otherwise: State) -> State:
    """Return what the page shows; what it does not have is as in the other state."""
    state = otherwise
    if sent.codes is not None:
        selection = page.selection
        state = replace(state, codes=selection.codes, description=selection.other_description)
    if sent.outcome in Outcome.values:
        state = replace(state, outcome=sent.outcome)
    texts = {each.rule: clean_text(each.text) for each in sent.answers if _is_answer(each)}
    return replace(state, answers={**state.answers, **texts})


def _is_answer(given: SentAnswer) -> bool:
    """Whether it is complete: adding a code is no text, and an empty reason is refused."""
    return given.kind == AnswerKind.CONSIDERED or (
        given.kind == AnswerKind.REASON and bool(clean_text(given.text))
    )


def _is_taken(given: SentAnswer, merge: Merge) -> bool:
    """Whether an answer is still to be recorded: not where the other side's stands."""
    text = clean_text(given.text)
    if not _is_answer(given):
        return True
    is_theirs = given.rule in merge.others_answers and merge.theirs.answers[given.rule] == text
    return merge.state.answers.get(given.rule) == text and not is_theirs
