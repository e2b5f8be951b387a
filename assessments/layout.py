"""The picker: every code of an edition as a checkbox, with the guide's text beside it.

What does not change from one request to the next, which is nearly all of it, is rendered once
for each edition and density and kept as stretches of finished text; a request fills in what is
ticked and what the rules say between them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from crispy_forms.layout import LayoutObject
from django.template.loader import get_template
from django.utils.safestring import SafeString

from assessments.catalogue.types import (
    Block,
    BulletList,
    Code,
    Edition,
    Emphasis,
    Factor,
    Paragraph,
    Severity,
)
from assessments.record import described_codes
from assessments.rules import Finding
from assessments.selecting import standing_alone
from assessments.stretches import Stretches, filled, stretches
from cinfactors.accounts.models import Density

LAST = "last"
"""The id on the page of the group that stands after the domains."""

KINDS_OF_FINDING: Mapping[Severity, str] = {
    Severity.ERROR_ON_SAVE: "Error:",
    Severity.ERROR_ON_SUBMISSION: "To put right:",
    Severity.EXPLAIN: "To explain:",
    Severity.CONSIDER: "To consider:",
    Severity.NOTE: "Note:",
}

ASKING = (Severity.EXPLAIN, Severity.CONSIDER)
"""What is answered by a reason, or by saying that it was considered."""


@dataclass(frozen=True, slots=True)
class Box:
    """One checkbox; the hidden part of its label says which factor it is of."""

    code: str
    label: str
    hidden_label: str
    hint: str
    describes: bool
    after_or: bool


@dataclass(frozen=True, slots=True)
class FactorGroup:
    """A factor in one domain: its guidance, and its codes that stand in the domain."""

    name: str
    guidance: tuple[Block, ...]
    more: tuple[Block, ...]
    boxes: tuple[Box, ...]

    @property
    def describes(self) -> bool:
        return any(box.describes for box in self.boxes)


@dataclass(frozen=True, slots=True)
class DomainGroup:
    """A domain, or the group that stands after the domains."""

    id: str
    name: str
    short_name: str
    factors: tuple[FactorGroup, ...]

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(box.code for factor in self.factors for box in factor.boxes)


@lru_cache(maxsize=16)
def domain_groups(edition: Edition, density: str = Density.FULL) -> tuple[DomainGroup, ...]:
    """The three domains in the guide's order, then what belongs to none."""
    groups = [
        DomainGroup(
            domain.id, domain.name, domain.short_name, _factors(edition, domain.id, density)
        )
        for domain in edition.domains
    ]
    last = _factors(edition, None, density)
    names = [factor.name for factor in last]
    name = " or ".join([names[0], *(each[0].lower() + each[1:] for each in names[1:])])
    return (*groups, DomainGroup(LAST, name, name, last))


def _factors(edition: Edition, domain: str | None, density: str) -> tuple[FactorGroup, ...]:
    return tuple(
        _factor(edition, factor, codes, density) for factor, codes in edition.factors_in(domain)
    )


def _factor(edition: Edition, factor: Factor, codes: tuple[Code, ...], density: str) -> FactorGroup:
    full = density == Density.FULL
    guidance, more = (factor.blocks, ()) if full else _key_points(factor)
    return FactorGroup(
        name=factor.name,
        guidance=guidance,
        more=more,
        boxes=tuple(_box(edition, factor, code, hint=not full) for code in codes),
    )


def _key_points(factor: Factor) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """The definition, and the rest of the guidance; the code's own words are its hint."""
    first, *others = factor.blocks
    if not factor.definition or isinstance(first, BulletList):
        return (), factor.blocks if len(factor.blocks) > 1 else ()
    bold = tuple(run for run in first.runs if run.emphasis is Emphasis.BOLD)
    rest = [run for run in first.runs if run.emphasis is not Emphasis.BOLD]
    if rest:
        rest[0] = replace(rest[0], text=rest[0].text.lstrip())
    return (Paragraph(bold),), ((Paragraph(tuple(rest)),) if rest else ()) + tuple(others)


def _box(edition: Edition, factor: Factor, code: Code, *, hint: bool) -> Box:
    return Box(
        code=code.code,
        label=code.label or code.about or factor.name,
        hidden_label=factor.name if code.about else "",
        hint=code.words.rstrip(".") if hint else "",
        describes=code.code in described_codes(edition),
        after_or=code.code in standing_alone(edition),
    )


