"""Checking answers: the selection, the rules that ask, the outcome; then submitting."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from assessments import evaluation, queries, services
from assessments.components.idempotency import KeyAndVersionForm, key_and_version_of, version_of
from assessments.components.problems import code_box
from assessments.components.records import (
    assessment_or_404,
    locked_response,
    own_assessment_or_404,
    record_reading_of,
)
from assessments.models import Assessment, Status
from assessments.pages.check_answers.forms import OutcomeForm
from assessments.presenters.code_notes import NO_NOTES, pinned_notes
from assessments.presenters.deadlines import deadline_of
from assessments.presenters.decisions import missed_codes
from assessments.presenters.questions import Question, questions_of
from assessments.presenters.selection import selection_by_domain
from assessments.rules import AnswerKind, Finding
from cinfactors.accounts.form_recovery import recovers_form
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.audit.models import Page
from cinfactors.web.clean_text import clean_text
from cinfactors.web.problems import Problem, problems_of

WHOLE_SELECTION = ""
"""The key, among refusals by rule, of one that is about the selection as a whole."""


@recovers_form
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Check answers: the selection, the rules that ask, the outcome; then submit."""
    assessment = own_assessment_or_404(request, reference)
    if request.method == "POST":
        # A submission that was carried out already gets the same response when it is sent again.
        if assessment.is_with_the_worker or request.POST.get("next") == "submit":
            return _save_check(request, assessment)
        return locked_response(request, assessment)
    if not assessment.is_with_the_worker:
        return redirect("record", assessment.reference)
    return _check_page(
        request, assessment, request.unsent_draft, unsaved=request.unsent_draft is not None
    )


def _save_check(request: SignedInRequest, assessment: Assessment) -> HttpResponse:
    """Store each answer that can be stored, then submit if that was the button."""
    key, version = key_and_version_of(request)
    current, refusals = assessment, _emptied_answers(request.POST, assessment)
    try:
        current, version, refused_answers = _store_answers(request, assessment, version, key)
        refusals |= refused_answers
        if request.POST.get("next") == "submit" and not refusals:
            services.submit(assessment=current, by=request.user, version=version, key=key)
            return redirect("submitted", assessment.reference)
    except services.Locked:
        return locked_response(request, assessment_or_404(request, assessment.reference))
    except services.EditConflict as conflict:
        return _check_page(request, conflict.theirs, request.POST, status=409, conflict=True)
    except services.SubmissionRefused as refused:
        return _check_page(request, current, request.POST, refused=refused)
    except services.SelectionRefused as refused:
        refusals[WHOLE_SELECTION] = refused.findings[0].message
    if refusals:
        return _check_page(request, current, request.POST, refusals=refusals)
    if "complied" not in request.POST:
        messages.success(request, "Saved. Nothing is sent until you submit it.")
    return redirect("check", assessment.reference)


def _store_answers(
    request: SignedInRequest, assessment: Assessment, version: int, key: UUID
) -> tuple[Assessment, int, dict[str, str]]:
    """Store the posted answers and the outcome.

    Return the assessment and the version as they are now, and the messages of what was refused,
    by rule. Raises Locked and EditConflict.
    """
    refusals: dict[str, str] = {}
    for write in _posted_writes(request.POST, assessment):
        try:
            assessment = write(assessment=assessment, by=request.user, version=version, key=key)
        except services.FactsRefused as refused:
            refusals |= refused.messages
        except services.SelectionRefused as refused:
            refusals[WHOLE_SELECTION] = refused.findings[0].message
            break
        # Only this page's own write moves it on: what others wrote is a conflict.
        if assessment.version == version + 1:
            version = assessment.version
    return assessment, version, refusals


def _posted_writes(data: QueryDict, assessment: Assessment) -> Iterator[Callable[..., Assessment]]:
    """Yield the service to call for each answer in the post, and for the outcome."""
    for rule, kind, text in _posted_answers(data, assessment):
        yield partial(services.answer_rule, rule=rule, kind=kind, text=text)
    outcome = data.get("outcome", "")
    if outcome and outcome != assessment.outcome:
        yield partial(services.set_outcome, outcome=outcome)


def _posted_answers(data: QueryDict, assessment: Assessment) -> Iterator[tuple[str, str, str]]:
    """Yield the rule, the kind and the text of each answer in the post.

    A button to comply takes precedence over what was typed.
    """
    complied = data.get("complied")
    for question in questions_of(assessment):
        rule = question.finding.rule.id
        text = clean_text(data.get(f"text-{rule}", ""))
        if rule == complied:
            yield rule, AnswerKind.COMPLIED, ""
        elif question.asks_reason:
            if text and text != question.text:
                yield rule, AnswerKind.REASON, text
        elif f"considered-{rule}" in data and (not question.answered or text != question.text):
            yield rule, AnswerKind.CONSIDERED, text


