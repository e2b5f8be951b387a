"""Checking answers: the selection, the rules that ask, the outcome; then submitting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_safe

from assessments import queries, services
from assessments.catalogue.types import Severity, code_order
from assessments.components.idempotency import KeyAndVersionForm, key_and_version_of, version_of
from assessments.components.merging import (
    NO_CHANGES,
    UNDO,
    OthersChanges,
    OthersMessage,
    chosen_in,
    clashes_to_choose,
    others_changes_in,
    others_message,
    still_said,
)
from assessments.components.picker.choices import Choice, choice_of
from assessments.components.picker.posted_selection import PostedSelection, parse_post
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
from assessments.models import Assessment, Status
from assessments.pages.check_answers.forms import OutcomeForm
from assessments.pages.check_answers.parts import parts_of, problems_of_errors
from assessments.presenters.clashes import ShownClash
from assessments.presenters.code_notes import pinned_notes
from assessments.presenters.deadlines import deadline_of
from assessments.presenters.questions import Question, questions_of
from assessments.presenters.selection import codes_by_domain
from assessments.rules import AnswerKind
from assessments.services import SaveOutcome, SaveResult, Sent
from cinfactors.accounts.form_recovery import recovers_form
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.audit.models import Page
from cinfactors.web.problems import Problem, problems_of

NOTHING_REFUSED: Mapping[str, str] = {}


@recovers_form
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Check answers: the selection, the rules that ask, the outcome; then submit."""
    assessment = own_assessment_or_404(request, reference)
    if request.method == "POST":
        return _save_check(request, assessment)
    if not assessment.is_with_the_worker:
        return redirect("record", assessment.reference)
    evaluation = evaluate(assessment)
    if request.unsent_draft is None:
        return _check_page(request, evaluation)
    draft = request.unsent_draft
    posted, replies = parse_post(evaluation.edition, draft), parse_replies(draft)
    return _check_page(request, evaluation, posted, draft, replies=replies, unsaved=True)


def _save_check(request: SignedInRequest, assessment: Assessment) -> HttpResponse:
    """Store each answer and reply that can be stored, then submit if that was the button."""
    key, version = key_and_version_of(request.POST)
    then = _page_to_leave_for(request)
    edition, chosen = edition_of(assessment), chosen_in(request.POST)
    posted = parse_post(edition, request.POST)
    said = others_changes_in(edition, request.POST)
    replies = save_replies(
        parse_replies(request.POST), assessment=assessment, by=request.user, key=key
    )
    result = services.save_record(
        assessment=assessment,
        sent=_to_record(posted, said, request.POST, assessment),
        by=request.user,
        version=version,
        key=key,
        chosen=chosen,
    )
    is_conflict = result.outcome is SaveOutcome.CONFLICT
    others = still_said(said, request.POST)
    if not is_conflict:
        others = others.with_merge(result.merge, version)
    message = others_message(others, result.evaluation, request.user, with_outcome=True)
    page = partial(
        _check_page, request, result.evaluation, result=result, others=others, message=message
    )
    if is_conflict:
        clashes = clashes_to_choose(result, chosen)
        return page(posted, request.POST, replies=replies, clashes=clashes)
    refused = {**result.refused, **_emptied_answers(posted, result)}
    choice = choice_of(edition, posted, stays=result.evaluation.selection.codes)
    is_closed = result.outcome is SaveOutcome.CLOSED
    is_news = result.merge and message
    if request.POST.get("next") == "submit" and not (refused or replies.is_refused or is_news):
        # Also what is closed: a submission that was carried out gets the same response again, and
        # what was decided since is not submitted over.
        version = version if is_closed else result.version
        return _submit(request, result.evaluation, posted, version, key)
    if is_closed:
        now = assessment_or_404(request, result.assessment.reference)
        return locked_response(request, now)
    if refused or replies.is_refused or result.outcome is SaveOutcome.REFUSED:
        return page(posted, request.POST, refused=refused, replies=replies, choice=choice)
    if is_news or choice:
        # Wherever the button leads: the person has not seen what was taken over, and only this
        # response can offer to undo what was removed.
        return page(choice=choice)
    if not (_answers_a_question(request.POST) or _leads_back(then)):
        messages.success(request, _saved_message(assessment, then))
    if then or not _answers_a_question(request.POST):
        return redirect(then or request.path)
    return redirect(f"{request.path}#{_what_is_next(result.evaluation)}")


def _page_to_leave_for(request: SignedInRequest) -> str:
    """Return the address of the link that was followed, by which the page is saved; else ""."""
    address = request.POST.get("then", "")
    # Without a host: an address of ours, and a path alone.
    return address if url_has_allowed_host_and_scheme(address, allowed_hosts=None) else ""


def _answers_a_question(data: QueryDict) -> bool:
    return "answer" in data or "complied" in data