@lru_cache(maxsize=16)
def picker_stretches(edition: Edition, density: str) -> Stretches:
    """The picker's text for an edition and a density, with the places left open in it."""
    return stretches("assessments/picker/picker.html", {"domains": domain_groups(edition, density)})


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody said or recorded of a code before; stands beside it, ticked or not."""

    kind: str
    """What sort of note, which is also the beginning of its id on the page."""
    source: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What was answered to a rule that asks, or typed and not yet saved."""

    text: str
    holds: bool = True
    error: str = ""


@dataclass(frozen=True, slots=True)
class PickerState:
    """What one request says: what is ticked, described and found, under which edition."""

    edition: Edition
    density: str
    ticked: frozenset[str]
    description: str = ""
    description_error: str = ""
    findings: tuple[Finding, ...] = ()
    notes: Mapping[str, tuple[Note, ...]] = field(default_factory=dict)
    """By code."""
    answers: Mapping[str, GivenAnswer] = field(default_factory=dict)
    """By rule."""
    choices: Mapping[str, str] = field(default_factory=dict)
    """By code, drawn already: what waits for a choice, or can be undone."""

    def beside(self) -> dict[str, list[Finding]]:
        """The findings by the code that each is shown beside: the first that it is about."""
        by_code: dict[str, list[Finding]] = {}
        for finding in self.findings:
            if finding.beside:
                by_code.setdefault(finding.beside[0], []).append(finding)
        return by_code


def render_finding(finding: Finding, edition: Edition, answer: GivenAnswer | None = None) -> str:
    """A finding as it stands beside its code, with the guide's words for it and how to answer."""
    # What names strings that were sent, or what somebody typed, is drawn and forgotten.
    if finding.unlisted or answer is not None:
        return _drawn(finding, edition, answer)
    return _finished(finding, edition)


def _drawn(finding: Finding, edition: Edition, answer: GivenAnswer | None = None) -> str:
    rule = finding.rule
    said = {
        "finding": finding,
        "kind": KINDS_OF_FINDING[rule.severity],
        "asks": rule.severity in ASKING,
        "asks_reason": rule.severity is Severity.EXPLAIN,
        "adds": f"{rule.adds} {edition.name_of(rule.adds)}" if rule.adds else "",
        "removable": [
            {"code": code, "name": edition.name_of(code)} for code in _removable(finding)
        ],
        "about": ", ".join(finding.codes or finding.beside),
    }
    if answer is not None:
        said |= {"answer": answer.holds, "text": answer.text, "error": answer.error}
    return get_template("assessments/picker/finding.html").render(said)


_finished = lru_cache(maxsize=1024)(_drawn)


def _removable(finding: Finding) -> tuple[str, ...]:
    """The codes of which removing one is a way to comply."""
    rule = finding.rule
    asks_to_remove = rule.severity is Severity.EXPLAIN or rule.kind in {"any_of", "together"}
    return finding.beside if asks_to_remove and finding.codes and not rule.adds else ()


def _described_by(code: str, state: PickerState, findings: Collection[Finding]) -> str:
    ids = [f"{note.kind}-{code}" for note in state.notes.get(code, ())]
    ids += [f"said-{finding.rule.id}" for finding in findings]
    if state.density != Density.FULL and state.edition.codes[code].words:
        ids.insert(0, f"hint-{code}")
    return f' aria-describedby="{" ".join(ids)}"' if ids else ""


def render_picker(state: PickerState) -> SafeString:
    """The whole picker for one request."""
    beside = state.beside()
    return filled(
        picker_stretches(state.edition, state.density),
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
    drawn = get_template("assessments/picker/note.html").render if notes else None
    return "".join(drawn({"note": note, "code": code}) for note in notes)


def _description(code: str, state: PickerState) -> str:
    # What somebody typed is drawn and forgotten.
    typed = state.description or state.description_error
    draw = _drawn_description if typed else _finished_description
    return draw(code, code in state.ticked, state.description, state.description_error)


def _drawn_description(code: str, ticked: bool, description: str, error: str) -> str:
    return get_template("assessments/picker/description.html").render(
        {"code": code, "ticked": ticked, "description": description, "error": error}
    )


_finished_description = lru_cache(maxsize=8)(_drawn_description)


class Picker(LayoutObject):
    """Draws the picker where a form's layout has it; the form's `picker` is its state."""

    fields: list[str] = []

    def render(self, form: Any, context: Any, template_pack: str = "", **kwargs: Any) -> SafeString:
        form.rendered_fields.update({"codes", "other_description"} & form.fields.keys())
        return render_picker(form.picker)
