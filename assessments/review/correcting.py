"""The codes as a manager corrects them: the worker's picker, of which nothing is saved yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import QueryDict

from assessments.catalogue.code_names import listed
from assessments.catalogue.types import Edition
from assessments.components.find import answer_to
from assessments.components.picker.choices import choice_of
from assessments.components.picker.posted_selection import (
    PostedSelection,
    complied_in,
    parse_post,
)
from assessments.components.picker.rendering import render_choice, render_picker
from assessments.components.picker.state import GivenAnswer, PickerState, picker_state
from assessments.evaluation import Evaluation, evaluate
from assessments.models import Assessment
from assessments.presenters.selection import named_codes
from assessments.review.forms import CorrectForm
from assessments.rules import AnswerKind
from assessments.rules.asking import what_to_do
from cinfactors.web.clean_text import clean_text

BUTTONS = frozenset({"preview", "offered", "remove", "instead", "undo", "complied", "answer"})
"""Names of the buttons that change the selection, answer beside a code, or look up what is typed.

None of them saves anything.
"""


def selection_after_button(edition: Edition, data: QueryDict) -> PostedSelection:
    """Return what the page has once the button that submitted it has had its effect."""
    posted = parse_post(edition, data)
    if (complied := complied_in(data)) is None:
        return posted
    kept = [code for code in posted.codes if code not in complied.removes]
    known = [code for code in complied.adds if code in edition.codes and code not in kept]
    return replace(posted, codes=(*kept, *known))


def correction_context(
    assessment: Assessment,
    form: CorrectForm,
    posted: PostedSelection | None,
    *,
    density: str,
    is_judged: bool,
) -> dict[str, Any]:
    """Return what the page shows; `posted` is None where it shows what is recorded.

    `is_judged`: whether it was sent to be saved, and says what stands against that.
    """
    edition = form.edition
    errors = form.errors_by_rule() if is_judged else {}
    evaluation = evaluate(assessment, edition)
    if posted is None:
        state = picker_state(evaluation, density)
        posted = PostedSelection(codes=tuple(assessment.codes))
    else:
        evaluation = evaluation.with_codes(posted.codes, posted.description)
        state = _state(evaluation, posted, density, errors, is_judged=is_judged)
    codes = [code for code in posted.codes if code in edition.codes]
    answered = {rule for rule, answer in state.answers.items() if answer.holds}
    words = posted.typed.words
    return {
        "recorded": listed(edition, assessment.codes),
        "picker": render_picker(state),
        "reason": form["reason"].value() or "",
        "selected": named_codes(edition, codes),
        "waiting": [each for each in evaluation.asking if each.rule.id not in answered],
        "considered": [
            answer.rule
            for answer in posted.answers
            if answer.kind == AnswerKind.CONSIDERED and answer.rule in answered
        ],
        "typed": posted.typed,
        "typed_text": words or " ".join(posted.typed.unlisted),
        "typed_codes": listed(edition, posted.typed.codes),
        "choice": render_choice(state),
        "answer": answer_to(words, edition),
        "ticked": state.ticked,
        "selection_errors": form.errors.get("codes", []) if is_judged else [],
    }


def _state(
    evaluation: Evaluation,
    posted: PostedSelection,
    density: str,
    errors: Mapping[str, str],
    *,
    is_judged: bool,
) -> PickerState:
    """Return the picker as it was posted: what was answered holds until another selection asks."""
    edition = evaluation.edition
    # Nobody has to choose before the correction is sent: all of it stays ticked meanwhile.
    waiting = posted.without_conflicting(edition, evaluation.assessment.codes)
    state = picker_state(
        evaluation,
        density,
        texts=posted.texts,
        errors=errors,
        description=posted.description,
        choice=choice_of(edition, waiting, stays=waiting.codes, ticked=True),
        with_submission_errors=is_judged,
    )
    asking = {finding.rule.id: finding for finding in evaluation.asking}
    given = {}
    for answer in posted.answers:
        text = clean_text(answer.text)
        finding = asking.get(answer.rule)
        if finding is None or answer.kind not in (AnswerKind.REASON, AnswerKind.CONSIDERED):
            continue
        error = errors.get(answer.rule, "")
        if answer.kind == AnswerKind.REASON and not text:
            error = what_to_do(finding)
        given[answer.rule] = GivenAnswer(text, holds=not error, error=error)
    return replace(state, answers={**state.answers, **given})
