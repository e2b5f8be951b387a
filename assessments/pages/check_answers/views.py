"""Checking answers: the selection, the rules that ask, the outcome; then submitting."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from assessments import evaluation, queries, services
from assessments.components.idempotency import KeyAndVersionForm, key_and_version_of, version_of
from assessments.components.problems import selection_problems
from assessments.components.records import (
    assessment_or_404,
    locked,
    own_assessment_or_404,
    record_reading_of,
)
from assessments.models import Assessment, Status
from assessments.pages.check_answers.forms import OutcomeForm
from assessments.presenters.code_notes import NO_NOTES, pinned_notes
from assessments.presenters.deadlines import deadline_of
from assessments.presenters.decisions import missed_codes
from assessments.presenters.questions import questions_of
from assessments.presenters.selection import groups_of
from assessments.rules import AnswerKind, Finding
from cinfactors.accounts.form_recovery import recovers_form
from cinfactors.audit.models import Page
from cinfactors.web.clean_text import clean_text
from cinfactors.web.problems import Problem, problems_of


@recovers_form
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Check answers: the selection, the rules that ask, the outcome; then submit."""
    assessment = own_assessment_or_404(request, reference)
    if request.method == "POST":
        # A submission that was carried out already answers the same press as it did before.
        if assessment.is_with_the_worker or request.POST.get("next") == "submit":
            return _save_check(request, assessment)
        return locked(request, assessment)
    if not assessment.is_with_the_worker:
        return redirect("record", assessment.reference)
    return _check_page(
        request, assessment, request.unsent_draft, unsaved=request.unsent_draft is not None
    )


