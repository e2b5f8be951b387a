"""What the rules say, as the side panel of the factor page lists it."""

from __future__ import annotations

from typing import NamedTuple

from assessments.catalogue.types import Severity
from assessments.components.picker.state import PickerState
from assessments.rules import Finding


class PanelFindings(NamedTuple):
    """The findings by how they are met."""

    errors: tuple[Finding, ...]
    questions: tuple[Finding, ...]
    """Findings that ask for an answer and have none that holds."""
    notes: tuple[Finding, ...]

    def of(self, severity: Severity) -> tuple[Finding, ...]:
        """Return the questions, or notes, of a severity."""
        return tuple(f for f in (*self.questions, *self.notes) if f.rule.severity is severity)


def panel_findings(state: PickerState) -> PanelFindings:
    """Return what the panel lists for a state of the picker."""
    asking = [finding for finding in state.findings if finding.rule.asks]
    answered = {rule for rule, answer in state.answers.items() if answer.holds}
    return PanelFindings(
        errors=tuple(f for f in state.findings if f.is_error_on_save),
        questions=tuple(f for f in asking if f.rule.id not in answered),
        notes=tuple(f for f in state.findings if f.rule.severity is Severity.NOTE),
    )
