"""Recording the factors of an assessment: the page where they are selected."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from assessments import queries, services
from assessments.components.idempotency import key_and_version_of, version_of
from assessments.components.merging import (
    NO_CHANGES,
    OthersChanges,
    OthersMessage,
    chosen_in,
    clashes_to_choose,
    others_message,
    with_others_changes,
)
from assessments.components.picker.choices import Choice, choice_of
from assessments.components.picker.posted_selection import (
    EMPTY_POST,
    PostedSelection,
    parse_post,
)
from assessments.components.picker.state import NO_TEXTS, picker_state
from assessments.components.problems import code_box
from assessments.components.records import (
    assessment_or_404,
    locked_response,
    own_assessment_or_404,
    record_reading_of,
)
from assessments.components.replies import (
    NO_REPLIES,
    PostedReplies,
    managers_words,
    parse_replies,
    save_replies,
)
from assessments.evaluation import Evaluation, edition_of, evaluate
from assessments.models import Assessment
from assessments.pages.factors import parts
from assessments.pages.factors.forms import save_preferences
from assessments.pages.factors.notes import notes_and_reading
from assessments.presenters.clashes import ShownClash
from assessments.presenters.findings import problem_of
from assessments.rules.asking import subject_of
from assessments.services import SaveOutcome, SaveResult
from cinfactors.accounts.form_recovery import recovers_form
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.audit.models import Page
from cinfactors.web.problems import Problem


@recovers_form
@require_http_methods(["GET", "HEAD", "POST"])
def factors(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Select the factors, with the guide's text beside them."""
    assessment = own_assessment_or_404(request, reference)
    if not assessment.is_with_the_worker:
        if request.method == "POST":
            record_reading_of(request, assessment, Page.FACTORS)
            return locked_response(request, assessment)
        return redirect("record", assessment.reference)
    if request.method == "POST":
        return _save_factors(request, assessment)
    evaluation = evaluate(assessment)
    if request.unsent_draft is not None:
        draft = parse_post(evaluation.edition, request.unsent_draft)
        version = version_of(assessment, request.unsent_draft)
        replies = parse_replies(request.unsent_draft)
        return _unsaved_page(request, evaluation, draft, version, replies)
    return _recorded_page(request, evaluation)


def _save_factors(request: SignedInRequest, assessment: Assessment) -> HttpResponse:
    """Save the selection, the answers beside the codes and the replies to a manager's comments.

    Or show why they are not saved. The replies are rows of their own, saved or refused by
    themselves.
    """
    key, version = key_and_version_of(request.POST)
    save_preferences(request.POST, request.user)
    edition, chosen = edition_of(assessment), chosen_in(request.POST)
    posted, others = with_others_changes(parse_post(edition, request.POST), edition, request.POST)
    replies = save_replies(
        parse_replies(request.POST), assessment=assessment, by=request.user, key=key
    )
    result = services.save_record(
        assessment=assessment,
        sent=posted.to_record(posted.answers),
        by=request.user,
        version=version,
        key=key,
        whole=True,
        chosen=chosen,
    )
    if result.outcome is SaveOutcome.CLOSED:
        now = assessment_or_404(request, result.assessment.reference)
        return locked_response(request, now)
    if result.outcome is not SaveOutcome.SAVED:
        return _unsaved_page(
            request,
            result.evaluation,
            posted,
            result.version,
            replies,
            result,
            clashes=clashes_to_choose(result, chosen),
            others=others,
        )
    others = others.with_merge(result.merge, version)
    message = others_message(others, result.evaluation, request.user)
    if (result.merge and message) or replies.is_refused:
        # Wherever the button leads: the person has not seen what was taken over, or refused.
        return _recorded_page(request, result.evaluation, posted, others, message, replies)
    return _response_after_saving(request, result.evaluation, posted)


def _response_after_saving(
    request: SignedInRequest, evaluation: Evaluation, posted: PostedSelection
) -> HttpResponse:
    """Lead to where the button leads, or show the page with what only this response can show."""
    if request.POST.get("next") == "later":
        child = evaluation.assessment.episode.child.la_child_id
        messages.success(request, f"Saved for child {child}. You can come back to it at any time.")
        return redirect("assessments")
    asks = posted.typed.words and request.POST.get("next") != "check"
    if posted.replaced or posted.typed.codes or asks:
        # Only this response can offer an undo, name the typed codes and answer the typed words.
        # Where no script runs, Enter among them submits with the first button, which would go on.
        return _recorded_page(request, evaluation, posted)
    page = "check" if request.POST.get("next") in ("enter", "check") else "factors"
    return redirect(page, evaluation.assessment.reference)


