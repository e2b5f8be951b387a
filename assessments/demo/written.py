"""What a worker wrote in one assessment, and how its rules were answered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any

from assessments import rules
from assessments.catalogue.types import Edition, Severity, code_order
from assessments.demo.facts import Facts
from assessments.models import Review, RuleAnswer

BETWEEN_ANSWERS = timedelta(seconds=40)


@dataclass(frozen=True, slots=True)
class Circumstance:
    """What the rules ask of a child."""

    born: date | None
    sex: str
    disabled: bool

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
class Decided:
    """A decision of the manager's, with what was pinned to single codes."""

    decision: Review.Decision
    comment: str
    at: datetime
    reason: str = ""
    pinned: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Submission:
    """A version as it will be stored, and what the manager decided on it."""

    codes: Sequence[str]
    description: str
    outcome: str
    answers: str
    """The answers that held, in JSON."""
    at: datetime
    corrected: bool = False
    """Whether it is the manager's correction of the one before it."""
    authorised_at: datetime | None = None
    decisions: list[Decided] = field(default_factory=list)


class Written:
    """What stands in the record so far."""

    def __init__(
        self,
        random: Random,
        known: Facts,
        edition: Edition,
        child: Circumstance,
        start_date: date,
        other: str,
        worker: int,
        manager: int,
    ) -> None:
        self.random, self.known, self.edition = random, known, edition
        self.child, self.start_date, self.other = child, start_date, other
        self.worker, self.manager = worker, manager
        self.codes: Sequence[str] = ()
        self.description = ""
        self.outcome = ""
        self.version = 0
        self.submitted_at: datetime | None = None
        self.answers: list[Answer] = []
        self.submissions: list[Submission] = []
        self._asked: tuple[tuple[str, ...], str] | None = None
        self._found: tuple[rules.Finding, ...] = ()

    def select(self, codes: Sequence[str]) -> None:
        """Described if one of the codes takes a description, as the services keep it."""
        self.codes = codes
        self.description = "" if self.edition.described_codes.isdisjoint(codes) else self.other

    def decide(self, outcome: str) -> None:
        if self.outcome != outcome:
            self.outcome = outcome
            self.version += 1

    def answer_all(self, since: datetime, until: datetime) -> None:
        """Answer, shortly before a time, what the rules ask and was not answered before."""
        replies = [*self._complied(), *map(self._reply, self._asked_anew())]
        pause = min(BETWEEN_ANSWERS, (until - since) / (len(replies) + 1))
        for place, (rule, kind, codes, text) in enumerate(replies):
            at = until - pause * (len(replies) - place)
            self.answers.append(Answer(rule, kind, codes, text, at, self.worker))
        self.version += len(replies)

    def _asked_anew(self) -> list[rules.Finding]:
        given = {(answer.rule, answer.codes) for answer in self.answers}
        return [
            finding
            for finding in self._findings(self.codes)
            if finding.rule.severity in (Severity.EXPLAIN, Severity.CONSIDER)
            and (finding.rule.id, finding.codes) not in given
        ]

    def submit(self, at: datetime) -> None:
        self.submitted_at = at
        self.submissions.append(
            Submission(self.codes, self.description, self.outcome, self._answers_that_hold(), at)
        )

    def correct(self, codes: Sequence[str], why: str, at: datetime) -> None:
        """The manager changes the codes of the last submission, and answers what they ask anew."""
        before = self.submissions[-1]
        self.select(codes)
        for finding in self._asked_anew():
            reason, considered = RuleAnswer.Kind.REASON, RuleAnswer.Kind.CONSIDERED
            kind = (reason if finding.takes(reason) else considered).value
            self.answers.append(Answer(finding.rule.id, kind, finding.codes, why, at, self.manager))
        held = self._answers_that_hold()
        self.submissions.append(
            Submission(codes, self.description, self.outcome, held, before.at, corrected=True)
        )
        self.review(Decided(Review.Decision.CORRECTED, why, at))

    def review(self, decided: Decided) -> None:
        """What the manager decided on the last submission; the worker has what is sent back."""
        self.submissions[-1].decisions.append(decided)
        if decided.decision is Review.Decision.AUTHORISED:
            self.submissions[-1].authorised_at = decided.at
        elif decided.decision is not Review.Decision.CORRECTED:
            self.submitted_at = None

    def _answers_that_hold(self) -> str:
        """As a version keeps them: the latest answer to each rule that speaks of the same codes."""
        at_stake = {finding.rule.id: finding.codes for finding in self._findings(self.codes)}
        holding = {
            answer.rule: answer
            for answer in self.answers
            if at_stake.get(answer.rule) == answer.codes
        }
        return json.dumps([self._as_json(answer) for answer in holding.values()])

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
        """What the rules say of the codes; asked again of the same, what they said before."""
        asked = (tuple(codes), self.outcome)
        if asked != self._asked:
            self._asked, self._found = asked, self._evaluate(codes)
        return self._found

    def _evaluate(self, codes: Sequence[str]) -> tuple[rules.Finding, ...]:
        child = self.child
        return rules.evaluate(
            self.edition,
            rules.Selection(
                sent=tuple(codes),
                other_description=self.description,
                outcome=self.outcome,
                age=child.age_on(self.start_date),
                unborn=child.born is None,
                sex=child.sex,
                disabled=child.disabled,
            ),
        )

    def _reply(self, finding: rules.Finding) -> tuple[str, str, tuple[str, ...], str]:
        rule, random = finding.rule, self.random
        texts = self.known.texts.answers_of.get(rule.id, self.known.texts.answers)
        if rule.severity is Severity.EXPLAIN:
            return rule.id, RuleAnswer.Kind.REASON.value, finding.codes, random.choice(texts)
        with_note = random.random() < self.known.circumstances.chances["note_when_considered"]
        text = random.choice(texts) if with_note else ""
        return rule.id, RuleAnswer.Kind.CONSIDERED.value, finding.codes, text

    def _complied(self) -> Iterable[tuple[str, str, tuple[str, ...], str]]:
        """Codes that stand there because a rule asked for them."""
        if self.answers:
            return
        for added in _added_by_rules(self.edition):
            if (
                added in self.codes
                and self.random.random() < self.known.circumstances.chances["complied"]
            ):
                before = tuple(code for code in self.codes if code != added)
                for finding in self._evaluate(before):
                    if finding.rule.adds == added:
                        yield finding.rule.id, RuleAnswer.Kind.COMPLIED.value, finding.codes, ""


@lru_cache(maxsize=8)
def _added_by_rules(edition: Edition) -> tuple[str, ...]:
    """Each code that a rule asks to add, once."""
    added = {rule.adds for rule in edition.rules if rule.adds}
    return tuple(sorted(added, key=code_order))
