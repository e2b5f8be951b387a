"""One invented assessment as it changes: what is selected, answered, submitted and decided."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any

from assessments import rules
from assessments.catalogue.types import Edition, Severity, code_order
from assessments.demo.parameters import Parameters
from assessments.models import Review, RuleAnswer

BETWEEN_ANSWERS = timedelta(seconds=40)


@dataclass(frozen=True, slots=True)
class ChildFacts:
    """What the rules read about a child."""

    born: date | None
    sex: str
    disabled: bool | None
    unborn: bool = False
    """Until the assessment ended; the birth, if there is one, is later."""

    def age_on(self, day: date) -> int | None:
        if self.born is None or self.born > day:
            return None
        born = self.born
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@dataclass(frozen=True, slots=True)
class Answer:
    rule: str
    kind: str
    codes: tuple[str, ...]
    text: str
    at: datetime
    by: int


@dataclass(frozen=True, slots=True)
class ManagerDecision:
    """A manager's decision, with its comments on single codes and the worker's replies."""

    decision: Review.Decision
    comment: str
    at: datetime
    reason: str = ""
    pinned: Mapping[str, str] = field(default_factory=dict)
    replies: Mapping[str, str] = field(default_factory=dict)
    """What the worker would reply, by code; empty for the decision's own comment."""
    replied_at: datetime | None = None
    """When they did."""


@dataclass(slots=True)
class Submission:
    """A version as it will be stored, and the manager's decisions on it."""

    codes: Sequence[str]
    description: str
    outcome: str
    answers: str
    """The answers that held, in JSON."""
    at: datetime
    corrected: bool = False
    """Whether it is the manager's correction of the submission before it."""
    authorised_at: datetime | None = None
    decisions: list[ManagerDecision] = field(default_factory=list)


