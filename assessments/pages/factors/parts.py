"""The parts of the factor page, and the whole page made of them.

The page around the picker changes as little as the picker does, so it too is pre-rendered, for
each edition and role; see `assessments.components.prerendered`. Parts that a change may move also
stand alone in the autosave response; see `autosave_response`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import get_template
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.timezone import localdate, localtime

from assessments.catalogue.code_names import code_with_name, listed
from assessments.catalogue.types import Edition, Severity, code_order
from assessments.components.picker.layout import domain_groups
from assessments.components.picker.posted_selection import PostedSelection
from assessments.components.picker.rendering import picker_segments
from assessments.components.picker.state import PickerState
from assessments.components.picker.typed_codes import TypedCodes
from assessments.components.prerendered import (
    Renderers,
    Segments,
    fill_in,
    placeholder_marker,
    prerender,
)
from assessments.evaluation import current_edition
from assessments.models import Assessment, IdempotencyKey
from assessments.pages.factors.forms import FactorsForm
from assessments.pages.factors.panel import SidePanel, side_panel
from assessments.presenters.comparison import compare
from assessments.presenters.selection import SelectedCode, named_codes
from assessments.rules import Finding
from assessments.templatetags.record import identity_bar
from cinfactors import context_processors
from cinfactors.accounts import sessions
from cinfactors.accounts.models import Density, Role, User
from cinfactors.accounts.requests import SignedInRequest


class SaveOutcome(StrEnum):
    """Whether the page as it was posted is saved."""

    SAVED = "saved"
    REFUSED = "refused"
    CONFLICT = "conflict"
    CLOSED = "closed"


@lru_cache(maxsize=32)
def page_segments(edition: Edition, role: str) -> Segments:
    """Return everything around the picker, pre-rendered, as a person of the role reads it."""
    person = User(role=role, name=placeholder_marker("person"))
    context = {
        "user": person,
        "csrf_token": placeholder_marker("token"),
        "signed_in_for": placeholder_marker("signed_in_for"),
        "printed_at": placeholder_marker("printed"),
        # Every factor page stands below the list, wherever its own reference leads.
        **context_processors.site_context_for(person, f"{reverse('assessments')}reference/"),
        "groups": domain_groups(edition),
        "some_codes": _example_of_typed_codes(edition),
    }
    return prerender("pages/factors/page.html", context)


def warm_cache() -> None:
    """Pre-render what the pages of social workers share, before the first request for one."""
    edition = current_edition()
    page_segments(edition, Role.SOCIAL_WORKER)
    for density in Density:
        picker_segments(edition, density)


def _example_of_typed_codes(edition: Edition) -> str:
    return " ".join(factor.codes[0].code for factor in edition.factors[:2])


def page_response(
    request: SignedInRequest,
    form: FactorsForm,
    context: Mapping[str, Any],
    *,
    hidden_fields: str,
    status: int,
) -> HttpResponse:
    """Return the whole page, with the form's picker.

    `context` has the assessment, the notices above the heading, and what became of typed codes.
    """
    renderers = {
        **_renderers_of_surroundings(request, context, hidden_fields),
        **_renderers_of_form(request, form, context),
    }
    segments = page_segments(form.picker.edition, request.user.role)
    return HttpResponse(fill_in(segments, renderers), status=status)


def _renderers_of_surroundings(
    request: SignedInRequest, context: Mapping[str, Any], hidden_fields: str
) -> Renderers:
    """Return the renderers of what stands around the form, and of its hidden fields."""
    token = get_token(request)
    return {
        "person": lambda _: escape(request.user.name),
        "token": lambda _: token,
        "signed_in_for": lambda _: str(sessions.seconds_left(request.session)),
        "printed": lambda _: context_processors.printed_at(),
        "error": lambda _: "Error: " if context["problems"] else "",
        "identity": lambda _: identity_bar(context["assessment"], context["deadline"]),
        "top": lambda _: _render_notices(request, context),
        "autosave_url": lambda _: reverse("autosave", args=[context["assessment"].reference]),
        "key_and_version": lambda _: hidden_fields,
    }


def _renderers_of_form(
    request: SignedInRequest, form: FactorsForm, context: Mapping[str, Any]
) -> Renderers:
    """Return the renderers of the picker, the side panel and the differences of a conflict."""
    state = form.picker
    assessment: Assessment = context["assessment"]
    panel = side_panel(state)
    conflict = context["conflict"]
    outcome = SaveOutcome.SAVED
    if conflict:
        outcome = SaveOutcome.CONFLICT
    elif context["problems"] or context["unsaved"]:
        outcome = SaveOutcome.REFUSED
    failure = "" if outcome is SaveOutcome.SAVED else "Not saved"
    return {
        "differences": lambda _: (
            render_differences(state, assessment, context["last_change"], request.user)
            if conflict
            else ""
        ),
        "typed_text": lambda _: escape(context["typed_text"]),
        "typed": lambda _: (
            render_typed_codes(state.edition, context["typed"]) + "".join(state.choices.values())
        ),
        "counts": lambda _: render_counts(state),
        "selected": lambda _: render_selected(state.edition, panel.selected),
        "asks": lambda _: render_panel_findings(panel),
        "still_open": lambda _: render_open_questions(panel),
        "saved": lambda _: render_save_status(assessment, outcome, failure),
        "density": lambda _: render_density_button(state.density),
        "picker": lambda _: form.render_picker(),
        "shortcuts": lambda _: render_shortcuts(state.edition, request.user.shortcuts),
    }


def _render(name: str, context: Mapping[str, Any], request: SignedInRequest | None = None) -> str:
    return get_template(f"pages/factors/{name}.html").render(dict(context), request)


def _render_notices(request: SignedInRequest, context: Mapping[str, Any]) -> str:
    """Render what stands above the heading: nothing, most of the time."""
    if any(context[each] for each in ("messages", "problems", "unsaved", "last_review")):
        return _render("notices", context, request)
    return ""


# The parts that also stand alone, in the autosave response.


def render_differences(
    state: PickerState, theirs: Assessment, last_change: IdempotencyKey | None, person: User
) -> str:
    """Render what the person posted beside what somebody else, or another tab, saved meanwhile."""
    mine, stored = state.description, theirs.other_description
    context = {
        "assessment": theirs,
        "last_change": last_change,
        "user": person,
        "rows": _differing_codes(state, theirs),
        "texts_differ": mine != stored,
        "my_text": mine,
        "their_text": stored,
    }
    return _render("differences", context)


@dataclass(frozen=True, slots=True)
class DifferingCode:
    """A code that is selected on the page or in what is stored, and not in both."""

    selected: SelectedCode
    mine: bool
    theirs: bool


def _differing_codes(state: PickerState, theirs: Assessment) -> list[DifferingCode]:
    """Return what differs between the posted and the stored selection, in the guide's order."""
    edition = state.edition
    codes = compare(edition, theirs.codes, edition, state.ticked)
    rows = [DifferingCode(each, mine=True, theirs=False) for each in codes.added]
    rows += [DifferingCode(each, mine=False, theirs=True) for each in codes.removed]
    return sorted(rows, key=lambda row: code_order(row.selected.code))


