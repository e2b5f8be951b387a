"""What a rule that asks wants of a person, in words."""

from __future__ import annotations

from collections.abc import Sequence

from assessments.catalogue.types import Edition, Severity
from assessments.rules.findings import Finding


def subject_of(edition: Edition, finding: Finding) -> str:
    """Return the selected codes that a finding is about, by factor: "8B and 8E Private fostering".

    Where it is about what is recorded of the child, that.
    """
    if not finding.codes:
        return finding.rule.subject
    by_factor: dict[str, list[str]] = {}
    for code in finding.beside:
        by_factor.setdefault(edition.factor_of(code).name, []).append(code)
    return all_of([f"{all_of(codes)} {name}" for name, codes in by_factor.items()])


def what_to_do(finding: Finding) -> str:
    """Return what a finding without an answer asks for: "Give a reason, or add 24A"."""
    if finding.rule.severity is Severity.EXPLAIN:
        answer = "Give a reason"
    else:
        answer = f"Say “{considered(finding)}”"
    ways = finding.ways
    if adds := [code for way in ways for code in way.adds]:
        return f"{answer}, or add {one_of(adds)}"
    if any(way.keeps for way in ways):
        return f"{answer}, or keep one"
    if removes := [code for way in ways for code in way.removes]:
        return f"{answer}, or remove {one_of(removes)}"
    return f"{answer}, or change the selection"


def considered(finding: Finding) -> str:
    """Return what a person says who has considered it and leaves the selection."""
    return finding.rule.considered or "not in this case"


def all_of(words: Sequence[str]) -> str:
    """Return "8B", "8B and 8E", "8B, 8C and 8E"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def one_of(codes: Sequence[str]) -> str:
    """Return "24A", "5A or 6A", "9A, 1B or 3B"."""
    return " or ".join(filter(None, [", ".join(codes[:-1]), codes[-1]]))
