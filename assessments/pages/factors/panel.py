"""The side panel of the factor page: what is selected, how much of it, and what the rules say."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from django.template.loader import get_template

from assessments.catalogue.types import Edition, Severity
from assessments.components.picker.layout import domain_groups
from assessments.components.picker.rendering import FINDING_LABELS
from assessments.components.picker.state import PickerState
from assessments.components.prerendered import Prerendered
from assessments.presenters.selection import SelectedCode, named_codes
from assessments.rules import Finding
from cinfactors.accounts.requests import SignedInRequest


class PanelFindings(NamedTuple):
    """The findings by how they are met."""

    errors: tuple[Finding, ...]
    to_describe: tuple[Finding, ...]
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
        to_describe=state.to_describe,
        questions=tuple(f for f in asking if f.rule.id not in answered),
        notes=tuple(f for f in state.findings if f.rule.severity is Severity.NOTE),
    )


def render_part(
    name: str, context: Mapping[str, Any], request: SignedInRequest | None = None
) -> str:
    """Return a template of this page with its context."""
    return get_template(f"pages/factors/{name}.html").render(dict(context), request)


def render_counts(edition: Edition, ticked: Collection[str]) -> str:
    """Return how many codes are selected in each domain."""
    number = {group.id: len(group.codes.intersection(ticked)) for group in domain_groups(edition)}
    return _prerendered_counts(edition).fill_in(
        {
            "some": lambda domain: " app-count--some" if number[domain] else "",
            "count": lambda domain: str(number[domain]),
        }
    )


@lru_cache(maxsize=8)
def _prerendered_counts(edition: Edition) -> Prerendered:
    return Prerendered("pages/factors/panel_counts.html", {"groups": domain_groups(edition)})


MOST_WAITING = 4
"""How many findings of a kind the panel links to: the list above them keeps its place."""


def _render_findings(findings: PanelFindings) -> str:
    waiting = [
        (severity.value, FINDING_LABELS[severity], found[:MOST_WAITING], len(found[MOST_WAITING:]))
        for severity in (Severity.EXPLAIN, Severity.CONSIDER, Severity.NOTE)
        if (found := findings.of(severity))
    ]
    context = {
        "errors": findings.errors,
        "to_describe": findings.to_describe,
        "waiting": waiting,
    }
    return render_part("panel_findings", context)


_cached_findings = lru_cache(maxsize=256)(_render_findings)


def render_findings(findings: PanelFindings) -> str:
    """Return the findings as links to their places."""
    # What shows posted strings is never cached.
    if any(finding.unlisted for finding in findings.errors):
        return _render_findings(findings)
    return _cached_findings(findings) if any(findings) else ""


@lru_cache(maxsize=256)
def render_open_questions(to_describe: tuple[Finding, ...], questions: tuple[Finding, ...]) -> str:
    """Return how many answers are missing, for the bar of a phone."""
    explain = sum(finding.rule.severity is Severity.EXPLAIN for finding in questions)
    context = {
        "to_describe": len(to_describe),
        "questions": questions,
        "explain": explain,
        "consider": len(questions) - explain,
    }
    return render_part("bar_questions", context)


def render_selected(edition: Edition, ticked: Collection[str], has_words: bool) -> str:
    """Return the selected codes, each with a button that removes it."""
    codes = [
        _cached_selected_code(edition, each.code, has_words)
        if each.entry
        else _selected_code(each, has_words)
        for each in named_codes(edition, ticked)
    ]
    return render_part("panel_selected", {"codes": codes, "has_words": has_words})


def _selected_code(each: SelectedCode, has_words: bool) -> str:
    return render_part("panel_selected_code", {"each": each, "has_words": has_words})


@lru_cache(maxsize=256)
def _cached_selected_code(edition: Edition, code: str, has_words: bool) -> str:
    return _selected_code(named_codes(edition, [code])[0], has_words)
