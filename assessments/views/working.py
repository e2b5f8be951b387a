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
from django.shortcuts import render
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST

from assessments import queries, record, rules, services, working_page
from assessments.catalogue import search
from assessments.catalogue.types import Severity
from assessments.forms import (
    DensityForm,
    FactorsForm,
    ShortcutsForm,
    VersionSeenForm,
    WordsForm,
)
from assessments.layout import PickerState
from assessments.models import Assessment
from assessments.notes import Notes
from assessments.rules import AnswerKind
from assessments.selecting import Wish, asked_while_working
from assessments.summaries import NO_ERRORS, NO_NOTES, given_answers, named, while_working
from assessments.views.pages import notes_beside, own_assessment_or_404, press_of, was_overtaken
from assessments.working_page import CONFLICT, OVER, REFUSED, SAVED, Answer
from cinfactors.accounts.services import choose_density, choose_shortcuts
from cinfactors.text import one_newline

LOCKED = "this assessment is not with you any more, and cannot be changed"
DIFFERS = "see what differs, and choose"


@require_http_methods(["GET", "HEAD", "POST"])
def working(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Save what can be saved of the page as it was sent, and answer with what moves in it.

    GET answers with a fresh token, for a page whose sign-in ended and began again elsewhere.
    """
    assessment = own_assessment_or_404(request, reference)
    if request.method != "POST":
        token = format_html('<input name="csrfmiddlewaretoken" value="{}">', get_token(request))
        return HttpResponse(token, headers={working_page.OUTCOME: SAVED})
    return working_page.response(request, _carried_out(request, assessment))


def _carried_out(request: HttpRequest, assessment: Assessment) -> Answer:
    """Save the selection and its description, then the answer to a rule if that was the button."""
    key, version = press_of(request)
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
        return sent.answer(OVER, assessment, LOCKED)
    form = FactorsForm(request.POST, picker=sent.state(assessment))
    if form.has_error("codes"):
        return sent.answer(REFUSED, assessment, form.errors["codes"][0])
    unfit = "".join(form.errors.get("other_description", ()))
    description = assessment.other_description if unfit else form.cleaned_data["other_description"]
    try:
        saved = services.record_factors(
            assessment=assessment,
            codes=sent.wish.codes,
            other_description=description,
            by=request.user,
            version=version,
            key=key,
        )
    except services.Locked:
        return sent.answer(OVER, assessment, LOCKED)
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
    if was_overtaken(saved, sent.wish, description, request.POST.get("complied", "")):
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
    found = record.edition_of(assessment).rules_by_id.get(rule)
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
    def wish(self) -> Wish:
        edition = record.edition_of(self.recorded)
        return asked_while_working(edition, self.recorded.codes, self.request.POST)

    def state(
        self, assessment: Assessment, *, stored: bool = False, errors: Mapping[str, str] = NO_ERRORS
    ) -> PickerState:
        """The picker with what was sent, or with what is stored now."""
        edition = record.edition_of(assessment)
        selection = record.selection_of(assessment)
        if not stored:
            typed = one_newline(self.request.POST.get("other_description", ""))
            selection = rules.replace_codes(selection, self.wish.codes, typed)
        found = while_working(rules.findings(edition, selection))
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
            wish=self.wish,
            # What others saved meanwhile is overwritten by no later change of this page.
            version=self.version if outcome == CONFLICT else assessment.version,
            unsaved=f"Not saved: {unsaved}" if unsaved else "",
            last_change=queries.last_change(self.request.user, assessment)
            if outcome == CONFLICT
            else None,
            redraw=self.redraw,
        )


@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """The codes of the factors that the words find, for the page to show alone."""
    form = WordsForm(request.POST)
    words = form.cleaned_data["find"] if form.is_valid() else ""
    edition = record.current_edition()
    found = search.find(edition, words) if words else search.Found()
    context = {
        "words": words,
        "factors": found.factors,
        "spelt": found.spelt,
        "codes": search.codes_of(found, words),
        "other": named(edition, record.described_codes(edition)),
    }
    return render(request, "assessments/found.html", context)