def render_counts(state: PickerState) -> str:
    """Render how many codes are selected in each domain."""
    number = {group.id: len(group.codes & state.ticked) for group in domain_groups(state.edition)}
    renderers: Renderers = {
        "some": lambda domain: " app-count--some" if number[domain] else "",
        "count": lambda domain: str(number[domain]),
    }
    return fill_in(_counts_segments(state.edition), renderers)


@lru_cache(maxsize=8)
def _counts_segments(edition: Edition) -> Segments:
    return prerender("pages/factors/panel_counts.html", {"groups": domain_groups(edition)})


def render_save_status(assessment: Assessment, outcome: SaveOutcome, failure: str) -> str:
    """Render when the assessment was last saved, or the message why it is not."""
    if failure:
        message = failure
    elif assessment.codes or assessment.version > 1:
        at = localtime(assessment.saved_at)
        today = at.date() == localdate()
        message = f"Saved {date_format(at, 'H:i' if today else 'H:i, j F')}"
    else:
        message = "Nothing saved yet"
    return format_html(
        '<p class="govuk-body-s app-panel__saved app-panel__saved--{}" id="state" '
        'data-state="{}">{}</p>',
        outcome,
        outcome,
        message,
    )


def render_panel_findings(panel: SidePanel) -> str:
    """Render what the rules say, in the panel."""
    findings = (panel.errors, panel.questions, panel.answered, panel.notes)
    # What shows posted strings is never cached.
    if any(finding.unlisted for finding in panel.errors):
        return _render_panel_findings(*findings)
    return _cached_panel_findings(*findings) if any(findings) else ""