def _save_check(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """Store each answer that can be stored, then submit if that was the button."""
    key, version = key_and_version_of(request)
    current, refusals = assessment, _answers_taken_back(request.POST, assessment)
    try:
        for write in _writes_sent(request.POST, assessment):
            try:
                current = write(assessment=current, by=request.user, version=version, key=key)
                # Only this page's own write moves it on: what others wrote is a conflict.
                if current.version == version + 1:
                    version = current.version
            except services.FactsRefused as refused:
                refusals |= refused.messages
        if request.POST.get("next") == "submit" and not refusals:
            services.submit(assessment=current, by=request.user, version=version, key=key)
            return redirect("submitted", assessment.reference)
    except services.Locked:
        return locked(request, assessment_or_404(request, assessment.reference))
    except services.EditConflict as conflict:
        return _check_page(request, conflict.theirs, request.POST, status=409, conflict=True)
    except services.SubmissionRefused as refused:
        return _check_page(request, current, request.POST, refused=refused)
    except services.SelectionRefused as refused:
        refusals[""] = refused.findings[0].message
    if refusals:
        return _check_page(request, current, request.POST, refusals=refusals)
    if "complied" not in request.POST:
        messages.success(request, "Saved. Nothing is sent until you submit it.")
    return redirect("check", assessment.reference)


def _writes_sent(data: QueryDict, assessment: Assessment) -> Iterator[Callable[..., Assessment]]:
    """The service to call for each answer in the post, and for the outcome."""
    for rule, kind, text in _answers_sent(data, assessment):
        yield partial(services.answer_rule, rule=rule, kind=kind, text=text)
    if data.get("outcome") and data["outcome"] != assessment.outcome:
        yield partial(services.set_outcome, outcome=data["outcome"])


def _answers_taken_back(data: QueryDict, assessment: Assessment) -> dict[str, str]:
    """What to say of each rule whose stored answer the page no longer shows.

    An answer stays on the record once it is given; it can be replaced, or made pointless by
    another selection, and is never sent when the person has just emptied it.
    """
    said = {}
    for question in questions_of(assessment):
        rule = question.finding.rule.id
        was_shown = question.answered and f"text-{rule}" in data
        if question.asks_reason:
            is_gone = not data.get(f"text-{rule}", "").strip()
        else:
            is_gone = f"considered-{rule}" not in data
        if was_shown and is_gone and rule != data.get("complied"):
            said[rule] = question.unanswered({rule}).error
    return said


def _answers_sent(data: QueryDict, assessment: Assessment) -> Iterator[tuple[str, str, str]]:
    """The answers in a post, by rule; a button to comply stands before what was typed."""
    complied = data.get("complied")
    for question in questions_of(assessment):
        rule = question.finding.rule.id
        if rule == complied:
            yield rule, AnswerKind.COMPLIED, ""
        elif question.asks_reason:
            text = clean_text(data.get(f"text-{rule}", ""))
            if text and text != question.text:
                yield rule, AnswerKind.REASON, text
        elif f"considered-{rule}" in data:
            text = clean_text(data.get(f"text-{rule}", ""))
            if not question.answered or text != question.text:
                yield rule, AnswerKind.CONSIDERED, text


def _problem_at_its_place(finding: Finding, assessment: Assessment) -> Problem:
    """Linked to where it is put right: the outcome here, the rest among the factors."""
    if finding.rule.outcome:
        return Problem(finding.message, "id_outcome_1")
    if finding.is_about_the_description:
        target = "id_other_description"
    else:
        [target] = [each.target for each in selection_problems((finding,), assessment)]
    return Problem(finding.message, target, page=reverse("factors", args=[assessment.reference]))


def _check_page(
    request: HttpRequest,
    assessment: Assessment,
    data: QueryDict | None = None,
    *,
    refusals: Mapping[str, str] | None = None,
    refused: services.SubmissionRefused | None = None,
    status: int = 422,
    conflict: bool = False,
    unsaved: bool = False,
) -> HttpResponse:
    record_reading_of(request, assessment, Page.CHECK)
    refusals = dict(refusals or {})
    outcome = OutcomeForm(data, initial={"outcome": assessment.outcome})
    questions = [question.sent(data, refusals) for question in questions_of(assessment)]
    problems: list[Problem] = []
    errors: list[Finding] = []
    if refused is not None:
        errors = [finding for finding in refused.findings if finding.is_error]
        asked = {finding.rule.id for finding in refused.findings} - {f.rule.id for f in errors}
        questions = [question.unanswered(asked) for question in questions]
        problems += [_problem_at_its_place(finding, assessment) for finding in errors]
    problems += [
        Problem(question.error, question.target) for question in questions if question.error
    ]
    if refused is not None and refused.outcome_missing:
        refusals["outcome"] = "Select what the assessment led to"
    if "outcome" in refusals and not outcome.errors:
        outcome.add_error("outcome", refusals["outcome"])
    problems += problems_of(outcome)
    if "" in refusals:
        problems.append(Problem(refusals[""], "factors-selected"))
    found = evaluation.findings_of(assessment)
    words = queries.words_of_the_manager(assessment)
    context = {
        "assessment": assessment,
        "deadline": deadline_of(assessment),
        "words": words,
        "notes": pinned_notes(words.review, words.pinned) if words else NO_NOTES,
        "missed": missed_codes(assessment, words.pinned) if words else (),
        "groups": groups_of(assessment),
        "questions": questions,
        "standing_errors": [
            _problem_at_its_place(finding, assessment) for finding in found if finding.is_error
        ],
        "outcome_form": outcome,
        "key_and_version": KeyAndVersionForm(
            initial={"version": version_of(assessment, data if unsaved else None)}
        ),
        "problems": problems,
        "conflict": conflict,
        "last_change": queries.last_change(request.user, assessment) if conflict else None,
        "unsaved": unsaved,
        "managers": queries.managers_of(assessment),
    }
    return render(
        request,
        "pages/check_answers/page.html",
        context,
        status=status if problems or conflict else 200,
    )


@require_safe
def submitted(request: HttpRequest, reference: UUID) -> HttpResponse:
    """What was done, and what happens next."""
    assessment = own_assessment_or_404(request, reference)
    if assessment.status != Status.SUBMITTED:
        return redirect("record", assessment.reference)
    record_reading_of(request, assessment, Page.SUBMITTED)
    context = {"assessment": assessment, "managers": queries.managers_of(assessment)}
    return render(request, "pages/check_answers/submitted.html", context)
