"""The state of the picker in one request: ticks, description, findings, notes and answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from django.http import QueryDict

from assessments import evaluation, rules
from assessments.catalogue.types import Edition, Severity
from assessments.components.picker.posted_selection import parse_post
from assessments.models import Assessment
from assessments.presenters.code_notes import NO_NOTES, Note
from assessments.presenters.questions import latest_answer
from assessments.rules import Finding
from cinfactors.web.clean_text import clean_text, normalise_newlines

NO_ERRORS: Mapping[str, str] = MappingProxyType({})


def picker_state(
    assessment: Assessment,
    density: str,
    data: QueryDict | None = None,
    *,
    description_error: str = "",
    notes: Mapping[str, tuple[Note, ...]] = NO_NOTES,
    errors: Mapping[str, str] = NO_ERRORS,
) -> PickerState:
    """Return the picker as it was posted, or as it is stored where nothing was posted."""
    edition = evaluation.edition_of(assessment)
    selection = evaluation.selection_of(assessment)
    if data is not None:
        description = normalise_newlines(data.get("other_description", ""))
        selection = rules.replace_codes(selection, parse_post(edition, data).codes, description)
    findings = rules.evaluate(edition, selection)
    return PickerState(
        edition=edition,
        density=density,
        ticked=frozenset(selection.codes),
        description=selection.other_description,
        description_error=description_error,
        findings=findings if data is not None else without_submission_errors(findings),
        notes=notes,
        answers=given_answers(assessment, findings, data, errors),
    )


def given_answers(
    assessment: Assessment,
    findings: Collection[Finding],
    data: QueryDict | None = None,
    errors: Mapping[str, str] = NO_ERRORS,
) -> dict[str, GivenAnswer]:
    """Return the answers that still hold, by rule; typed text that is not saved comes before them.

    Makes a query only where one of the findings asks for an answer.
    """
    asking = [finding for finding in findings if finding.rule.asks]
    if not asking:
        return {}
    stored = evaluation.answers_of(assessment)
    still_open = rules.unanswered(asking, evaluation.rule_answers(stored))
    open_rules = {finding.rule.id for finding in still_open}
    given = {}
    for finding in asking:
        rule = finding.rule.id
        last = None if rule in open_rules else latest_answer(stored, finding)
        text = last.text if last else ""
        typed = clean_text(data.get(f"text-{rule}", text)) if data else text
        error = errors.get(rule, "")
        if last or typed or error:
            holds = last is not None and typed == text
            given[rule] = GivenAnswer(typed, holds=holds, error=error)
    return given


def without_submission_errors(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return what a page shows before the person submits: not that nothing is selected yet."""
    return tuple(
        finding for finding in findings if finding.rule.severity is not Severity.ERROR_ON_SUBMISSION
    )


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What was answered to a rule that asks, or typed and not yet saved."""

    text: str
    holds: bool = True
    """Whether the text is the stored answer, and answers this selection."""
    error: str = ""


@dataclass(frozen=True, slots=True)
class PickerState:
    """What is ticked, described, found and answered, under which edition."""

    edition: Edition
    density: str
    ticked: frozenset[str]
    description: str = ""
    description_error: str = ""
    findings: tuple[Finding, ...] = ()
    notes: Mapping[str, tuple[Note, ...]] = field(default_factory=dict)
    """By code."""
    answers: Mapping[str, GivenAnswer] = field(default_factory=dict)
    """By rule."""
    choices: Mapping[str, str] = field(default_factory=dict)
    """By code, as HTML: what waits for a choice, or can be undone."""

    def findings_by_code(self) -> dict[str, list[Finding]]:
        """Return the findings by the code that each is shown beside: the first it is about."""
        by_code: dict[str, list[Finding]] = {}
        for finding in self.findings:
            if finding.beside:
                by_code.setdefault(finding.beside[0], []).append(finding)
        return by_code
