"""The row that records an answer to a rule, or why it cannot be recorded."""

from __future__ import annotations

from dataclasses import dataclass

from assessments.models import Assessment, RuleAnswer
from assessments.rules import AnswerKind, Finding
from assessments.rules.asking import what_to_do
from assessments.services.refusals import field_errors
from cinfactors.accounts.models import User
from cinfactors.web.clean_text import clean_text

NOTE = ""
"""The kind of an answer that is a note alone, without saying that it was considered."""


@dataclass(frozen=True, slots=True)
class SentAnswer:
    """An answer to a rule, as a page sent it."""

    rule: str
    kind: str
    """One of AnswerKind, or NOTE."""
    text: str = ""
    pressed: bool = False
    """Whether its button was pressed: an answer even if the record has the same already."""
    adds: tuple[str, ...] = ()
    removes: tuple[str, ...] = ()
    """What complying adds or removes, as its button said. Neither: the rule's only step."""


def new_answer(
    assessment: Assessment, finding: Finding, given: SentAnswer, by: User
) -> tuple[RuleAnswer, str]:
    """Return the row that answers a finding, still without its time, and why it cannot be stored.

    The message is empty where it can. Nothing is written.
    """
    answer = RuleAnswer(
        assessment=assessment,
        rule=given.rule,
        kind=given.kind,
        codes=list(finding.codes),
        text="" if given.kind == AnswerKind.COMPLIED else clean_text(given.text),
        answered_by=by,
    )
    if given.kind == AnswerKind.REASON and not answer.text:
        return answer, what_to_do(finding)
    return answer, field_errors(answer, "text").get("text", "")