class SimulatedAssessment:
    """The state of the assessment so far, changed as the services would change it."""

    def __init__(
        self,
        random: Random,
        parameters: Parameters,
        edition: Edition,
        child: ChildFacts,
        start_date: date,
        other_description: str,
        worker: int,
        manager: int,
    ) -> None:
        self.random, self.parameters, self.edition = random, parameters, edition
        self.child, self.start_date, self.other_description = child, start_date, other_description
        self.worker, self.manager = worker, manager
        self.codes: Sequence[str] = ()
        self.description = ""
        self.outcome = ""
        self.version = 0
        self.submitted_at: datetime | None = None
        self.answers: list[Answer] = []
        self.submissions: list[Submission] = []
        self._evaluated: tuple[tuple[str, ...], str] | None = None
        self._last_findings: tuple[rules.Finding, ...] = ()

    def select(self, codes: Sequence[str]) -> None:
        """Select codes; a description stays only with a code that takes one, as in the services."""
        self.codes = codes
        self.description = (
            "" if self.edition.described_codes.isdisjoint(codes) else self.other_description
        )

    def set_outcome(self, outcome: str) -> None:
        if self.outcome != outcome:
            self.outcome = outcome
            self.version += 1

    def answer_all(self, since: datetime, until: datetime) -> None:
        """Give, shortly before a time, the answers that the rules require and do not have."""
        replies = [*self._complied(), *map(self._answer_to, self._findings_to_answer())]
        pause = min(BETWEEN_ANSWERS, (until - since) / (len(replies) + 1))
        for place, (rule, kind, codes, text) in enumerate(replies):
            at = until - pause * (len(replies) - place)
            self.answers.append(Answer(rule, kind, codes, text, at, self.worker))
        self.version += len(replies)

    def _findings_to_answer(self) -> list[rules.Finding]:
        answered = {(answer.rule, answer.codes) for answer in self.answers}
        return [
            finding
            for finding in self._findings(self.codes)
            if finding.rule.severity in (Severity.EXPLAIN, Severity.CONSIDER)
            and (finding.rule.id, finding.codes) not in answered
        ]

    def submit(self, at: datetime) -> None:
        self.submitted_at = at
        self.submissions.append(
            Submission(self.codes, self.description, self.outcome, self._answers_that_hold(), at)
        )

    def correct(self, codes: Sequence[str], why: str, at: datetime) -> None:
        """Correct the last submission as the manager, with the answers that its codes require."""
        before = self.submissions[-1]
        self.select(codes)
        for finding in self._findings_to_answer():
            reason, considered = RuleAnswer.Kind.REASON, RuleAnswer.Kind.CONSIDERED
            kind = (reason if finding.can_be_answered_by(reason) else considered).value
            self.answers.append(Answer(finding.rule.id, kind, finding.codes, why, at, self.manager))
        answers_json = self._answers_that_hold()
        self.submissions.append(
            Submission(
                codes, self.description, self.outcome, answers_json, before.at, corrected=True
            )
        )
        self.review(ManagerDecision(Review.Decision.CORRECTED, why, at))

    def review(self, decision: ManagerDecision) -> None:
        """Add a manager's decision on the last submission; a return or a reopening unsubmits it."""
        self.submissions[-1].decisions.append(decision)
        if decision.decision is Review.Decision.AUTHORISED:
            self.submissions[-1].authorised_at = decision.at
        elif decision.decision is not Review.Decision.CORRECTED:
            self.submitted_at = None

    def reply(self, at: datetime) -> None:
        """Reply to the last decision as the worker."""
        decisions = self.submissions[-1].decisions
        decisions[-1] = replace(decisions[-1], replied_at=at)

    def _answers_that_hold(self) -> str:
        """Return the answers as a version keeps them: the latest to each rule on the same codes."""
        codes_now = {finding.rule.id: finding.codes for finding in self._findings(self.codes)}
        valid = {
            answer.rule: answer
            for answer in self.answers
            if codes_now.get(answer.rule) == answer.codes
        }
        return json.dumps([self._as_json(answer) for answer in valid.values()])

    def _as_json(self, answer: Answer) -> dict[str, Any]:
        return {
            "rule": answer.rule,
            "kind": answer.kind,
            "codes": answer.codes,
            "text": answer.text,
            "by": answer.by,
            "at": answer.at.isoformat(),
        }

    def _findings(self, codes: Sequence[str]) -> tuple[rules.Finding, ...]:
        """Return the rules' findings on the codes; evaluated once while nothing changes."""
        evaluated = (tuple(codes), self.outcome)
        if evaluated != self._evaluated:
            self._evaluated, self._last_findings = evaluated, self._evaluate(codes)
        return self._last_findings

    def _evaluate(self, codes: Sequence[str]) -> tuple[rules.Finding, ...]:
        child = self.child
        return rules.evaluate(
            self.edition,
            rules.Selection(
                sent=tuple(codes),
                other_description=self.description,
                outcome=self.outcome,
                age=child.age_on(self.start_date),
                unborn=child.unborn,
                sex=child.sex,
                disabled=child.disabled is True,
            ),
        )

    def _answer_to(self, finding: rules.Finding) -> tuple[str, str, tuple[str, ...], str]:
        rule, random = finding.rule, self.random
        texts = self.parameters.texts.answers_of.get(rule.id, self.parameters.texts.answers)
        if rule.severity is Severity.EXPLAIN:
            return rule.id, RuleAnswer.Kind.REASON.value, finding.codes, random.choice(texts)
        with_note = random.random() < self.parameters.workflow.chances["note_when_considered"]
        text = random.choice(texts) if with_note else ""
        return rule.id, RuleAnswer.Kind.CONSIDERED.value, finding.codes, text

    def _complied(self) -> Iterable[tuple[str, str, tuple[str, ...], str]]:
        """Yield the answers for codes that were added because a rule asked for them."""
        if self.answers:
            return
        for added in _added_by_rules(self.edition):
            if (
                added in self.codes
                and self.random.random() < self.parameters.workflow.chances["complied"]
            ):
                before = tuple(code for code in self.codes if code != added)
                for finding in self._evaluate(before):
                    if added in finding.rule.adds:
                        yield finding.rule.id, RuleAnswer.Kind.COMPLIED.value, finding.codes, ""


@lru_cache(maxsize=8)
def _added_by_rules(edition: Edition) -> tuple[str, ...]:
    """Return each code that a rule asks to add, once."""
    added = {code for rule in edition.rules for code in rule.adds}
    return tuple(sorted(added, key=code_order))