def _what_is_next(evaluation: Evaluation) -> str:
    """Return the id of the next question, else of the outcome, or where it is chosen of Submit.

    It stands in the address, and says nothing of the child.
    """
    is_asked = any(not question.answered for question in questions_of(evaluation))
    return "next-question" if is_asked or evaluation.selection.outcome else "id_outcome_1"


def _leads_back(address: str) -> bool:
    """Return whether the page is of a fact, from which one returns here and sees what is saved."""
    return "from=check" in urlsplit(address).query


def _saved_message(assessment: Assessment, then: str) -> str:
    if not then:
        return "Saved. Nothing is sent until you submit it."
    child = assessment.episode.child.la_child_id
    return f"Your answers for child {child} are saved. Nothing is sent until you submit it."


def _to_record(
    posted: PostedSelection, said: OthersChanges, data: QueryDict, recorded: Assessment
) -> Sent:
    """Return what the page sends: the answers and the outcome, once one is selected.

    The selection is sent where what was removed, or taken over of it from others, is undone.
    """
    sent = Sent(answers=posted.answers, outcome=data.get("outcome") or None)
    if "undo" in data:
        codes = sorted({*recorded.codes, *posted.codes}, key=code_order)
        return replace(sent, codes=tuple(codes), other_description=recorded.other_description)
    if UNDO not in data:
        return sent
    undone = said.undone(
        PostedSelection(codes=tuple(recorded.codes), description=recorded.other_description)
    )
    outcome = said.outcome[0] if said.outcome else ""
    return replace(
        sent,
        codes=undone.codes,
        other_description=undone.description,
        outcome=outcome or sent.outcome,
    )


def _submit(
    request: SignedInRequest,
    evaluation: Evaluation,
    posted: PostedSelection,
    version: int,
    key: UUID,
) -> HttpResponse:
    """Submit what is saved; its row is locked since, so nobody can have changed it."""
    assessment = evaluation.assessment
    try:
        services.submit(
            assessment=assessment,
            by=request.user,
            version=version,
            key=key,
            unchanged_is_meant="unchanged" in request.POST,
            known=evaluation,
        )
    except services.Locked:
        now = assessment_or_404(request, assessment.reference)
        return locked_response(request, now)
    except services.SubmissionRefused as refusal:
        return _check_page(request, evaluation, posted, request.POST, refusal=refusal)
    except services.NothingChanged as unchanged:
        return _unchanged_page(request, evaluation, unchanged)
    return redirect("submitted", assessment.reference)


def _unchanged_page(
    request: SignedInRequest, evaluation: Evaluation, unchanged: services.NothingChanged
) -> HttpResponse:
    """Ask once whether to submit what the manager returned as it is."""
    assessment = evaluation.assessment
    record_reading_of(request, assessment, Page.CHECK)
    context = {
        "assessment": assessment,
        "deadline": deadline_of(assessment),
        "review": unchanged.review,
        "comments": unchanged.comments,
        "key_and_version": KeyAndVersionForm(initial={"version": assessment.version}),
    }
    return render(request, "pages/check_answers/unchanged.html", context)


def _emptied_answers(posted: PostedSelection, result: SaveResult) -> dict[str, str]:
    """Return a message for each rule whose stored answer was emptied on the page.

    An answer stays on the record once it is given; it can be replaced, or made pointless by
    another selection, and is never submitted when the person has just emptied it.
    """
    given = {answer.rule for answer in posted.answers if answer.kind != services.NOTE}
    if result.merge is not None:
        given |= result.merge.others_answers  # which the page has not shown
    problems = {}
    for question in questions_of(result.evaluation):
        rule = question.finding.rule.id
        was_shown = question.answered and rule in posted.texts
        is_empty = rule not in given or (
            question.asks_reason and not posted.texts.get(rule, "").strip()
        )
        if was_shown and is_empty:
            problems[rule] = question.with_missing_answer_error({rule}).error
    return problems


