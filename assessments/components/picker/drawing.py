"""The picker: every code of an edition as a checkbox, with the guide's text beside it.

What does not change from one request to the next, which is nearly all of it, is rendered once
for each edition and density and kept as stretches of finished text; a request fills in what is
ticked and what the rules say between them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from crispy_forms.layout import LayoutObject
from django.template.loader import get_template
from django.utils.safestring import SafeString

from assessments.catalogue.code_names import code_with_name
from assessments.catalogue.types import (
    Edition,
    Severity,
)
from assessments.components.picker.layout import domain_groups
from assessments.components.picker.state import GivenAnswer, PickerState
from assessments.components.prerendered import Segments, fill_in, prerender
from assessments.presenters.code_notes import Note
from assessments.presenters.selection import named
from assessments.rules import Finding
from cinfactors.accounts.models import Density

KINDS_OF_FINDING: Mapping[Severity, str] = {
    Severity.ERROR_ON_SAVE: "Error:",
    Severity.ERROR_ON_SUBMISSION: "To put right:",
    Severity.EXPLAIN: "To explain:",
    Severity.CONSIDER: "To consider:",
    Severity.NOTE: "Note:",
}


@lru_cache(maxsize=16)
def picker_segments(edition: Edition, density: str) -> Segments:
    """The picker's text for an edition and a density, with the places left open in it."""
    return prerender("components/picker/picker.html", {"domains": domain_groups(edition, density)})


def render_finding(finding: Finding, edition: Edition, answer: GivenAnswer | None = None) -> str:
    """A finding as it stands beside its code, with the guide's words for it and how to answer."""
    # What names strings that were sent, or what somebody typed, is drawn and forgotten.
    if finding.unlisted or answer is not None:
        return _render_finding(finding, edition, answer)
    return _cached_finding(finding, edition)


def _render_finding(finding: Finding, edition: Edition, answer: GivenAnswer | None = None) -> str:
    rule = finding.rule
    said = {
        "finding": finding,
        "kind": KINDS_OF_FINDING[rule.severity],
        "asks": rule.asks,
        "asks_reason": rule.severity is Severity.EXPLAIN,
        "adds": code_with_name(edition, rule.adds) if rule.adds else "",
        "removable": named(edition, finding.removable),
        "about": ", ".join(finding.codes or finding.beside),
    }
    if answer is not None:
        said |= {"answer": answer.holds, "text": answer.text, "error": answer.error}
    return get_template("components/picker/finding.html").render(said)


_cached_finding = lru_cache(maxsize=1024)(_render_finding)


def _described_by(code: str, state: PickerState, findings: Collection[Finding]) -> str:
    ids = [f"{note.kind}-{code}" for note in state.notes.get(code, ())]
    ids += [f"said-{finding.rule.id}" for finding in findings]
    if state.density != Density.FULL and state.edition.codes[code].words:
        ids.insert(0, f"hint-{code}")
    return f' aria-describedby="{" ".join(ids)}"' if ids else ""


def render_picker(state: PickerState) -> SafeString:
    """The whole picker for one request."""
    beside = state.beside()
    return fill_in(
        picker_segments(state.edition, state.density),
        {
            "ticked": lambda code: " checked" if code in state.ticked else "",
            "described": lambda code: _described_by(code, state, beside.get(code, ())),
            "notes": lambda code: _notes(code, state.notes.get(code, ())),
            "beside": lambda code: render_beside(state, code, beside.get(code, ())),
            "description": lambda code: _description(code, state),
        },
    )


def render_beside(state: PickerState, code: str, findings: Collection[Finding]) -> str:
    """What waits for a choice beside one code, and what the rules say there."""
    return state.choices.get(code, "") + "".join(
        render_finding(finding, state.edition, state.answers.get(finding.rule.id))
        for finding in findings
    )


def _notes(code: str, notes: Collection[Note]) -> str:
    # What people wrote is drawn and forgotten.
    drawn = get_template("components/picker/note.html").render if notes else None
    return "".join(drawn({"note": note, "code": code}) for note in notes)


def _description(code: str, state: PickerState) -> str:
    # What somebody typed is drawn and forgotten.
    typed = state.description or state.description_error
    draw = _render_description if typed else _cached_description
    return draw(code, code in state.ticked, state.description, state.description_error)


def _render_description(code: str, ticked: bool, description: str, error: str) -> str:
    return get_template("components/picker/description.html").render(
        {"code": code, "ticked": ticked, "description": description, "error": error}
    )


_cached_description = lru_cache(maxsize=8)(_render_description)


class Picker(LayoutObject):
    """Draws the picker where a form's layout has it; the form's `picker` is its state."""

    fields: list[str] = []

    def render(self, form: Any, context: Any, template_pack: str = "", **kwargs: Any) -> SafeString:
        form.rendered_fields.update({"codes", "other_description"} & form.fields.keys())
        return render_picker(form.picker)
