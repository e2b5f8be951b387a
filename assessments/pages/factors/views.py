"""Recording the factors of an assessment: the page where they are selected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from assessments import evaluation, queries, services
from assessments.catalogue.types import Edition, Severity
from assessments.components.idempotency import (
    key_and_version_fields,
    key_and_version_of,
    version_of,
)
from assessments.components.picker.posted_selection import (
    EMPTY_POST,
    PostedSelection,
    parse_autosave,
    parse_post,
)
from assessments.components.picker.state import PickerState, picker_state
from assessments.components.problems import first_code_box, selection_problems
from assessments.components.records import (
    assessment_or_404,
    locked_response,
    own_assessment_or_404,
    record_reading_of,
)
from assessments.models import Assessment
from assessments.pages.factors import parts
from assessments.pages.factors.conflicts import was_overtaken
from assessments.pages.factors.forms import DensityForm, FactorsForm
from assessments.presenters.code_notes import notes_for_factor_page
from assessments.presenters.deadlines import deadline_of
from assessments.presenters.questions import questions_of
from assessments.presenters.selection import SelectedCode, named_codes
from assessments.queries import ReviewFeedback
from assessments.rules import AnswerKind
from cinfactors.accounts.form_recovery import draft_owner_field, recovers_form
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.accounts.services import choose_density
from cinfactors.audit.models import Page
from cinfactors.web.clean_text import clean_text, normalise_newlines
from cinfactors.web.problems import Problem, problems_of


@recovers_form
@require_http_methods(["GET", "HEAD", "POST"])
def factors(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Select the factors, with the guide's text beside them."""
    assessment = own_assessment_or_404(request, reference)
    if not assessment.is_with_the_worker:
        if request.method == "POST":
            return locked_response(request, assessment)
        return redirect("record", assessment.reference)
    if request.method == "POST":
        return _save_factors(request, assessment)
    if request.unsent_draft is not None:
        typed = parse_post(evaluation.edition_of(assessment), request.unsent_draft).typed
        return _factors_page(
            request,
            assessment,
            request.unsent_draft,
            status=200,
            unsaved=True,
            posted=replace(EMPTY_POST, typed=typed),
        )
    return _factors_page(request, assessment)


def _save_factors(request: SignedInRequest, assessment: Assessment) -> HttpResponse:
    """Save the selection and the answers beside the codes, or show why they are not saved."""
    key, version = key_and_version_of(request)
    density = DensityForm(request.POST)
    if density.is_valid():
        choose_density(by=request.user, density=density.cleaned_data["density"])
    edition = evaluation.edition_of(assessment)
    posted = parse_post(edition, request.POST)
    picker = picker_state(assessment, request.user.density, request.POST)
    form = FactorsForm(request.POST, picker=picker)
    earlier_answers = {each.finding.rule.id: each.text for each in questions_of(assessment)}
    problems = _problems_of_post(request.POST, form, posted, assessment, earlier_answers)
    if problems:
        return _factors_page(request, assessment, request.POST, problems=problems, posted=posted)
    description = form.cleaned_data["other_description"]
    try:
        with transaction.atomic():
            saved = services.record_factors(
                assessment=assessment,
                codes=posted.codes,
                other_description=description,
                by=request.user,
                version=version,
                key=key,
            )
            saved = _save_answers(request, saved, version, key, earlier_answers)
    except services.Locked:
        return locked_response(request, assessment_or_404(request, assessment.reference))
    except services.EditConflict as conflict:
        return _factors_page(request, conflict.theirs, request.POST, status=409, conflict=True)
    except services.SelectionRefused as refused:
        problems = selection_problems(refused.findings, assessment)
        waiting = parse_autosave(edition, assessment.codes, request.POST)
        return _factors_page(request, assessment, request.POST, problems=problems, posted=waiting)
    except services.FactsRefused as refused:
        problems = [Problem(text, _box_of(name)) for name, text in refused.messages.items()]
        return _factors_page(request, assessment, request.POST, problems=problems)
    if was_overtaken(saved, posted, description, request.POST.get("complied", "")):
        return _factors_page(request, saved, request.POST, status=409, conflict=True)
    return _response_after_saving(request, saved, posted)


def _problems_of_post(
    data: QueryDict,
    form: FactorsForm,
    posted: PostedSelection,
    assessment: Assessment,
    earlier_answers: Mapping[str, str],
) -> list[Problem]:
    """Return what has to be put right before anything is saved."""
    problems = [_linked_to_a_box(problem, assessment) for problem in problems_of(form)]
    if posted.typed.unlisted:
        problems.append(Problem(posted.typed.message, "typed"))
    return problems + _notes_without_an_answer(data, form.picker, earlier_answers)


def _linked_to_a_box(problem: Problem, assessment: Assessment) -> Problem:
    """Link a problem of the codes as a whole to the first checkbox."""
    if problem.target == "id_codes":
        return Problem(problem.message, first_code_box(assessment))
    return problem


def _notes_without_an_answer(
    data: QueryDict, picker: PickerState, earlier_answers: Mapping[str, str]
) -> list[Problem]:
    """Return a problem for each note typed beside a code whose "Considered" is not selected.

    A text that is an answer already, in `earlier_answers`, is no problem.
    """
    submitted_by = {data.get("answer"), data.get("complied")}
    return [
        Problem(
            f"Your note beside {finding.beside[0]} is not saved. Select “Considered: not in this "
            "case” to save it, or clear it",
            f"text-{finding.rule.id}",
        )
        for finding in picker.findings
        if finding.rule.severity is Severity.CONSIDER and finding.rule.id not in submitted_by
        if (given := picker.answers.get(finding.rule.id)) and not given.holds
        if given.text and given.text != earlier_answers.get(finding.rule.id)
    ]