def _emptied_answers(data: QueryDict, assessment: Assessment) -> dict[str, str]:
    """Return a message for each rule whose stored answer was emptied on the page.

    An answer stays on the record once it is given; it can be replaced, or made pointless by
    another selection, and is never submitted when the person has just emptied it.
    """
    problems = {}
    for question in questions_of(assessment):
        rule = question.finding.rule.id
        was_shown = question.answered and f"text-{rule}" in data
        if question.asks_reason:
            is_empty = not data.get(f"text-{rule}", "").strip()
        else:
            is_empty = f"considered-{rule}" not in data
        if was_shown and is_empty and rule != data.get("complied"):
            problems[rule] = question.with_missing_answer_error({rule}).error
    return problems


def _check_page(
    request: SignedInRequest,
    assessment: Assessment,
    data: QueryDict | None = None,
    *,
    refusals: Mapping[str, str] | None = None,
    refused: services.SubmissionRefused | None = None,
    status: int = 422,
    conflict: bool = False,
    unsaved: bool = False,
) -> HttpResponse:
    """Return the page as it was posted, or as it is stored when nothing was posted.

    `refusals` has messages by rule, for "outcome", and for the selection as a whole; `refused` is
    what stands against a submission.
    """
    record_reading_of(request, assessment, Page.CHECK)
    refusals = refusals or {}
    outcome_form = _outcome_form(assessment, data, refusals, refused)
    questions = _questions(assessment, data, refusals, refused)
    problems = [
        *_submission_problems(refused, assessment),
        *(Problem(question.error, question.target) for question in questions if question.error),
        *problems_of(outcome_form),
    ]
    if WHOLE_SELECTION in refusals:
        problems.append(Problem(refusals[WHOLE_SELECTION], "factors-selected"))
    words = queries.review_feedback(assessment)
    context = {
        "assessment": assessment,
        "deadline": deadline_of(assessment),
        "words": words,
        "notes": pinned_notes(words.review, words.pinned) if words else NO_NOTES,
        "missed": missed_codes(assessment, words.pinned) if words else (),
        "groups": selection_by_domain(assessment),
        "questions": questions,
        "standing_errors": _problems_of_errors(evaluation.findings_of(assessment), assessment),
        "outcome_form": outcome_form,
        "key_and_version": KeyAndVersionForm(
            initial={"version": version_of(assessment, data if unsaved else None)}
        ),
        "problems": problems,
        "conflict": conflict,
        "last_change": queries.last_change(request.user, assessment) if conflict else None,
        "unsaved": unsaved,
        "managers": queries.managers_of(assessment),
    }
    status = status if problems or conflict else 200
    return render(request, "pages/check_answers/page.html", context, status=status)


def _outcome_form(
    assessment: Assessment,
    data: QueryDict | None,
    refusals: Mapping[str, str],
    refused: services.SubmissionRefused | None,
) -> OutcomeForm:
    """Return the form of the outcome, with what was refused of it."""
    form = OutcomeForm(data, initial={"outcome": assessment.outcome})
    message = refusals.get("outcome")
    if refused is not None and refused.outcome_missing:
        message = "Select what the assessment led to"
    if message is not None and not form.errors:
        form.add_error("outcome", message)
    return form


def _questions(
    assessment: Assessment,
    data: QueryDict | None,
    refusals: Mapping[str, str],
    refused: services.SubmissionRefused | None,
) -> list[Question]:
    """Return the rules that ask, each with its posted answer and what is wrong with that."""
    questions = [
        question.with_posted_answer(data, refusals) for question in questions_of(assessment)
    ]
    if refused is None:
        return questions
    unanswered = {finding.rule.id for finding in refused.findings if not finding.is_error}
    return [question.with_missing_answer_error(unanswered) for question in questions]


def _submission_problems(
    refused: services.SubmissionRefused | None, assessment: Assessment
) -> list[Problem]:
    return _problems_of_errors(refused.findings, assessment) if refused is not None else []


def _problems_of_errors(findings: Sequence[Finding], assessment: Assessment) -> list[Problem]:
    """Return the errors among the findings, each linked to where it is put right."""
    return [_linked_problem(finding, assessment) for finding in findings if finding.is_error]


def _linked_problem(finding: Finding, assessment: Assessment) -> Problem:
    """Link a finding to where it is put right: the outcome here, the rest among the factors."""
    if finding.rule.outcome:
        return Problem(finding.message, "id_outcome_1")
    if finding.is_about_the_description:
        target = "id_other_description"
    else:
        target = code_box(finding, assessment)
    return Problem(finding.message, target, page=reverse("factors", args=[assessment.reference]))


@require_safe
def submitted(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Confirm the submission, and say what happens next."""
    assessment = own_assessment_or_404(request, reference)
    if assessment.status != Status.SUBMITTED:
        return redirect("record", assessment.reference)
    record_reading_of(request, assessment, Page.SUBMITTED)
    context = {"assessment": assessment, "managers": queries.managers_of(assessment)}
    return render(request, "pages/check_answers/submitted.html", context)