def _check_page(
    request: SignedInRequest,
    evaluation: Evaluation,
    posted: PostedSelection | None = None,
    data: QueryDict | None = None,
    *,
    refused: Mapping[str, str] = NOTHING_REFUSED,
    refusal: services.SubmissionRefused | None = None,
    result: SaveResult | None = None,
    clashes: Sequence[ShownClash] = (),
    others: OthersChanges = NO_CHANGES,
    message: OthersMessage | None = None,
    replies: PostedReplies = NO_REPLIES,
    unsaved: bool = False,
    choice: Choice | None = None,
) -> HttpResponse:
    """Return the page as it was posted, or as it is stored when nothing was posted.

    `posted` is what was parsed of `data`. `refused` has messages by rule, and for "outcome";
    `refusal` is what stands against a submission. `result` is the save of what was posted, and
    `others` what it took over, with the `message` about it; `choice` is what it removed, which
    can be undone.
    """
    assessment, edition = evaluation.assessment, evaluation.edition
    record_reading_of(request, assessment, Page.CHECK)
    outcome_form = _outcome_form(evaluation, data, refused, refusal)
    questions = list(_questions(evaluation, posted, refused, refusal, others))
    conflict = result is not None and result.outcome is SaveOutcome.CONFLICT
    is_merged = bool(message and result and result.merge and not (conflict or refused))
    not_submitted = is_merged and request.POST.get("next") == "submit"
    version = result.version if result else version_of(assessment, data if unsaved else None)
    problems = [
        *(Problem(clash.error, clash.target) for clash in clashes if clash.error),
        *problems_of_errors(result.findings if result else (), evaluation),
        *problems_of_errors(refusal.findings if refusal else (), evaluation),
        *problems_of(outcome_form),
        *(Problem(question.problem, question.target) for question in questions if question.error),
        *replies.problems,
    ]
    open_questions = [question for question in questions if not question.answered]
    feedback = queries.review_feedback(assessment)
    context = {
        "assessment": assessment,
        "deadline": deadline_of(assessment),
        "words": managers_words(feedback, evaluation, replies),
        "notes": pinned_notes(feedback, take_replies=True),
        "groups": codes_by_domain(edition, assessment.codes),
        "questions": questions,
        "parts": parts_of(len(open_questions), len(questions)),
        "open_questions": open_questions,
        "next_question": open_questions[0].finding if open_questions else None,
        "standing_errors": problems_of_errors(
            [each for each in evaluation.findings if not each.rule.outcomes], evaluation
        ),
        "about_the_outcome": [
            each for each in evaluation.findings if each.is_error and each.rule.outcomes
        ],
        "notes_to_read": [
            each for each in evaluation.findings if each.rule.severity is Severity.NOTE
        ],
        "outcome_form": outcome_form,
        "key_and_version": KeyAndVersionForm(initial={"version": version}),
        "problems": problems,
        "conflict": conflict,
        "clashes": clashes,
        "others": message,
        "choice": choice,
        "is_merged": is_merged,
        "not_submitted": not_submitted,
        "last_change": queries.last_change(request.user, assessment) if conflict else None,
        "unsaved": unsaved,
        "may_correct": queries.may_correct_facts(request.user, assessment.episode.child),
        "may_correct_start": queries.may_correct_start(request.user, assessment),
        "census": queries.census_of_record(request.user, assessment),
        "was_saved": not (refused or replies.is_refused or conflict or unsaved),
        "managers": queries.managers_of(assessment),
    }
    is_refused = problems or replies.is_refused
    status = 409 if conflict or not_submitted else 422 if is_refused else 200
    return render(request, "pages/check_answers/page.html", context, status=status)


def _outcome_form(
    evaluation: Evaluation,
    data: QueryDict | None,
    refused: Mapping[str, str],
    refusal: services.SubmissionRefused | None,
) -> OutcomeForm:
    """Return the form of the outcome, with what was refused of it."""
    form = OutcomeForm(data, initial={"outcome": evaluation.assessment.outcome})
    message = refused.get("outcome")
    if refusal is not None and refusal.outcome_missing:
        message = "Select what the assessment led to"
    if message is not None and not form.errors:
        form.add_error("outcome", message)
    return form


def _questions(
    evaluation: Evaluation,
    posted: PostedSelection | None,
    refused: Mapping[str, str],
    refusal: services.SubmissionRefused | None,
    others: OthersChanges,
) -> Iterator[Question]:
    """Yield the rules that ask, each with its posted answer and what is wrong with that."""
    given = posted.answers if posted else ()
    considered = {each.rule for each in given if each.kind == AnswerKind.CONSIDERED}
    unanswered = {finding.rule.id for finding in refusal.findings} if refusal else set()
    for question in questions_of(evaluation):
        rule = question.finding.rule.id
        if posted is not None and rule not in others.answered:
            question = question.with_posted_answer(
                posted.texts.get(rule),
                considered=rule in considered,
                error=refused.get(rule, ""),
            )
        yield question.with_missing_answer_error(unanswered)


@require_safe
def submitted(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Confirm the submission, and say what happens next."""
    assessment = own_assessment_or_404(request, reference)
    if assessment.status != Status.SUBMITTED:
        return redirect("record", assessment.reference)
    record_reading_of(request, assessment, Page.SUBMITTED)
    context = {
        "assessment": assessment,
        "managers": queries.managers_of(assessment),
        "census": queries.census_of_record(request.user, assessment),
        "may_correct": queries.may_correct_facts(request.user, assessment.episode.child),
        "may_correct_start": queries.may_correct_start(request.user, assessment),
    }
    return render(request, "pages/check_answers/submitted.html", context)
