"""Autosave: what the factor page posts while the person works.

Each change is saved as far as it can be, and the response has the parts of the page that move.
Whether it was saved is in a header, so that the page tells such a response from any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from assessments import evaluation, queries, rules, services
from assessments.catalogue.types import Severity
from assessments.components.idempotency import key_and_version_of
from assessments.components.picker.posted_selection import PostedSelection, parse_autosave
from assessments.components.picker.state import (
    NO_ERRORS,
    PickerState,
    given_answers,
    without_submission_errors,
)
from assessments.components.records import own_assessment_or_404
from assessments.models import Assessment
from assessments.pages.factors.autosave_response import (
    SAVE_OUTCOME_HEADER,
    AutosaveResult,
    autosave_response,
)
from assessments.pages.factors.conflicts import was_overtaken
from assessments.pages.factors.forms import DensityForm, FactorsForm, ShortcutsForm, VersionSeenForm
from assessments.pages.factors.parts import SaveOutcome
from assessments.presenters.code_notes import NO_NOTES, Notes, notes_for_factor_page
from assessments.rules import AnswerKind
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.accounts.services import choose_density, choose_shortcuts
from cinfactors.web.clean_text import normalise_newlines

CLOSED_MESSAGE = "this assessment is not with you any more, and cannot be changed"
CONFLICT_MESSAGE = "see what differs, and choose"


@require_http_methods(["GET", "HEAD", "POST"])
def autosave(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Save what can be saved of the posted page, and respond with the parts that move in it.

    GET responds with a fresh CSRF token, for a page whose sign-in ended and was renewed elsewhere.
    """
    assessment = own_assessment_or_404(request, reference)
    if request.method != "POST":
        token = format_html('<input name="csrfmiddlewaretoken" value="{}">', get_token(request))
        return HttpResponse(token, headers={SAVE_OUTCOME_HEADER: SaveOutcome.SAVED.value})
    return autosave_response(request, _save(request, assessment))


def _save(request: SignedInRequest, assessment: Assessment) -> AutosaveResult:
    key, version = key_and_version_of(request)
    seen = VersionSeenForm(request.POST)
    page = PostedPage(
        request=request,
        assessment=assessment,
        key=key,
        version=seen.cleaned_data["seen"] if seen.is_valid() else version,
        rerenders_picker=_save_preferences(request),
    )
    if not assessment.is_with_the_worker:
        return page.result(SaveOutcome.CLOSED, assessment, CLOSED_MESSAGE)
    form = FactorsForm(request.POST, picker=page.picker_state(assessment))
    if form.has_error("codes"):
        return page.result(SaveOutcome.REFUSED, assessment, str(form.errors["codes"][0]))
    try:
        return _save_form(page, form)
    except services.Locked:
        return page.result(SaveOutcome.CLOSED, assessment, CLOSED_MESSAGE)
    except services.EditConflict as conflict:
        return page.result(SaveOutcome.CONFLICT, conflict.theirs, CONFLICT_MESSAGE)


def _save_preferences(request: SignedInRequest) -> bool:
    """Save the density and the shortcuts, if one was chosen; return whether the density was."""
    density = DensityForm(request.POST)
    if has_density := density.is_valid():
        choose_density(by=request.user, density=density.cleaned_data["density"])
    shortcuts = ShortcutsForm(request.POST)
    if shortcuts.is_valid():
        choose_shortcuts(by=request.user, shortcuts=shortcuts.cleaned_data["shortcuts"])
    return has_density


def _save_form(page: PostedPage, form: FactorsForm) -> AutosaveResult:
    """Save the selection and its description, then the answer to a rule if that was the button.

    Raises Locked and EditConflict.
    """
    assessment = page.assessment
    description_errors = [str(error) for error in form.errors.get("other_description", ())]
    # A description that cannot be saved holds back nothing else.
    description = (
        assessment.other_description
        if description_errors
        else form.cleaned_data["other_description"]
    )
    try:
        saved = services.record_factors(
            assessment=assessment,
            codes=page.posted.codes,
            other_description=description,
            by=page.request.user,
            version=page.version,
            key=page.key,
        )
    except services.SelectionRefused as refused:
        return page.result(SaveOutcome.REFUSED, assessment, refused.findings[0].message)
    except services.FactsRefused as refused:
        return page.result(SaveOutcome.REFUSED, assessment, " ".join(refused.messages.values()))
    if description_errors:
        message = f"the description. {''.join(description_errors)}"
        return page.result(SaveOutcome.REFUSED, saved, message)
    answer_errors: Mapping[str, str] = NO_ERRORS
    try:
        saved = _answer_rule(page, saved)
    except services.FactsRefused as refused:
        answer_errors = refused.messages
    except services.SelectionRefused as refused:
        return page.result(SaveOutcome.REFUSED, saved, refused.findings[0].message)
    if was_overtaken(saved, page.posted, description, page.request.POST.get("complied", "")):
        return page.result(SaveOutcome.CONFLICT, saved, CONFLICT_MESSAGE)
    return page.result(SaveOutcome.SAVED, saved, answer_errors=answer_errors)


