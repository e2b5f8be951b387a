"""The checkbox that a line of the error summary links to."""

from __future__ import annotations

from assessments.catalogue.types import Edition
from assessments.rules import Finding


def first_code_box(edition: Edition) -> str:
    """Return the id of the first checkbox of the picker."""
    return f"code-{next(iter(edition.codes))}"


def code_box(finding: Finding, edition: Edition) -> str:
    """Return the id of the checkbox that a finding is about, or else of the first one."""
    return f"code-{finding.beside[0]}" if finding.beside else first_code_box(edition)
