"""The rules that ask for a reason or for something to be considered, with their answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from django.http import QueryDict

from assessments import evaluation, rules
from assessments.catalogue.types import Severity
from assessments.models import Assessment, RuleAnswer
from assessments.presenters.selection import SelectedCode, named_codes
from cinfactors.web.clean_text import normalise_newlines


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

    def with_posted_answer(self, data: QueryDict | None, refusals: Mapping[str, str]) -> Question:
        """Return the question as it was posted, with the service's message about its answer.

        `refusals` has the messages by rule. Without posted data, return it as it is.
        """
        rule = self.finding.rule.id
        if data is None:
            return self
        return replace(
            self,
            text=normalise_newlines(data.get(f"text-{rule}", self.text)),
            considered=f"considered-{rule}" in data,
            error=refusals.get(rule, ""),
        )

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


def questions_of(assessment: Assessment) -> list[Question]:
    """Return the rules that ask for an answer, each with its latest answer that still holds."""
    edition = evaluation.edition_of(assessment)
    answers = evaluation.answers_of(assessment)
    findings = evaluation.findings_of(assessment)
    unanswered = {f.rule.id for f in rules.unanswered(findings, evaluation.rule_answers(answers))}
    questions = []
    for finding in findings:
        if not finding.rule.asks:
            continue
        question = Question(
            finding,
            adds=named_codes(edition, [finding.rule.adds])[0] if finding.rule.adds else None,
            beside=named_codes(edition, finding.beside),
        )
        last = latest_answer(answers, finding)
        if finding.rule.id not in unanswered and last is not None:
            question = replace(
                question,
                answered=True,
                considered=last.kind == RuleAnswer.Kind.CONSIDERED,
                text=last.text,
            )
        questions.append(question)
    return questions


def latest_answer(answers: list[RuleAnswer], finding: rules.Finding) -> RuleAnswer | None:
    """Return the latest reason or consideration given for the finding's present codes, if any."""
    codes = frozenset(finding.codes)
    still_valid = [
        answer
        for answer in answers
        if answer.rule == finding.rule.id
        and frozenset(answer.codes) == codes
        and answer.kind != RuleAnswer.Kind.COMPLIED
    ]
    return still_valid[-1] if still_valid else None
