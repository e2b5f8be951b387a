"""What a selection breaks, as lines of the error summary, each linked to its checkbox."""

from __future__ import annotations

from collections.abc import Iterable

from assessments import evaluation
from assessments.models import Assessment
from assessments.rules import Finding
from cinfactors.web.problems import Problem


def first_code_box(assessment: Assessment) -> str:
    """Return the id of the first checkbox of the picker."""
    return f"code-{next(iter(evaluation.edition_of(assessment).codes))}"


def code_box(finding: Finding, assessment: Assessment) -> str:
    """Return the id of the checkbox that a finding is about, or else of the first one."""
    return f"code-{finding.beside[0]}" if finding.beside else first_code_box(assessment)


def selection_problems(findings: Iterable[Finding], assessment: Assessment) -> list[Problem]:
    """Return a problem for each finding, linked to the checkbox that it is about."""
    return [Problem(finding.message, code_box(finding, assessment)) for finding in findings]
