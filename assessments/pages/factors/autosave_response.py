"""The autosave response: the parts of the factor page that a change may move.

The parts are swapped into the page by their ids. Which boxes the page has to tick or untick is
given as a difference, so that what the person has done since stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.http import HttpResponse
from django.utils.html import format_html

from assessments.components.idempotency import key_and_version_fields
from assessments.components.picker.posted_selection import PostedSelection
from assessments.components.picker.rendering import render_beside, render_picker
from assessments.components.picker.state import PickerState
from assessments.models import Assessment, IdempotencyKey
from assessments.pages.factors import parts
from assessments.pages.factors.panel import side_panel
from assessments.pages.factors.parts import SaveOutcome
from cinfactors.accounts.form_recovery import draft_owner_field
from cinfactors.accounts.requests import SignedInRequest

SAVE_OUTCOME_HEADER = "X-Save-Outcome"
"""Says whether the change was saved; a response without it comes from something else."""


@dataclass(frozen=True, slots=True)
class AutosaveResult:
    """What came of a change."""

    outcome: SaveOutcome
    assessment: Assessment
    state: PickerState
    posted: PostedSelection
    version: int
    """The version that the page carries from now on."""
    failure: str = ""
    """The message why it is not saved."""
    last_change: IdempotencyKey | None = None
    """What another page, or somebody else, did meanwhile."""
    rerenders_picker: bool = False
    """Whether the whole picker is rendered again, for another density."""


def autosave_response(request: SignedInRequest, result: AutosaveResult) -> HttpResponse:
    """Return the parts of the page, each addressed to the element of its id."""
    html = "".join(_swapped_part(name, html) for name, html in _parts(request, result))
    posted, ticked = result.posted, result.state.ticked
    ticks = format_html(
        '<div id="selection-changes" hidden hx-swap-oob="true" data-ticked="{}" data-unticked="{}" '
        'data-waiting="{}" data-refused="{}"></div>',
        " ".join(code for code in ticked if code not in posted.posted_codes),
        " ".join(code for code in posted.posted_codes if code not in ticked),
        " ".join(posted.waiting),
        " ".join(posted.typed.unlisted),
    )
    return HttpResponse(html + ticks, headers={SAVE_OUTCOME_HEADER: result.outcome.value})


def _swapped_part(name: str, html: str) -> str:
    # What `_parts` gives was rendered by templates, which escape.
    return f'<div id="{name}" hx-swap-oob="innerHTML">{html}</div>'


def _parts(request: SignedInRequest, result: AutosaveResult) -> Iterator[tuple[str, str]]:
    """Yield the id and the HTML of each part."""
    choices = parts.render_choices(result.state.edition, result.posted, stays=result.state.ticked)
    state = replace(result.state, choices=choices)
    yield (
        "key-and-version",
        f"{draft_owner_field(request.user)}{key_and_version_fields(result.version)}",
    )
    yield from _panel_parts(result, state)
    yield (
        "differences",
        parts.render_differences(state, result.assessment, result.last_change, request.user)
        if result.outcome is SaveOutcome.CONFLICT
        else "",
    )
    yield "shortcuts", parts.render_shortcuts(state.edition, request.user.shortcuts)
    if result.rerenders_picker:
        yield "picker", render_picker(state)
        yield "density", parts.render_density_button(state.density)
    yield from _parts_beside_codes(state)


def _panel_parts(result: AutosaveResult, state: PickerState) -> Iterator[tuple[str, str]]:
    panel = side_panel(state)
    yield "counts", parts.render_counts(state)
    yield "selected", parts.render_selected(state.edition, panel.selected)
    yield "findings", parts.render_panel_findings(panel)
    yield "still-open", parts.render_open_questions(panel)
    yield "saved", parts.render_save_status(result.assessment, result.outcome, result.failure)
    # Choices that wait stand here too: the panel is always in view.
    yield "typed-answer", _render_typed_codes(result) + "".join(state.choices.values())


def _render_typed_codes(result: AutosaveResult) -> str:
    """Render what became of typed codes; those that wait for a choice are not selected."""
    posted, typed = result.posted, result.posted.typed
    selected = replace(typed, codes=tuple(c for c in typed.codes if c not in posted.waiting))
    return parts.render_typed_codes(result.state.edition, selected)


def _parts_beside_codes(state: PickerState) -> Iterator[tuple[str, str]]:
    """Yield what stands beside single codes; the page empties the places that are not named."""
    findings = state.findings_by_code()
    for code in state.edition.codes:
        if html := render_beside(state, code, findings.get(code, ())):
            yield f"beside-{code}", html
