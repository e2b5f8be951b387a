"""What pages say of a selection: by domain, beside the picker, and the rules that ask."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from django.http import QueryDict

from assessments import record, rules
from assessments.catalogue.types import Code, Edition, Factor, Severity, code_order
from assessments.layout import (
    ASKING,
    DomainGroup,
    GivenAnswer,
    Note,
    PickerState,
    domain_groups,
)
from assessments.models import Assessment, RuleAnswer
from assessments.selecting import asked
from cinfactors.text import one_newline, written

NO_ERRORS: Mapping[str, str] = MappingProxyType({})
NO_NOTES: Mapping[str, tuple[Note, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class SelectedCode:
    """A selected code as a page names it; `entry` is None for one that the edition lacks."""

    code: str
    name: str
    factor: Factor | None = None
    entry: Code | None = None


@dataclass(frozen=True, slots=True)
class SelectedGroup:
    """A domain, or the group after the domains, with what is selected in it."""

    id: str
    name: str
    codes: tuple[SelectedCode, ...]


def named(edition: Edition, codes: Collection[str]) -> tuple[SelectedCode, ...]:
    """The codes with their names, in the order of the guide; unknown ones as they are."""
    return tuple(
        SelectedCode(code, edition.name_of(code), edition.factor_of(code), edition.codes[code])
        if code in edition.codes
        else SelectedCode(code, "not a code of this edition")
        for code in sorted(set(codes), key=code_order)
    )


def groups_of(assessment: Assessment) -> tuple[SelectedGroup, ...]:
    """What is recorded, by domain; a domain with nothing selected stands there empty."""
    return grouped(record.edition_of(assessment), assessment.codes)


def grouped(edition: Edition, codes: Collection[str]) -> tuple[SelectedGroup, ...]:
    return tuple(
        SelectedGroup(
            group.id, group.name, named(edition, [code for code in codes if code in group.codes])
        )
        for group in domain_groups(edition)
    )


def picker_state(
    assessment: Assessment,
    density: str,
    data: QueryDict | None = None,
    *,
    description_error: str = "",
    notes: Mapping[str, tuple[Note, ...]] = NO_NOTES,
    errors: Mapping[str, str] = NO_ERRORS,
) -> PickerState:
    """The picker as it was sent, or as it is stored where nothing was sent."""
    edition = record.edition_of(assessment)
    selection = record.selection_of(assessment)
    if data is not None:
        description = one_newline(data.get("other_description", ""))
        selection = rules.replace_codes(selection, asked(edition, data).codes, description)
    found = rules.findings(edition, selection)
    return PickerState(
        edition=edition,
        density=density,
        ticked=frozenset(selection.codes),
        description=selection.other_description,
        description_error=description_error,
        findings=found if data is not None else while_working(found),
        notes=notes,
        answers=given_answers(assessment, found, data, errors),
    )


def given_answers(
    assessment: Assessment,
    found: Collection[rules.Finding],
    data: QueryDict | None = None,
    errors: Mapping[str, str] = NO_ERRORS,
) -> dict[str, GivenAnswer]:
    """The answers that still hold, by rule, with what was typed and is not saved before them.

    A query only where one of the findings asks.
    """
    asking = [finding for finding in found if finding.rule.severity in ASKING]
    if not asking:
        return {}
    stored = record.answers_of(assessment)
    open_ones = {each.rule.id for each in rules.unanswered(asking, record.rule_answers(stored))}
    given = {}
    for finding in asking:
        rule = finding.rule.id
        last = None if rule in open_ones else _last_answer(stored, finding)
        text = last.text if last else ""
        typed = written(data.get(f"text-{rule}", text)) if data else text
        error = errors.get(rule, "")
        if last or typed or error:
            holds = last is not None and typed == text
            given[rule] = GivenAnswer(typed, holds=holds, error=error)
    return given


def while_working(found: tuple[rules.Finding, ...]) -> tuple[rules.Finding, ...]:
    """What is worth saying before the person submits: not that nothing is selected yet."""
    return tuple(
        finding for finding in found if finding.rule.severity is not Severity.ERROR_ON_SUBMISSION
    )


@dataclass(frozen=True, slots=True)
class PanelDomain:
    group: DomainGroup
    count: int


@dataclass(frozen=True, slots=True)
class SidePanel:
    """What stands beside the picker, always in view."""

    domains: tuple[PanelDomain, ...]
    selected: tuple[SelectedCode, ...]
    errors: tuple[rules.Finding, ...]
    questions: tuple[rules.Finding, ...]
    answered: tuple[rules.Finding, ...]
    notes: tuple[rules.Finding, ...]

    @property
    def said(self) -> tuple[tuple[rules.Finding, ...], ...]:
        return self.errors, self.questions, self.answered, self.notes


def side_panel(state: PickerState) -> SidePanel:
    asking = [finding for finding in state.findings if finding.rule.severity in ASKING]
    met = {rule for rule, answer in state.answers.items() if answer.holds}
    return SidePanel(
        domains=tuple(
            PanelDomain(group, len(group.codes & state.ticked))
            for group in domain_groups(state.edition)
        ),
        selected=named(state.edition, state.ticked),
        errors=tuple(f for f in state.findings if f.is_error_on_save),
        questions=tuple(f for f in asking if f.rule.id not in met),
        answered=tuple(f for f in asking if f.rule.id in met),
        notes=tuple(f for f in state.findings if f.rule.severity is Severity.NOTE),
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """A code on which two selections differ."""

    selected: SelectedCode
    mine: bool
    theirs: bool


def conflict_rows(state: PickerState, theirs: Assessment) -> list[Difference]:
    """What differs between what was sent and what is stored."""
    stored = frozenset(theirs.codes)
    return [
        Difference(each, each.code in state.ticked, each.code in stored)
        for each in named(state.edition, state.ticked ^ stored)
    ]


@dataclass(frozen=True, slots=True)
class Question:
    """A rule that asks to explain or consider, with what was answered or typed so far."""

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
        selected = self.adds or self.beside[0]
        return f"{selected.code} {selected.name}"

    @property
    def asks_reason(self) -> bool:
        return self.finding.rule.severity is Severity.EXPLAIN

    @property
    def target(self) -> str:
        """The id of the box that an error links to."""
        rule = self.finding.rule.id
        return f"text-{rule}" if self.asks_reason else f"considered-{rule}"

    def sent(self, data: QueryDict | None, refusals: Mapping[str, str]) -> Question:
        """As it was sent, with what the service refused of it."""
        rule = self.finding.rule.id
        if data is None:
            return self
        return replace(
            self,
            text=one_newline(data.get(f"text-{rule}", self.text)),
            considered=f"considered-{rule}" in data,
            error=refusals.get(rule, ""),
        )

    def unanswered(self, asked: Collection[str]) -> Question:
        """With the message that it needs an answer, where it is among those still asked."""
        if self.finding.rule.id not in asked or self.error:
            return self
        change = "add it" if self.adds else "change the selection"
        if self.asks_reason:
            return replace(self, error=f"{self.about}: give a reason, or {change}")
        return replace(self, error=f"{self.about}: say that you considered it, or {change}")


def questions_of(assessment: Assessment) -> list[Question]:
    """The rules that ask, each with the latest answer that still holds."""
    edition = record.edition_of(assessment)
    answers = record.answers_of(assessment)
    found = record.findings_of(assessment)
    open_ones = {f.rule.id for f in rules.unanswered(found, record.rule_answers(answers))}
    questions = []
    for finding in found:
        if finding.rule.severity not in ASKING:
            continue
        question = Question(
            finding,
            adds=named(edition, [finding.rule.adds])[0] if finding.rule.adds else None,
            beside=named(edition, finding.beside),
        )
        last = _last_answer(answers, finding)
        if finding.rule.id not in open_ones and last is not None:
            question = replace(
                question,
                answered=True,
                considered=last.kind == RuleAnswer.Kind.CONSIDERED,
                text=last.text,
            )
        questions.append(question)
    return questions


def _last_answer(answers: list[RuleAnswer], finding: rules.Finding) -> RuleAnswer | None:
    codes = frozenset(finding.codes)
    holding = [
        answer
        for answer in answers
        if answer.rule == finding.rule.id
        and frozenset(answer.codes) == codes
        and answer.kind != RuleAnswer.Kind.COMPLIED
    ]
    return holding[-1] if holding else None
