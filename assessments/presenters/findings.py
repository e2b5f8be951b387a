"""How a finding is complied with or answered: the words of its buttons and its fields."""

from __future__ import annotations

from dataclasses import dataclass

from assessments.catalogue.code_names import in_a_sentence
from assessments.catalogue.types import Edition, Severity
from assessments.rules import Finding, Way
from assessments.rules.asking import all_of, considered, one_of


@dataclass(frozen=True, slots=True)
class Step:
    """A step that complies with a rule, as its button says and sends it."""

    label: str
    value: str
    """The rule, and each code after "+" where it is added or "-" where it is removed."""
    id: str


def steps_of(edition: Edition, finding: Finding) -> tuple[Step, ...]:
    """Return the steps that comply, each of which names what it removes."""
    return tuple(_step(edition, finding, way) for way in finding.ways)


def considered_label(finding: Finding) -> str:
    """Return what a person says who has considered a rule and leaves the selection."""
    return f"Considered: {considered(finding)}"


def text_label(finding: Finding) -> str:
    """Return the label of the box for a reason, or for a note beside what was considered."""
    if finding.rule.severity is not Severity.EXPLAIN:
        return "Note (optional)"
    ways, codes = finding.ways, finding.beside
    if adds := [code for way in ways for code in way.adds]:
        question = f"why does {one_of(adds)} not apply?"
    elif any(way.keeps for way in ways):
        question = "why does more than one apply?"
    else:
        question = f"why {'do' if len(codes) > 1 else 'does'} {all_of(codes)} apply?"
    comes_second = ways and not finding.answer_comes_first
    return f"Or: {question}" if comes_second else f"W{question[1:]}"


def _step(edition: Edition, finding: Finding, way: Way) -> Step:
    rule = finding.rule.id
    signed = [*(f"+{code}" for code in way.adds), *(f"-{code}" for code in way.removes)]
    code = way.keeps or (*way.adds, *way.removes)[0]
    return Step(_label(edition, way), " ".join([rule, *signed]), f"comply-{rule}-{code}")


def _label(edition: Edition, way: Way) -> str:
    if way.keeps:
        # The factor is the same for all of them, and is named beside the buttons.
        about = edition.name_of(way.keeps).removeprefix(edition.factor_of(way.keeps).name)
        return f"Keep {way.keeps}{about}, and remove {all_of(way.removes)}"
    if way.adds:
        return f"Add {in_a_sentence(edition, way.adds)}"
    # What is selected stands beside the buttons by its whole name.
    return f"Remove {', '.join(f'{code} {edition.short_name_of(code)}' for code in way.removes)}"


def problem_of(subject: str, message: str) -> str:
    """Return what is wrong with an answer as pages say it: "13A Gangs: give a reason, …"."""
    return f"{subject}: {uncapitalised(message)}"


def uncapitalised(message: str) -> str:
    """Return a message as it follows what it is about; its style draws the capital alone."""
    return message[:1].lower() + message[1:]
