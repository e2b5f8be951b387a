"""What a selection breaks, linked to the checkbox that it is about."""

from __future__ import annotations

from assessments import evaluation
from assessments.models import Assessment
from assessments.rules import Finding
from cinfactors.web.problems import Problem


def first_code_box(assessment: Assessment) -> str:
    """The id of the first checkbox of the picker."""
    return f"code-{next(iter(evaluation.edition_of(assessment).codes))}"


def selection_problems(found: tuple[Finding, ...], assessment: Assessment) -> list[Problem]:
    """What a selection breaks, linked to the code it is about, or else to the first box."""
    return [
        Problem(
            finding.message,
            f"code-{finding.beside[0]}" if finding.beside else first_code_box(assessment),
        )
        for finding in found
    ]
