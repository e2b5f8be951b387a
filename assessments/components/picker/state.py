"""The state of the picker in one request: ticks, description, findings, notes and answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from assessments.catalogue.types import Edition, Severity
from assessments.components.picker.choices import Choice
from assessments.evaluation import Evaluation
from assessments.presenters.code_notes import NO_NOTES, Notes
from assessments.rules import Finding
from cinfactors.web.clean_text import clean_text

NO_TEXTS: Mapping[str, str] = MappingProxyType({})


def picker_state(
    evaluation: Evaluation,
    density: str,
    *,
    notes: Notes = NO_NOTES,
    texts: Mapping[str, str] = NO_TEXTS,
    errors: Mapping[str, str] = NO_TEXTS,
    description: str | None = None,
    choice: Choice | None = None,
    with_submission_errors: bool = False,
) -> PickerState:
    """Return the picker for a selection.

    `texts` has what was typed beside the codes, and `errors` what is wrong with it, by rule; an
    error of the description has its own name, "other_description". The `description` is the one
    typed, where it is not the selection's. What stands against submitting the selection is left
    out, such as that nothing is selected yet, unless it is asked for.
    """
    return PickerState(
        edition=evaluation.edition,
        density=density,
        ticked=evaluation.selection.codes,
        description=(
            evaluation.selection.other_description if description is None else description
        ),
        description_error=errors.get("other_description", ""),
        findings=tuple(
            finding
            for finding in evaluation.findings
            if finding.rule.severity is not Severity.ERROR_ON_SUBMISSION
            or (with_submission_errors and not _waits_for_outcome(finding, evaluation))
        ),
        to_describe=tuple(each for each in evaluation.findings if each.is_about_the_description),
        notes=notes,
        answers=given_answers(evaluation, texts, errors),
        choice=choice,
    )


def _waits_for_outcome(finding: Finding, evaluation: Evaluation) -> bool:
    """Whether it is about the outcome, which nobody has chosen yet: so far it is no error."""
    return bool(finding.rule.outcomes) and not evaluation.selection.outcome


def given_answers(
    evaluation: Evaluation, texts: Mapping[str, str], errors: Mapping[str, str]
) -> dict[str, GivenAnswer]:
    """Return the answers that still hold, by rule; typed text that is not saved comes before them.

    Makes a query only where one of the findings asks for an answer.
    """
    given = {}
    for finding in evaluation.asking:
        rule = finding.rule.id
        last = evaluation.answer_to(finding)
        text = last.text if last else ""
        typed = clean_text(texts.get(rule, text))
        error = errors.get(rule, "")
        if last or typed or error:
            holds = last is not None and typed == text
            given[rule] = GivenAnswer(typed, holds=holds, error=error)
    return given


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
    to_describe: tuple[Finding, ...] = ()
    """What misses its description, whether or not it is among the findings."""
    notes: Notes = field(default_factory=dict)
    answers: Mapping[str, GivenAnswer] = field(default_factory=dict)
    """By rule."""
    choice: Choice | None = None
    """What waits for the person's choice, or can be undone after it."""

    def findings_by_code(self) -> dict[str, list[Finding]]:
        """Return the findings by the code that each is shown beside: the first it is about."""
        by_code: dict[str, list[Finding]] = {}
        for finding in self.findings:
            if finding.beside:
                by_code.setdefault(finding.beside[0], []).append(finding)
        return by_code
