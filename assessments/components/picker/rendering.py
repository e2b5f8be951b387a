"""The picker: every code of an edition as a checkbox, with the guide's text beside it.

What does not change from one request to the next, which is nearly all of it, is rendered once for
each edition and density; a request fills in what is ticked, and what the rules say.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict
from functools import lru_cache

from django.template.loader import get_template
from django.utils.safestring import SafeString

from assessments.catalogue.types import Edition, Severity
from assessments.components.picker.layout import domain_groups
from assessments.components.picker.state import GivenAnswer, PickerState
from assessments.components.prerendered import Prerendered, attribute
from assessments.presenters.code_notes import Note
from assessments.presenters.findings import (
    considered_label,
    steps_of,
    text_label,
    uncapitalised,
)
from assessments.rules import Finding
from assessments.rules.asking import subject_of
from cinfactors.accounts.models import Density

FINDING_LABELS: Mapping[Severity, str] = {
    Severity.ERROR_ON_SAVE: "Error:",
    Severity.ERROR_ON_SUBMISSION: "To put right:",
    Severity.EXPLAIN: "To explain:",
    Severity.CONSIDER: "To consider:",
    Severity.NOTE: "Note:",
}


@lru_cache(maxsize=16)
def prerendered_picker(edition: Edition, density: str) -> Prerendered:
    """Return the picker for an edition and a density, without what belongs to a request."""
    return Prerendered(
        "components/picker/picker.html", {"domains": domain_groups(edition, density)}
    )


def render_picker(state: PickerState) -> SafeString:
    """Render the whole picker for one request."""
    findings = state.findings_by_code()
    return prerendered_picker(state.edition, state.density).fill_in(
        {
            "ticked": lambda code: attribute("checked") if code in state.ticked else "",
            "described": lambda code: attribute(
                "aria-describedby", _described_by(code, state, findings.get(code, ()))
            ),
            "also": lambda code: _also_selected() if code in state.ticked else "",
            "notes": lambda code: _render_notes(code, state.notes.get(code, ())),
            "beside": lambda code: render_beside(state, code, findings.get(code, ())),
            "description": lambda code: _render_description(code, state),
        },
    )


@lru_cache(maxsize=1)
def _also_selected() -> str:
    """Render what a link to a selected code of another domain says of it."""
    return get_template("components/picker/also_selected.html").render()


def render_beside(state: PickerState, code: str, findings: Collection[Finding]) -> str:
    """Render what stands beside one code: a choice to be made, and what the rules say."""
    is_choice = state.choice is not None and state.choice.beside == code
    if not (findings or is_choice):
        return ""
    context = {
        "choice": render_choice(state) if is_choice else "",
        "findings": [
            render_finding(finding, state.edition, state.answers.get(finding.rule.id))
            for finding in findings
        ],
    }
    return get_template("components/picker/beside.html").render(context)


def render_choice(state: PickerState) -> str:
    """Render what waits for a choice, or can be undone after it; nothing where there is none."""
    if state.choice is None:
        return ""
    return get_template("components/picker/choice.html").render(asdict(state.choice))


def render_finding(finding: Finding, edition: Edition, answer: GivenAnswer | None = None) -> str:
    """Render a finding beside its code, with the guide's words for it and how to answer."""
    # What shows posted strings, or what somebody typed, is never cached.
    if finding.unlisted or answer is not None:
        return _render_finding(finding, edition, answer)
    return _cached_finding(finding, edition)


def _render_finding(finding: Finding, edition: Edition, answer: GivenAnswer | None = None) -> str:
    rule = finding.rule
    context = {
        "finding": finding,
        "kind": FINDING_LABELS[rule.severity],
        "asks": rule.asks,
        "asks_reason": rule.severity is Severity.EXPLAIN,
        "steps": steps_of(edition, finding),
        "considered_label": considered_label(finding),
        "text_label": text_label(finding),
        "about": ", ".join(finding.codes or finding.beside),
        "subject": subject_of(edition, finding),
    }
    if answer is not None:
        context |= {
            "answer": answer.holds,
            "text": answer.text,
            "error": uncapitalised(answer.error),
        }
    return get_template("components/picker/finding.html").render(context)


_cached_finding = lru_cache(maxsize=1024)(_render_finding)


def _described_by(code: str, state: PickerState, findings: Collection[Finding]) -> str:
    """Return the ids of a checkbox's hint, its notes and its findings."""
    ids = [f"{note.kind}-{code}" for note in state.notes.get(code, ())]
    ids += [f"message-{finding.rule.id}" for finding in findings]
    if state.density != Density.FULL and state.edition.codes[code].words:
        ids.insert(0, f"hint-{code}")
    return " ".join(ids)


def _render_notes(code: str, notes: Collection[Note]) -> str:
    if not notes:
        return ""
    # What people wrote is never cached.
    template = get_template("components/picker/note.html")
    return "".join(template.render({"note": note, "code": code}) for note in notes)


def _render_description(code: str, state: PickerState) -> str:
    """Render the box for the description that a code takes."""
    ticked = code in state.ticked
    # What somebody typed is never cached.
    if state.description or state.description_error:
        return _description_box(code, ticked, state.description, state.description_error)
    return _cached_description_box(code, ticked, "", "")


def _description_box(code: str, ticked: bool, description: str, error: str) -> str:
    return get_template("components/picker/description.html").render(
        {"code": code, "ticked": ticked, "description": description, "error": error}
    )


_cached_description_box = lru_cache(maxsize=8)(_description_box)
