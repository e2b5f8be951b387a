"""Recording the factors of an assessment: the page where they are selected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
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
    locked,
    own_assessment_or_404,
    record_reading_of,
)
from assessments.models import Assessment
from assessments.pages.factors import parts
from assessments.pages.factors.conflicts import was_overtaken
from assessments.pages.factors.forms import DensityForm, FactorsForm
from assessments.presenters.code_notes import notes_beside
from assessments.presenters.deadlines import deadline_of
from assessments.presenters.questions import questions_of
from assessments.presenters.selection import SelectedCode, named
from assessments.rules import AnswerKind
from cinfactors.accounts.form_recovery import draft_owner_field, recovers_form
from cinfactors.accounts.services import choose_density
from cinfactors.audit.models import Page
from cinfactors.web.clean_text import clean_text, one_newline
from cinfactors.web.problems import Problem, problems_of


@recovers_form
@require_http_methods(["GET", "HEAD", "POST"])
def factors(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Select the factors, with the guide's text beside them."""
    assessment = own_assessment_or_404(request, reference)
    if not assessment.is_with_the_worker:
        if request.method == "POST":
            return locked(request, assessment)
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


def _save_factors(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    key, version = key_and_version_of(request)
    density = DensityForm(request.POST)
    if density.is_valid():
        choose_density(by=request.user, density=density.cleaned_data["density"])
    edition = evaluation.edition_of(assessment)
    posted = parse_post(edition, request.POST)
    form = FactorsForm(
        request.POST, picker=picker_state(assessment, request.user.density, request.POST)
    )
    problems = [_at_a_box(problem, assessment) for problem in problems_of(form)]
    if posted.typed.unlisted:
        problems.append(Problem(posted.typed.message, "typed"))
    answers = {each.finding.rule.id: each.text for each in questions_of(assessment)}
    problems += _notes_without_an_answer(request.POST, form.picker, answers)
    if problems:
        return _factors_page(request, assessment, request.POST, problems=problems, posted=posted)
    try:
        with transaction.atomic():
            saved = services.record_factors(
                assessment=assessment,
                codes=posted.codes,
                other_description=form.cleaned_data["other_description"],
                by=request.user,
                version=version,
                key=key,
            )
            saved = _answered_beside(request, saved, version, key, answers)
    except services.Locked:
        return locked(request, assessment_or_404(request, assessment.reference))
    except services.EditConflict as conflict:
        return _factors_page(request, conflict.theirs, request.POST, status=409, conflict=True)
    except services.SelectionRefused as refused:
        problems = selection_problems(refused.findings, assessment)
        waits = parse_autosave(edition, assessment.codes, request.POST)
        return _factors_page(request, assessment, request.POST, problems=problems, posted=waits)
    except services.FactsRefused as refused:
        problems = [Problem(message, _target(name)) for name, message in refused.messages.items()]
        return _factors_page(request, assessment, request.POST, problems=problems)
    complied = request.POST.get("complied", "")
    if was_overtaken(saved, posted, form.cleaned_data["other_description"], complied):
        return _factors_page(request, saved, request.POST, status=409, conflict=True)
    if request.POST.get("next") == "later":
        messages.success(request, "Saved. You can come back to it at any time.")
        return redirect("assessments")
    if posted.replaced or posted.typed.codes:
        # What can be undone, and what was typed read back, stands on the answer alone. Where no
        # script runs, Enter among the codes presses the first button, which goes on.
        return _factors_page(request, saved, posted=posted)
    if request.POST.get("next") == "check":
        return redirect("check", saved.reference)
    return redirect("factors", saved.reference)


def _answered_beside(
    request: HttpRequest, saved: Assessment, version: int, key: UUID, before: Mapping[str, str]
) -> Assessment:
    """Store what was answered beside the codes, and what was typed there as a reason.

    What was typed to a rule that does not ask any more is left out, as it is on the page; and so
    is an answer of before to a rule that asks again, unless its button was pressed.
    """
    pressed = request.POST.get("answer")
    for question in questions_of(saved):
        rule = question.finding.rule.id
        text = clean_text(request.POST.get(f"text-{rule}", ""))
        is_new = text and text not in (question.text, before.get(rule))
        if rule == request.POST.get("complied"):
            kind, text = AnswerKind.COMPLIED, ""
        elif rule == pressed or (question.asks_reason and is_new):
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


def _target(name: str) -> str:
    """The id of what a refused fact was entered in: the description, or a reason beside a code."""
    return "id_other_description" if name == "other_description" else f"text-{name}"


def _at_a_box(problem: Problem, assessment: Assessment) -> Problem:
    """Linked to the first box, where it is about the codes as a whole."""
    if problem.target == "id_codes":
        return Problem(problem.message, first_code_box(assessment))
    return problem


def _notes_without_an_answer(
    data: QueryDict, picker: PickerState, before: Mapping[str, str]
) -> list[Problem]:
    """What was typed as a note beside a code, but not as the answer that would hold it.

    `before` has the text of each answer that held until now, which is no news.
    """
    pressed = {data.get("answer"), data.get("complied")}
    return [
        Problem(
            f"Your note beside {finding.beside[0]} is not saved. Select “Considered: not in this "
            "case” to save it, or clear it",
            f"text-{finding.rule.id}",
        )
        for finding in picker.findings
        if finding.rule.severity is Severity.CONSIDER and finding.rule.id not in pressed
        if (given := picker.answers.get(finding.rule.id)) and not given.holds
        if given.text and given.text != before.get(finding.rule.id)
    ]


def _factors_page(
    request: HttpRequest,
    assessment: Assessment,
    data: QueryDict | None = None,
    *,
    problems: list[Problem] = (),
    status: int = 422,
    conflict: bool = False,
    unsaved: bool = False,
    posted: PostedSelection = EMPTY_POST,
) -> HttpResponse:
    """The page as it was sent, or as it is stored when nothing was sent.

    `posted` is what to say of the button that was pressed: what waits, what can be undone, what
    became of typed codes.
    """
    record_reading_of(request, assessment, Page.FACTORS)
    messages_by_place = {each.target: each.message for each in problems}
    decided = queries.words_of_the_manager(assessment)
    picker = picker_state(
        assessment,
        request.user.density,
        data,
        description_error=messages_by_place.get("id_other_description", ""),
        notes=notes_beside(request.user, assessment, decided),
        errors={
            place.removeprefix("text-"): message
            for place, message in messages_by_place.items()
            if place.startswith("text-")
        },
    )
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
        "pinned": _pinned(picker.edition, decided.pinned) if decided else (),
        "typed": posted.typed,
        "typed_text": " ".join(posted.typed.unlisted),
    }
    version = version_of(assessment, None if conflict else data)
    return parts.response(
        request,
        FactorsForm(data, picker=picker),
        context,
        hidden=f"{draft_owner_field(request.user)}{key_and_version_fields(version)}",
        status=200 if data is None else status,
    )


def _pinned(edition: Edition, pinned: Mapping[str, str]) -> list[tuple[SelectedCode, str]]:
    """What the manager said of single codes, each with its code."""
    return [(code, pinned[code.code]) for code in named(edition, pinned)]


def _with_choices(picker: PickerState, posted: PostedSelection, data: QueryDict) -> PickerState:
    """With what waits, every tick still on it; or with what can be undone, and its description."""
    choices = parts.choices(picker.edition, posted, stays=posted.codes, ticked=True)
    if posted.waiting or not picker.edition.described_codes.isdisjoint(picker.ticked):
        return replace(picker, choices=choices)
    description = one_newline(data.get("other_description", ""))
    return replace(picker, choices=choices, description=description)
