"""What the factor page is told after each change: the parts of it that the change may move.

The parts are swapped into the page by their ids. What the page ticks or unticks by itself is
said as a difference, so that what the person has done since stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from assessments.components.idempotency import key_and_version_fields
from assessments.components.picker.drawing import render_beside, render_picker
from assessments.components.picker.posted_selection import PostedSelection
from assessments.components.picker.state import PickerState
from assessments.models import Assessment, IdempotencyKey
from assessments.pages.factors import parts
from assessments.pages.factors.panel import side_panel
from cinfactors.accounts.form_recovery import draft_owner_field

OUTCOME = "X-Save-Outcome"
"""The header that says whether it was saved: an answer without it is none of ours."""

SAVED, REFUSED, CONFLICT, CLOSED = "saved", "refused", "conflict", "closed"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a change."""

    outcome: str
    assessment: Assessment
    state: PickerState
    posted: PostedSelection
    version: int
    """The version on which the page goes on."""
    unsaved: str = ""
    """Why it is not saved, for the person."""
    last_change: IdempotencyKey | None = None
    """What another page, or somebody else, did meanwhile."""
    redraw: bool = False
    """Whether the whole picker is to be drawn anew."""


def response(request: HttpRequest, answer: Answer) -> HttpResponse:
    """The parts of the page, each for the place of its id."""
    html = "".join(_part(name, html) for name, html in _parts(request, answer))
    ticks = format_html(
        '<div id="ticks" hidden hx-swap-oob="true" data-ticked="{}" data-unticked="{}" '
        'data-waiting="{}" data-refused="{}"></div>',
        " ".join(code for code in answer.state.ticked if code not in answer.posted.sent),
        " ".join(code for code in answer.posted.sent if code not in answer.state.ticked),
        " ".join(answer.posted.waiting),
        " ".join(answer.posted.typed.unlisted),
    )
    return HttpResponse(html + ticks, headers={OUTCOME: answer.outcome})


def _part(name: str, html: str) -> str:
    # What `_parts` gives was rendered by templates, which escape.
    return f'<div id="{name}" hx-swap-oob="innerHTML">{html}</div>'


def _parts(request: HttpRequest, answer: Answer) -> Iterator[tuple[str, str]]:
    posted = answer.posted
    choices = parts.choices(answer.state.edition, posted, stays=answer.state.ticked)
    state = replace(answer.state, choices=choices)
    panel = side_panel(state)
    yield (
        "key-and-version",
        f"{draft_owner_field(request.user)}{key_and_version_fields(answer.version)}",
    )
    yield "counts", parts.counts(state)
    yield "selected", parts.selected(state.edition, panel.selected)
    yield "asks", parts.asks(panel)
    yield "still-open", parts.still_open(panel)
    yield "saved", parts.saved(answer.assessment, answer.unsaved, answer.outcome)
    # Whatever waits for a choice is said here too: the panel is always in view.
    yield "typed-answer", _typed(answer) + "".join(choices.values())
    in_conflict = answer.outcome == CONFLICT
    yield (
        "differences",
        parts.differences(state, answer.assessment, answer.last_change, request.user)
        if in_conflict
        else "",
    )
    yield "shortcuts", parts.shortcuts(state.edition, request.user.shortcuts)
    if answer.redraw:
        yield "picker", render_picker(state)
        yield "density", parts.density_button(state.density)
    yield from _beside(state)


def _typed(answer: Answer) -> str:
    """What became of typed codes."""
    posted, typed = answer.posted, answer.posted.typed
    selected = replace(typed, codes=tuple(c for c in typed.codes if c not in posted.waiting))
    return parts.typed_answer(answer.state.edition, selected)


def _beside(state: PickerState) -> Iterator[tuple[str, str]]:
    """What stands beside single codes; the page empties the places that are not named."""
    beside = state.beside()
    for code in state.edition.codes:
        if html := render_beside(state, code, beside.get(code, ())):
            yield f"beside-{code}", html