def _recorded_page(
    request: SignedInRequest,
    evaluation: Evaluation,
    posted: PostedSelection = EMPTY_POST,
    others: OthersChanges = NO_CHANGES,
    message: OthersMessage | None = None,
    replies: PostedReplies = NO_REPLIES,
) -> HttpResponse:
    """Return the page with what is recorded, and what came of the submission that recorded it."""
    edition, codes = evaluation.edition, evaluation.selection.codes
    feedback = queries.review_feedback(evaluation.assessment)
    choice = choice_of(edition, posted, stays=codes, ticked=True)
    # An undo brings the description back too: the page keeps it while nothing takes it.
    keeps_description = choice and edition.described_codes.isdisjoint(codes)
    picker = picker_state(
        evaluation,
        request.user.density,
        notes=notes_and_reading(request, evaluation, feedback),
        texts=_texts_to_keep(evaluation, posted) if others.since else NO_TEXTS,
        description=posted.description if keeps_description else None,
        choice=choice,
    )
    page = parts.FactorPage(
        request,
        evaluation.assessment,
        picker,
        version=evaluation.assessment.version,
        posted=posted,
        problems=replies.problems,
        words=managers_words(feedback, evaluation, replies),
        others=message,
        is_merged_now=bool(others.since),
    )
    return parts.page_response(page, status=422 if replies.is_refused else 200)


def _texts_to_keep(evaluation: Evaluation, posted: PostedSelection) -> dict[str, str]:
    """Return what was typed beside codes and does not answer what is asked by now."""
    answered = {each.rule.id for each in evaluation.asking if evaluation.answer_to(each)}
    return {rule: text for rule, text in posted.texts.items() if rule not in answered}


def _unsaved_page(
    request: SignedInRequest,
    evaluation: Evaluation,
    posted: PostedSelection,
    version: int,
    replies: PostedReplies,
    result: SaveResult | None = None,
    *,
    clashes: Sequence[ShownClash] = (),
    others: OthersChanges = NO_CHANGES,
) -> HttpResponse:
    """Return the page with what was posted and is not saved, and why.

    Without a result it never reached us: it is a draft kept while nobody was signed in.
    """
    feedback = queries.review_feedback(evaluation.assessment)
    outcome = result.outcome if result else SaveOutcome.REFUSED
    is_conflict = outcome is SaveOutcome.CONFLICT
    last_change = None
    if is_conflict:
        last_change = queries.last_change(request.user, evaluation.assessment)
    shown = evaluation.with_codes(posted.codes, posted.description)
    picker = picker_state(
        shown,
        request.user.density,
        notes=notes_and_reading(request, evaluation, feedback),
        texts=posted.texts,
        errors=result.refused if result else {},
        description=posted.description,
        choice=None if is_conflict or not result else _choice(evaluation, posted),
        with_submission_errors=True,
    )
    page = parts.FactorPage(
        request,
        evaluation.assessment,
        picker,
        version,
        posted=posted,
        outcome=outcome,
        failure="Not saved",
        clashes=clashes,
        last_change=last_change,
        others=others_message(others, shown, request.user),
        problems=[*_problems(result, clashes, shown), *replies.problems] if result else (),
        is_draft=result is None,
        words=managers_words(feedback, evaluation, replies),
    )
    status = 409 if is_conflict else 422 if result else 200
    return parts.page_response(page, status=status)


def _choice(evaluation: Evaluation, posted: PostedSelection) -> Choice | None:
    """Return what waits for a choice; all of it is still ticked on the page."""
    waiting = posted.without_conflicting(evaluation.edition, evaluation.selection.codes)
    return choice_of(evaluation.edition, waiting, stays=waiting.codes, ticked=True)


def _problems(
    result: SaveResult, clashes: Sequence[ShownClash], shown: Evaluation
) -> list[Problem]:
    """Return the lines of the error summary, each linked to its box."""
    edition = result.evaluation.edition
    subjects = {each.rule.id: subject_of(edition, each) for each in shown.asking}
    return [
        *(Problem(clash.error, clash.target) for clash in clashes if clash.error),
        *(Problem(finding.message, code_box(finding, edition)) for finding in result.findings),
        *(
            Problem(problem_of(subjects[name], text), f"text-{name}")
            if name in subjects
            else Problem(text, _BOXES.get(name, f"text-{name}"))
            for name, text in result.refused.items()
        ),
    ]


_BOXES = {"other_description": "id_other_description", "typed": "find"}
"""The ids of the boxes that are not for the answer to a rule."""
