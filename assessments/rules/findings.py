"""What a rule found in a selection, and how a person answered it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from assessments.catalogue.types import NEEDS_DESCRIPTION, Rule, Severity
from assessments.rules.kinds import KINDS


class AnswerKind(StrEnum):
    """How a person answered a rule that asks to explain or consider."""

    COMPLIED = "complied"
    """The selection was changed as the rule asks; it does not answer a rule that still speaks."""
    REASON = "reason"
    CONSIDERED = "considered"


_MEETS: Mapping[str, Severity] = {
    AnswerKind.REASON: Severity.EXPLAIN,
    AnswerKind.CONSIDERED: Severity.CONSIDER,
}


@dataclass(frozen=True, slots=True)
class Way:
    """One step by which a person complies with a rule: codes are added, or removed."""

    adds: tuple[str, ...] = ()
    removes: tuple[str, ...] = ()
    keeps: str = ""
    """The code that stays, where all others of the rule are removed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that speaks of a selection, and what it says."""

    rule: Rule
    codes: tuple[str, ...]
    """The selected codes that it is about: whole codes of the edition, in the guide's order."""
    beside: tuple[str, ...]
    """The codes that pages show it beside, selected or not; empty: the whole selection."""
    message: str
    """The rule's message, its placeholders filled with the codes and their names."""
    question: str = ""
    """What the rule asks, its placeholders filled; of a rule without one, its message."""
    unlisted: tuple[str, ...] = ()
    """What was sent and is no code of the edition, each once, in the order sent."""

    @property
    def is_error_on_save(self) -> bool:
        """Whether the selection cannot be stored at all, not even as a draft."""
        return self.rule.severity is Severity.ERROR_ON_SAVE

    @property
    def is_error(self) -> bool:
        """Whether it must be put right before submission: no answer is enough."""
        return self.rule.severity in (Severity.ERROR_ON_SAVE, Severity.ERROR_ON_SUBMISSION)

    @property
    def is_about_the_description(self) -> bool:
        """Whether it asks for a description of what a selected code stands for."""
        return self.rule.kind == NEEDS_DESCRIPTION

    @property
    def ways(self) -> tuple[Way, ...]:
        """The steps that comply; none where the rule does not ask, or leaves it to the person."""
        if not self.rule.asks:
            return ()
        if KINDS[self.rule.kind].keeps_one:
            return tuple(
                Way(removes=tuple(other for other in self.codes if other != code), keeps=code)
                for code in self.codes
            )
        adding = (Way(adds=(code,)) for code in self.rule.adds)
        removing = (Way(removes=(code,)) for code in self.codes if code in self.rule.removes)
        return (*adding, *removing)

    def permitted(self, adds: Iterable[str], removes: Iterable[str]) -> Way:
        """Return what of a step its rule asks for; without a step, the only one that there is."""
        ways, added, removed = self.ways, set(adds), set(removes)
        if not (added or removed):
            return ways[0] if len(ways) == 1 else Way()
        if any(way.keeps for way in ways) and removed >= set(self.codes):
            return Way()
        return Way(
            adds=tuple(code for way in ways for code in way.adds if code in added),
            removes=tuple(
                code
                for code in self.codes
                if code in removed and any(code in way.removes for way in ways)
            ),
        )

    @property
    def answer_comes_first(self) -> bool:
        """Whether pages offer the answer before the ways: where only we ask to remove a code."""
        return self.rule.is_ours and any(way.removes for way in self.ways)

    def can_be_answered_by(self, kind: str) -> bool:
        """Return whether the finding can be answered in this way.

        By a reason, as considered, or by a step that complies.
        """
        if kind == AnswerKind.COMPLIED:
            return bool(self.ways)
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
    """Return the findings to explain or consider that have no answer.

    An answer holds while its rule is about the same codes as when it was given.
    """
    met = {(answer.rule, answer.codes, _MEETS.get(answer.kind)) for answer in answers}
    return tuple(
        finding
        for finding in found
        if finding.rule.severity in _MEETS.values()
        and (finding.rule.id, frozenset(finding.codes), finding.rule.severity) not in met
    )