def _answer_rule(page: PostedPage, saved: Assessment) -> Assessment:
    """Answer the rule whose button submitted the page, if one did."""
    data = page.request.POST
    rule = data.get("complied") or data.get("answer")
    if not rule:
        return saved
    kind = AnswerKind.COMPLIED if "complied" in data else _kind_of_answer(saved, rule)
    text = "" if kind == AnswerKind.COMPLIED else data.get(f"text-{rule}", "")
    return services.answer_rule(
        assessment=saved,
        rule=rule,
        kind=kind,
        text=text,
        by=page.request.user,
        # Only the page's own write has moved it on.
        version=min(saved.version, page.version + 1),
        key=page.key,
    )


def _kind_of_answer(assessment: Assessment, rule_id: str) -> str:
    """Return which answer a rule asks for; of an unknown rule, one that the service refuses."""
    rule = evaluation.edition_of(assessment).rules_by_id.get(rule_id)
    explains = rule is None or rule.severity is Severity.EXPLAIN
    return AnswerKind.REASON if explains else AnswerKind.CONSIDERED


@dataclass(frozen=True)
class PostedPage:
    """The factor page as it was posted, and the results made from it."""

    request: SignedInRequest
    assessment: Assessment
    """As it stood before."""
    key: UUID
    version: int
    """The version that the person has seen."""
    rerenders_picker: bool

    @cached_property
    def posted(self) -> PostedSelection:
        edition = evaluation.edition_of(self.assessment)
        return parse_autosave(edition, self.assessment.codes, self.request.POST)

    def picker_state(
        self,
        assessment: Assessment,
        *,
        stored: bool = False,
        errors: Mapping[str, str] = NO_ERRORS,
    ) -> PickerState:
        """Return the picker with what was posted, or with what is stored now."""
        edition = evaluation.edition_of(assessment)
        selection = evaluation.selection_of(assessment)
        if not stored:
            description = normalise_newlines(self.request.POST.get("other_description", ""))
            selection = rules.replace_codes(selection, self.posted.codes, description)
        findings = without_submission_errors(rules.evaluate(edition, selection))
        return PickerState(
            edition=edition,
            density=self.request.user.density,
            ticked=frozenset(selection.codes),
            description=selection.other_description,
            findings=findings,
            # Notes stay as they are on the page, unless the picker is rendered again.
            notes=self._notes() if self.rerenders_picker else NO_NOTES,
            answers=given_answers(assessment, findings, self.request.POST, errors),
        )

    def _notes(self) -> Notes:
        decided = queries.review_feedback(self.assessment)
        return notes_for_factor_page(self.request.user, self.assessment, decided)

    def result(
        self,
        outcome: SaveOutcome,
        assessment: Assessment,
        reason: str = "",
        *,
        answer_errors: Mapping[str, str] = NO_ERRORS,
    ) -> AutosaveResult:
        """Return the result for the assessment as it stands now, with the reason of a failure."""
        is_saved = outcome is SaveOutcome.SAVED
        is_conflict = outcome is SaveOutcome.CONFLICT
        return AutosaveResult(
            outcome=outcome,
            assessment=assessment,
            state=self.picker_state(assessment, stored=is_saved, errors=answer_errors),
            posted=self.posted,
            # What others saved meanwhile is overwritten by no later change of this page.
            version=self.version if is_conflict else assessment.version,
            failure=f"Not saved: {reason}" if reason else "",
            last_change=queries.last_change(self.request.user, assessment) if is_conflict else None,
            rerenders_picker=self.rerenders_picker,
        )
