"""What the factor page asks while one works: save this change, and say what the rules say now.

Every answer is a fragment of the page. Whether it was saved is in its header, so that the page
knows it from an answer that something else gave.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from assessments import evaluation, queries, rules, services
from assessments.catalogue.types import Severity
from assessments.components.idempotency import key_and_version_of
from assessments.components.picker.posted_selection import PostedSelection, parse_autosave
from assessments.components.picker.state import NO_ERRORS, PickerState, given_answers, while_working
from assessments.components.records import own_assessment_or_404
from assessments.models import Assessment
from assessments.pages.factors import autosave_response
from assessments.pages.factors.autosave_response import CLOSED, CONFLICT, REFUSED, SAVED, Answer
from assessments.pages.factors.conflicts import was_overtaken
from assessments.pages.factors.forms import DensityForm, FactorsForm, ShortcutsForm, VersionSeenForm
from assessments.presenters.code_notes import NO_NOTES, Notes, notes_beside
from assessments.rules import AnswerKind
from cinfactors.accounts.services import choose_density, choose_shortcuts
from cinfactors.web.clean_text import one_newline

LOCKED = "this assessment is not with you any more, and cannot be changed"
DIFFERS = "see what differs, and choose"


@require_http_methods(["GET", "HEAD", "POST"])
def autosave(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Save what can be saved of the page as it was sent, and answer with what moves in it.

    GET answers with a fresh token, for a page whose sign-in ended and began again elsewhere.
    """
    assessment = own_assessment_or_404(request, reference)
    if request.method != "POST":
        token = format_html('<input name="csrfmiddlewaretoken" value="{}">', get_token(request))
        return HttpResponse(token, headers={autosave_response.OUTCOME: SAVED})
    return autosave_response.response(request, _carried_out(request, assessment))


def _carried_out(request: HttpRequest, assessment: Assessment) -> Answer:
    """Save the selection and its description, then the answer to a rule if that was the button."""
    key, version = key_and_version_of(request)
    seen = VersionSeenForm(request.POST)
    version = seen.cleaned_data["seen"] if seen.is_valid() else version
    density = DensityForm(request.POST)
    if redraw := density.is_valid():
        choose_density(by=request.user, density=density.cleaned_data["density"])
    shortcuts = ShortcutsForm(request.POST)
    if shortcuts.is_valid():
        choose_shortcuts(by=request.user, shortcuts=shortcuts.cleaned_data["shortcuts"])
    sent = Sent(request, assessment, version, redraw)
    if not assessment.is_with_the_worker:
        return sent.answer(CLOSED, assessment, LOCKED)
    form = FactorsForm(request.POST, picker=sent.state(assessment))
    if form.has_error("codes"):
        return sent.answer(REFUSED, assessment, form.errors["codes"][0])
    unfit = "".join(form.errors.get("other_description", ()))
    description = assessment.other_description if unfit else form.cleaned_data["other_description"]
    try:
        saved = services.record_factors(
            assessment=assessment,
            codes=sent.posted.codes,
            other_description=description,
            by=request.user,
            version=version,
            key=key,
        )
    except services.Locked:
        return sent.answer(CLOSED, assessment, LOCKED)
    except services.EditConflict as conflict:
        return sent.answer(CONFLICT, conflict.theirs, DIFFERS)
    except services.SelectionRefused as refused:
        return sent.answer(REFUSED, assessment, refused.findings[0].message)
    except services.FactsRefused as refused:
        return sent.answer(REFUSED, assessment, " ".join(refused.messages.values()))
    if unfit:
        return sent.answer(REFUSED, saved, f"the description. {unfit}")
    errors: Mapping[str, str] = NO_ERRORS
    try:
        saved = _answered(sent, saved, key)
    except services.EditConflict as conflict:
        return sent.answer(CONFLICT, conflict.theirs, DIFFERS)
    except services.FactsRefused as refused:
        errors = refused.messages
    except services.SelectionRefused as refused:
        return sent.answer(REFUSED, saved, refused.findings[0].message)
    if was_overtaken(saved, sent.posted, description, request.POST.get("complied", "")):
        return sent.answer(CONFLICT, saved, DIFFERS)
    return sent.answer(SAVED, saved, errors=errors)


def _answered(sent: Sent, saved: Assessment, key: UUID) -> Assessment:
    """Answer the rule whose button was pressed, if one was."""
    data = sent.request.POST
    rule = data.get("complied") or data.get("answer")
    if not rule:
        return saved
    kind = AnswerKind.COMPLIED if "complied" in data else _kind_of(saved, rule)
    text = "" if kind == AnswerKind.COMPLIED else data.get(f"text-{rule}", "")
    return services.answer_rule(
        assessment=saved,
        rule=rule,
        kind=kind,
        text=text,
        by=sent.request.user,
        # Only the page's own write has moved it on.
        version=min(saved.version, sent.version + 1),
        key=key,
    )


def _kind_of(assessment: Assessment, rule: str) -> str:
    """How a rule that asks is met, by what it asks."""
    found = evaluation.edition_of(assessment).rules_by_id.get(rule)
    explains = found is None or found.severity is Severity.EXPLAIN
    return AnswerKind.REASON if explains else AnswerKind.CONSIDERED


@dataclass(frozen=True)
class Sent:
    """The page as it was sent, for what is answered to it."""

    request: HttpRequest
    recorded: Assessment
    """As it stood before."""
    version: int
    redraw: bool

    @cached_property
    def posted(self) -> PostedSelection:
        edition = evaluation.edition_of(self.recorded)
        return parse_autosave(edition, self.recorded.codes, self.request.POST)

    def state(
        self, assessment: Assessment, *, stored: bool = False, errors: Mapping[str, str] = NO_ERRORS
    ) -> PickerState:
        """The picker with what was sent, or with what is stored now."""
        edition = evaluation.edition_of(assessment)
        selection = evaluation.selection_of(assessment)
        if not stored:
            typed = one_newline(self.request.POST.get("other_description", ""))
            selection = rules.replace_codes(selection, self.posted.codes, typed)
        found = while_working(rules.evaluate(edition, selection))
        # They stay as they are on the page, unless that is drawn anew.
        notes = self._notes() if self.redraw else NO_NOTES
        return PickerState(
            edition=edition,
            density=self.request.user.density,
            ticked=frozenset(selection.codes),
            description=selection.other_description,
            findings=found,
            notes=notes,
            answers=given_answers(assessment, found, self.request.POST, errors),
        )

    def _notes(self) -> Notes:
        decided = queries.words_of_the_manager(self.recorded)
        return notes_beside(self.request.user, self.recorded, decided)

    def answer(
        self,
        outcome: str,
        assessment: Assessment,
        unsaved: str = "",
        *,
        errors: Mapping[str, str] = NO_ERRORS,
    ) -> Answer:
        is_saved = outcome == SAVED
        return Answer(
            outcome=outcome,
            assessment=assessment,
            state=self.state(assessment, stored=is_saved, errors=errors),
            posted=self.posted,
            # What others saved meanwhile is overwritten by no later change of this page.
            version=self.version if outcome == CONFLICT else assessment.version,
            unsaved=f"Not saved: {unsaved}" if unsaved else "",
            last_change=queries.last_change(self.request.user, assessment)
            if outcome == CONFLICT
            else None,
            redraw=self.redraw,
        )