def _render_panel_findings(
    errors: tuple[Finding, ...],
    questions: tuple[Finding, ...],
    answered: tuple[Finding, ...],
    notes: tuple[Finding, ...],
) -> str:
    context = {"errors": errors, "questions": questions, "answered": answered, "notes": notes}
    return _render("panel_findings", context)


_cached_panel_findings = lru_cache(maxsize=256)(_render_panel_findings)


def render_open_questions(panel: SidePanel) -> str:
    """Render how many answers are missing, where it is in view however much is selected."""
    return _cached_open_questions(panel.questions) if panel.questions else ""


@lru_cache(maxsize=256)
def _cached_open_questions(questions: tuple[Finding, ...]) -> str:
    explain = sum(finding.rule.severity is Severity.EXPLAIN for finding in questions)
    context = {"first": questions[0], "explain": explain, "consider": len(questions) - explain}
    return _render("panel_open_questions", context)


def render_selected(edition: Edition, codes: Collection[SelectedCode]) -> str:
    """Render the selected codes, each with a button that removes it."""
    heading = (
        '<h2 class="govuk-heading-s app-panel__heading" id="selected-heading" tabindex="-1">'
        f"Selected ({len(codes)})</h2>"
    )
    if not codes:
        return f'{heading}<p class="govuk-body-s">Nothing yet.</p>'
    items = "".join(
        _cached_selected_code(edition, each.code)
        if each.entry
        else _render("panel_selected", {"each": each})
        for each in codes
    )
    return f'{heading}<ul class="govuk-list app-panel__list app-panel__selected">{items}</ul>'


@lru_cache(maxsize=256)
def _cached_selected_code(edition: Edition, code: str) -> str:
    return _render("panel_selected", {"each": named_codes(edition, [code])[0]})


@lru_cache(maxsize=4)
def render_density_button(density: str) -> str:
    """Render the button that changes to the other density."""
    return _render("density_button", {"density": density})


@lru_cache(maxsize=8)
def render_shortcuts(edition: Edition, on: bool) -> str:
    """Render the list of keyboard shortcuts, with the button that switches them on or off."""
    return _render("shortcuts", {"groups": domain_groups(edition), "on": on})


def render_typed_codes(edition: Edition, typed: TypedCodes) -> str:
    """Render the names of typed codes, and what is no code; nothing where none were typed."""
    if not (typed.codes or typed.unlisted):
        return ""
    names = "; ".join(code_with_name(edition, code) for code in typed.codes)
    return _render("typed_codes", {"selected": names, "messages": typed.messages})


def render_choices(
    edition: Edition, posted: PostedSelection, *, stays: Collection[str], ticked: bool = False
) -> dict[str, str]:
    """Render, by its code, what waits for the person's choice, or can be undone after it.

    `stays` is what is selected beside it; `ticked` says whether all of it is still ticked on the
    page, as it is where no script could take the tick away.
    """
    solitary = edition.solitary_codes
    if posted.waiting:
        alone = [code for code in (*posted.waiting, *posted.codes) if code in solitary]
        place = alone[0] if ticked else posted.waiting[0]
    elif posted.replaced:
        place = posted.codes[-1]
    else:
        return {}
    context = {
        "waiting": _codes_of_button(edition, posted.waiting),
        "replaced": None if posted.waiting else _codes_of_button(edition, posted.replaced),
        "others": _codes_of_button(edition, stays),
        "alone": not solitary.isdisjoint(posted.waiting),
        "ticked": ticked,
    }
    return {place: _render("choice", context)}


def _codes_of_button(edition: Edition, codes: Collection[str]) -> dict[str, object] | None:
    """Return codes as the value of one button, and as its text names them; None for none."""
    if not codes:
        return None
    names = listed(edition, codes)
    short = names if len(codes) == 1 else f"the other {len(codes)} factors"
    return {"codes": " ".join(codes), "name": names, "short": short, "number": len(codes)}
