"""What the factor page is told after each change: the parts of it that the change may move.

The parts are swapped into the page by their ids. What the page ticks or unticks by itself is
said as a difference, so that what the person has done since stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from assessments import factor_page
from assessments.forms import press_fields
from assessments.layout import PickerState, render_beside, render_picker
from assessments.models import Assessment, IdempotencyKey
from assessments.selecting import Wish, standing_alone
from assessments.summaries import side_panel
from cinfactors.accounts.held_forms import typed_by_field

OUTCOME = "X-Work"
"""The header that says whether it was saved: an answer without it is none of ours."""

SAVED, REFUSED, CONFLICT, OVER = "saved", "refused", "conflict", "over"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a change."""

    outcome: str
    assessment: Assessment
    state: PickerState
    wish: Wish
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
    parts = "".join(_part(name, html) for name, html in _parts(request, answer))
    ticks = format_html(
        '<div id="ticks" hidden hx-swap-oob="true" data-ticked="{}" data-unticked="{}" '
        'data-waiting="{}"></div>',
        " ".join(code for code in answer.state.ticked if code not in answer.wish.sent),
        " ".join(code for code in answer.wish.sent if code not in answer.state.ticked),
        " ".join(answer.wish.waiting),
    )
    return HttpResponse(parts + ticks, headers={OUTCOME: answer.outcome})


def _part(name: str, html: str) -> str:
    # What `_parts` gives was rendered by templates, which escape.
    return f'<div id="{name}" hx-swap-oob="innerHTML">{html}</div>'


def _parts(request: HttpRequest, answer: Answer) -> Iterator[tuple[str, str]]:
    state = answer.state
    panel = side_panel(state)
    yield "press", f"{typed_by_field(request.user)}{press_fields(answer.version)}"
    yield "counts", factor_page.counts(state)
    yield "selected", factor_page.selected(state.edition, panel.selected)
    yield "asks", factor_page.asks(panel)
    yield "saved", factor_page.saved(answer.assessment, answer.unsaved, answer.outcome)
    yield "typed-answer", _typed(answer)
    in_conflict = answer.outcome == CONFLICT
    yield (
        "differences",
        factor_page.differences(state, answer.assessment, answer.last_change, request.user)
        if in_conflict
        else "",
    )
    yield "shortcuts", factor_page.shortcuts(state.edition, request.user.shortcuts)
    if answer.redraw:
        yield "picker", render_picker(state)
        yield "density", factor_page.density_button(state.density)
    yield from _beside(answer)


def _typed(answer: Answer) -> str:
    """What became of typed codes, and whatever waits for a choice: the panel is always in view."""
    wish, typed = answer.wish, answer.wish.typed
    said = ""
    if typed.codes or typed.unlisted:
        selected = replace(typed, codes=tuple(c for c in typed.codes if c not in wish.waiting))
        said = factor_page.typed_answer(answer.state.edition, selected)
    return said + _choice(answer)


def _beside(answer: Answer) -> Iterator[tuple[str, str]]:
    """What stands beside single codes; the page empties the places that are not named."""
    beside = answer.state.beside()
    wish = answer.wish
    chosen = (*wish.waiting, *reversed(wish.codes if wish.replaced else ()), "")[0]
    for code in answer.state.edition.codes:
        html = render_beside(answer.state, beside.get(code, ()))
        if code == chosen:
            html = _choice(answer) + html
        if html:
            yield f"beside-{code}", html


def _choice(answer: Answer) -> str:
    state, wish = answer.state, answer.wish
    alone = bool(standing_alone(state.edition).intersection(wish.waiting))
    return factor_page.choice(
        state.edition,
        waiting=wish.waiting,
        replaced=() if wish.waiting else wish.replaced,
        stays=sorted(state.ticked),
        alone=alone,
    )
