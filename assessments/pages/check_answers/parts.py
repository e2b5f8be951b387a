"""The parts of the page, and where on it, or among the factors, a problem is put right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from assessments.components.problems import code_box
from assessments.evaluation import Evaluation
from assessments.rules import Finding
from cinfactors.web.problems import Problem


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the page, to which a link and a key lead."""

    name: str
    target: str
    more: str = ""


def parts_of(unanswered: int, asked: int) -> list[Part]:
    """Return the parts of the page, in their order."""
    count = f"{unanswered} of {asked} open" if asked else ""
    return [
        Part("Factors", "factors-selected"),
        Part("Outcome", "id_outcome_1"),
        Part("What the guide asks", "asked", count),
        Part("Dates", "dates"),
        Part("Submit", "submit"),
    ]


def problems_of_errors(findings: Sequence[Finding], evaluation: Evaluation) -> list[Problem]:
    """Return the errors among the findings, each linked to where it is put right."""
    return [
        linked_problem(finding, evaluation)
        for finding in findings
        # What an outcome must be is a problem once there is one.
        if finding.is_error and (evaluation.selection.outcome or not finding.rule.outcomes)
    ]


def linked_problem(finding: Finding, evaluation: Evaluation) -> Problem:
    """Link a finding to where it is put right: the outcome here, the rest among the factors."""
    if finding.rule.outcomes:
        return Problem(finding.message, "id_outcome_1")
    if finding.is_about_the_description:
        target = "id_other_description"
    else:
        target = code_box(finding, evaluation.edition)
    page = reverse("factors", args=[evaluation.assessment.reference])
    return Problem(finding.message, target, page=page)
