"""The side panel of the factor page: what is selected, and what the rules say of it."""

from __future__ import annotations

from dataclasses import dataclass

from assessments import rules
from assessments.catalogue.types import Severity
from assessments.components.picker.state import PickerState
from assessments.presenters.selection import SelectedCode, named_codes


@dataclass(frozen=True, slots=True)
class SidePanel:
    """The selected codes, and the findings by how they are met."""

    selected: tuple[SelectedCode, ...]
    errors: tuple[rules.Finding, ...]
    questions: tuple[rules.Finding, ...]
    """Findings that ask for an answer and have none that holds."""
    answered: tuple[rules.Finding, ...]
    notes: tuple[rules.Finding, ...]


def side_panel(state: PickerState) -> SidePanel:
    """Return what the panel shows for a state of the picker."""
    asking = [finding for finding in state.findings if finding.rule.asks]
    answered = {rule for rule, answer in state.answers.items() if answer.holds}
    return SidePanel(
        selected=named_codes(state.edition, state.ticked),
        errors=tuple(f for f in state.findings if f.is_error_on_save),
        questions=tuple(f for f in asking if f.rule.id not in answered),
        answered=tuple(f for f in asking if f.rule.id in answered),
        notes=tuple(f for f in state.findings if f.rule.severity is Severity.NOTE),
    )