def _save_answers(
    request: SignedInRequest,
    saved: Assessment,
    version: int,
    key: UUID,
    earlier_answers: Mapping[str, str],
) -> Assessment:
    """Save what was answered beside the codes, and what was typed there as a reason.

    A text for a rule that no longer asks is left out, as it is on the page; and so is an earlier
    answer to a rule that asks again, unless its button was selected.
    """
    for question in questions_of(saved):
        rule = question.finding.rule.id
        text = clean_text(request.POST.get(f"text-{rule}", ""))
        is_new = text and text not in (question.text, earlier_answers.get(rule))
        if rule == request.POST.get("complied"):
            kind, text = AnswerKind.COMPLIED, ""
        elif rule == request.POST.get("answer") or (question.asks_reason and is_new):
            kind = AnswerKind.REASON if question.asks_reason else AnswerKind.CONSIDERED
        else:
            continue
        # Only the page's own writes move it on.
        version = min(saved.version, version + 1)
        saved = services.answer_rule(
            assessment=saved,
            rule=rule,
            kind=kind,
            text=text,
            by=request.user,
            version=version,
            key=key,
        )
    return saved


def _box_of(name: str) -> str:
    """Return the id of the box of a refused fact: the description, or a reason beside a code."""
    return "id_other_description" if name == "other_description" else f"text-{name}"


def _response_after_saving(
    request: SignedInRequest, saved: Assessment, posted: PostedSelection
) -> HttpResponse:
    """Lead to where the button leads, or show the page with what only this response can show."""
    if request.POST.get("next") == "later":
        messages.success(request, "Saved. You can come back to it at any time.")
        return redirect("assessments")
    if posted.replaced or posted.typed.codes:
        # Only this response can offer an undo and name the typed codes. Where no script runs,
        # Enter among the typed codes submits with the first button, which would go on.
        return _factors_page(request, saved, posted=posted)
    if request.POST.get("next") == "check":
        return redirect("check", saved.reference)
    return redirect("factors", saved.reference)


def _factors_page(
    request: SignedInRequest,
    assessment: Assessment,
    data: QueryDict | None = None,
    *,
    problems: Sequence[Problem] = (),
    status: int = 422,
    conflict: bool = False,
    unsaved: bool = False,
    posted: PostedSelection = EMPTY_POST,
) -> HttpResponse:
    """Return the page as it was posted, or as it is stored when nothing was posted.

    `posted` says what came of the submission: what waits for a choice, what can be undone, and
    what became of typed codes.
    """
    record_reading_of(request, assessment, Page.FACTORS)
    decided = queries.review_feedback(assessment)
    picker = _picker_of_page(request, assessment, data, problems, decided)
    if posted.waiting or posted.replaced:
        picker = _with_choices(picker, posted, request.POST)
    context = {
        "assessment": assessment,
        "deadline": deadline_of(assessment),
        "messages": messages.get_messages(request),
        "problems": problems,
        "unsaved": unsaved,
        "conflict": conflict,
        "last_change": queries.last_change(request.user, assessment) if conflict else None,
        "last_review": decided and decided.review,
        "pinned": _pinned_comments(picker.edition, decided.pinned) if decided else (),
        "typed": posted.typed,
        "typed_text": " ".join(posted.typed.unlisted),
    }
    version = version_of(assessment, None if conflict else data)
    return parts.page_response(
        request,
        FactorsForm(data, picker=picker),
        context,
        hidden_fields=f"{draft_owner_field(request.user)}{key_and_version_fields(version)}",
        status=200 if data is None else status,
    )


def _picker_of_page(
    request: SignedInRequest,
    assessment: Assessment,
    data: QueryDict | None,
    problems: Sequence[Problem],
    decided: ReviewFeedback | None,
) -> PickerState:
    """Return the picker with each problem beside the box that it is about."""
    errors = {problem.target: problem.message for problem in problems}
    return picker_state(
        assessment,
        request.user.density,
        data,
        description_error=errors.get("id_other_description", ""),
        notes=notes_for_factor_page(request.user, assessment, decided),
        errors={
            target.removeprefix("text-"): message
            for target, message in errors.items()
            if target.startswith("text-")
        },
    )


def _pinned_comments(edition: Edition, pinned: Mapping[str, str]) -> list[tuple[SelectedCode, str]]:
    """Return the manager's comments on single codes, each with its code."""
    return [(code, pinned[code.code]) for code in named_codes(edition, pinned)]


def _with_choices(picker: PickerState, posted: PostedSelection, data: QueryDict) -> PickerState:
    """Add what waits for a choice, or what can be undone.

    What waits is still ticked on the page. An undo brings the description back too, so the page
    keeps one that nothing selected takes for now.
    """
    choices = parts.render_choices(picker.edition, posted, stays=posted.codes, ticked=True)
    if posted.waiting or not picker.edition.described_codes.isdisjoint(picker.ticked):
        return replace(picker, choices=choices)
    description = normalise_newlines(data.get("other_description", ""))
    return replace(picker, choices=choices, description=description)
