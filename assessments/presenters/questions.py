"""The rules that ask for a reason or for something to be considered, with their answers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from assessments import rules
from assessments.catalogue.types import Severity
from assessments.evaluation import Evaluation
from assessments.models import RuleAnswer
from assessments.presenters.findings import (
    Step,
    considered_label,
    problem_of,
    steps_of,
    text_label,
    uncapitalised,
)
from assessments.rules.asking import subject_of, what_to_do


@dataclass(frozen=True, slots=True)
class Question:
    """A rule that asks for a reason or for something to be considered, with its answer so far."""

    finding: rules.Finding
    subject: str
    """The selected codes that it is about, by factor; or the fact of the child."""
    steps: tuple[Step, ...] = ()
    answered: bool = False
    considered: bool = False
    text: str = ""
    error: str = ""
    """What is wrong with its answer, in a sentence that names no code; see `problem`."""

    @property
    def asks_reason(self) -> bool:
        return self.finding.rule.severity is Severity.EXPLAIN

    @property
    def considered_label(self) -> str:
        return considered_label(self.finding)

    @property
    def text_label(self) -> str:
        return text_label(self.finding)

    @property
    def target(self) -> str:
        """The id of the field that an error links to."""
        name = "text" if self.asks_reason or self.text else "answer"
        return f"{name}-{self.finding.rule.id}"

    @property
    def problem(self) -> str:
        """What is wrong with its answer, and what the question is about; empty if nothing is."""
        return problem_of(self.subject, self.error) if self.error else ""

    def with_posted_answer(self, text: str | None, *, considered: bool, error: str) -> Question:
        """Return the question as it was posted, with the message about its answer.

        `text` is None where the page did not have the question.
        """
        posted = self.text if text is None else text
        return replace(self, text=posted, considered=considered, error=uncapitalised(error))

    def with_missing_answer_error(self, unanswered: Collection[str]) -> Question:
        """Return the question with the message that it needs an answer, if it does.

        `unanswered` has the ids of the rules that still need one.
        """
        if self.finding.rule.id not in unanswered or self.error:
            return self
        return replace(self, error=uncapitalised(what_to_do(self.finding)))


def questions_of(evaluation: Evaluation) -> list[Question]:
    """Return the rules that ask for an answer, each with its latest answer that still holds."""
    return [_question(evaluation, finding) for finding in evaluation.asking]


def _question(evaluation: Evaluation, finding: rules.Finding) -> Question:
    answer = evaluation.answer_to(finding)
    return Question(
        finding,
        subject=subject_of(evaluation.edition, finding),
        steps=steps_of(evaluation.edition, finding),
        answered=answer is not None,
        considered=answer is not None and answer.kind == RuleAnswer.Kind.CONSIDERED,
        text=answer.text if answer else "",
    )
