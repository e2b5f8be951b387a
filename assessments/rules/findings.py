"""What a rule found, and how a person answered it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from assessments.catalogue.types import NEEDS_DESCRIPTION, Rule, Severity
from assessments.rules.kinds import KINDS


class AnswerKind(StrEnum):
    """How a person met a rule that asks to explain or consider."""

    COMPLIED = "complied"
    """The selection was changed as the rule asks; it says nothing of a rule that still speaks."""
    REASON = "reason"
    CONSIDERED = "considered"


_MEETS: Mapping[str, Severity] = {
    AnswerKind.REASON: Severity.EXPLAIN,
    AnswerKind.CONSIDERED: Severity.CONSIDER,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that speaks of a selection."""

    rule: Rule
    codes: tuple[str, ...]
    """The selected codes that it is about: whole codes of the edition, in the guide's order."""
    beside: tuple[str, ...]
    """The codes to show it beside, which need not be selected; empty: the whole selection."""
    message: str
    """The rule's message with the codes and their names in it."""
    unlisted: tuple[str, ...] = ()
    """What was sent and is no code of the edition, each once, in the order sent."""

    @property
    def is_error_on_save(self) -> bool:
        """Whether the selection cannot be stored at all, not even as a draft."""
        return self.rule.severity is Severity.ERROR_ON_SAVE

    @property
    def is_error(self) -> bool:
        """Whether no answer settles it before submission."""
        return self.rule.severity in (Severity.ERROR_ON_SAVE, Severity.ERROR_ON_SUBMISSION)

    @property
    def is_about_the_description(self) -> bool:
        """Whether it is met by describing what a selected code stands for."""
        return self.rule.kind == NEEDS_DESCRIPTION

    @property
    def removable(self) -> tuple[str, ...]:
        """The selected codes of which removing one is a way to comply; none where adding is."""
        by_removing = (
            self.rule.severity is Severity.EXPLAIN or KINDS[self.rule.kind].met_by_removing
        )
        return self.beside if by_removing and self.codes and not self.rule.adds else ()

    def takes(self, kind: str) -> bool:
        """Whether it can be answered so: by a reason, as considered, or by the code it adds."""
        if kind == AnswerKind.COMPLIED:
            return bool(self.rule.adds) and self.rule.severity in _MEETS.values()
        return _MEETS.get(kind) is self.rule.severity


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person answered to a rule, and the codes that the rule was then about."""

    rule: str
    """The rule's id."""
    kind: str
    """One of AnswerKind."""
    codes: frozenset[str]


def unanswered(found: Iterable[Finding], answers: Iterable[Answer]) -> tuple[Finding, ...]:
    """The findings to explain or consider that no answer meets.

    An answer holds while the codes that its rule is about are those it was given for.
    """
    met = {(answer.rule, answer.codes, _MEETS.get(answer.kind)) for answer in answers}
    return tuple(
        finding
        for finding in found
        if finding.rule.severity in _MEETS.values()
        and (finding.rule.id, frozenset(finding.codes), finding.rule.severity) not in met
    )
