"""The rules that ask for a reason or for something to be considered, with their answers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from assessments import rules
from assessments.catalogue.types import Severity
from assessments.evaluation import Evaluation
from assessments.models import RuleAnswer
from assessments.presenters.selection import SelectedCode, named_codes


@dataclass(frozen=True, slots=True)
class Question:
    """A rule that asks for a reason or for something to be considered, with its answer so far."""

    finding: rules.Finding
    adds: SelectedCode | None
    beside: tuple[SelectedCode, ...]
    answered: bool = False
    considered: bool = False
    text: str = ""
    error: str = ""

    @property
    def about(self) -> str:
        """The code that the question is about, with its name: the one it would add, if any."""
        return str(self.adds or self.beside[0])

    @property
    def asks_reason(self) -> bool:
        return self.finding.rule.severity is Severity.EXPLAIN

    @property
    def target(self) -> str:
        """The id of the field that an error links to."""
        rule = self.finding.rule.id
        return f"text-{rule}" if self.asks_reason else f"considered-{rule}"

    def with_posted_answer(self, text: str | None, *, considered: bool, error: str) -> Question:
        """Return the question as it was posted, with the message about its answer.

        `text` is None where the page did not have the question.
        """
        posted = self.text if text is None else text
        return replace(self, text=posted, considered=considered, error=error)

    def with_missing_answer_error(self, unanswered: Collection[str]) -> Question:
        """Return the question with the message that it needs an answer, if it does.

        `unanswered` has the ids of the rules that still need one.
        """
        if self.finding.rule.id not in unanswered or self.error:
            return self
        change = "add it" if self.adds else "change the selection"
        if self.asks_reason:
            return replace(self, error=f"{self.about}: give a reason, or {change}")
        return replace(self, error=f"{self.about}: say that you considered it, or {change}")


def questions_of(evaluation: Evaluation) -> list[Question]:
    """Return the rules that ask for an answer, each with its latest answer that still holds."""
    return [_question(evaluation, finding) for finding in evaluation.asking]


def _question(evaluation: Evaluation, finding: rules.Finding) -> Question:
    adds, answer = finding.rule.adds, evaluation.answer_to(finding)
    return Question(
        finding,
        adds=named_codes(evaluation.edition, [adds])[0] if adds else None,
        beside=named_codes(evaluation.edition, finding.beside),
        answered=answer is not None,
        considered=answer is not None and answer.kind == RuleAnswer.Kind.CONSIDERED,
        text=answer.text if answer else "",
    )
