"""The factor page: finished text, and between it what one request says.

The page around the picker changes as little as the picker does, so it too is rendered once, for
each edition and role; see `assessments.components.prerendered`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import get_template
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.timezone import localdate, localtime

from assessments.catalogue.code_names import code_with_name, listed
from assessments.catalogue.types import Edition, Severity, code_order
from assessments.components.picker.drawing import picker_segments
from assessments.components.picker.layout import domain_groups
from assessments.components.picker.posted_selection import PostedSelection
from assessments.components.picker.state import PickerState
from assessments.components.picker.typed_codes import Typed
from assessments.components.prerendered import Segments, fill_in, mark, prerender
from assessments.evaluation import current_edition
from assessments.models import Assessment, IdempotencyKey
from assessments.pages.factors.forms import FactorsForm
from assessments.pages.factors.panel import SidePanel, side_panel
from assessments.presenters.comparison import compare
from assessments.presenters.selection import SelectedCode, named
from assessments.rules import Finding
from assessments.templatetags.record import identity_bar
from cinfactors import context_processors
from cinfactors.accounts import sessions
from cinfactors.accounts.models import Density, Role, User


@lru_cache(maxsize=32)
def page_segments(edition: Edition, role: str) -> Segments:
    """Everything around the picker, as a person of the role reads it."""
    person = SimpleNamespace(is_authenticated=True, role=role, name=mark("person"))
    # Every factor page stands below the list, wherever its own reference leads.
    around = context_processors.site_context_for(person, f"{reverse('assessments')}reference/")
    own = {"groups": domain_groups(edition), "some_codes": _some_codes(edition)}
    once = {"user": person, "csrf_token": mark("token"), "signed_in_for": mark("signed_in_for")}
    once["printed_at"] = mark("printed")
    return prerender("pages/factors/page.html", {**once, **around, **own})


def warm_cache() -> None:
    """Draw what the pages of social workers share, before the first of them is asked for."""
    edition = current_edition()
    page_segments(edition, Role.SOCIAL_WORKER)
    for density in Density:
        picker_segments(edition, density)


def _some_codes(edition: Edition) -> str:
    """Two codes, as an example of how they are typed."""
    return " ".join(factor.codes[0].code for factor in edition.factors[:2])


def response(
    request: HttpRequest,
    form: FactorsForm,
    context: Mapping[str, Any],
    *,
    hidden: str,
    status: int,
) -> HttpResponse:
    """The page of the form's picker.

    `context` is what stands above the heading, if anything does; `hidden` the hidden fields.
    """
    state = form.picker
    assessment: Assessment = context["assessment"]
    panel = side_panel(state)
    token = get_token(request)
    conflict = context["conflict"]
    unsaved = "Not saved" if context["problems"] or context["unsaved"] or conflict else ""
    fill = {
        "person": lambda _: escape(request.user.name),
        "token": lambda _: token,
        "signed_in_for": lambda _: str(sessions.seconds_left(request.session)),
        "printed": lambda _: context_processors.printed_at(),
        "error": lambda _: "Error: " if context["problems"] else "",
        "identity": lambda _: identity_bar(assessment, context["deadline"]),
        "top": lambda _: _top(request, context),
        "key_and_version": lambda _: hidden,
        "differences": lambda _: (
            differences(state, assessment, context["last_change"], request.user) if conflict else ""
        ),
        "typed_text": lambda _: escape(context["typed_text"]),
        "typed": lambda _: (
            typed_answer(state.edition, context["typed"]) + "".join(state.choices.values())
        ),
        "counts": lambda _: counts(state),
        "selected": lambda _: selected(state.edition, panel.selected),
        "asks": lambda _: asks(panel),
        "still_open": lambda _: still_open(panel),
        "saved": lambda _: saved(
            assessment, unsaved, "conflict" if conflict else "refused" if unsaved else "saved"
        ),
        "density": lambda _: density_button(state.density),
        "picker": lambda _: form.picker_drawn(),
        "shortcuts": lambda _: shortcuts(state.edition, request.user.shortcuts),
    }
    pieces = page_segments(state.edition, request.user.role)
    return HttpResponse(fill_in(pieces, fill), status=status)


def _render(name: str, context: Mapping[str, Any], request: HttpRequest | None = None) -> str:
    return get_template(f"pages/factors/{name}.html").render(dict(context), request)


def _top(request: HttpRequest, context: Mapping[str, Any]) -> str:
    """What is said before the page begins: nothing, most of the time."""
    if any(context[each] for each in ("messages", "problems", "unsaved", "last_review")):
        return _render("top", context, request)
    return ""


# The parts that also stand alone, in the answer to a change: see `autosave_response`.


def differences(
    state: PickerState, theirs: Assessment, last_change: IdempotencyKey | None, person: User
) -> str:
    """What the person sent beside what somebody else, or another tab, has saved meanwhile."""
    texts = (state.description, theirs.other_description)
    said = {
        "assessment": theirs,
        "last_change": last_change,
        "user": person,
        "rows": _differing_codes(state, theirs),
        "texts_differ": texts[0] != texts[1],
        "my_text": texts[0],
        "their_text": texts[1],
    }
    return _render("conflict", said)


@dataclass(frozen=True, slots=True)
class DifferingCode:
    """A code that is selected on the page or in what is stored, and not in both."""

    selected: SelectedCode
    mine: bool
    theirs: bool


def _differing_codes(state: PickerState, theirs: Assessment) -> list[DifferingCode]:
    """What differs between what was sent and what is stored, in the guide's order."""
    edition = state.edition
    codes = compare(edition, theirs.codes, edition, state.ticked)
    rows = [DifferingCode(each, mine=True, theirs=False) for each in codes.added]
    rows += [DifferingCode(each, mine=False, theirs=True) for each in codes.removed]
    return sorted(rows, key=lambda row: code_order(row.selected.code))


def counts(state: PickerState) -> str:
    """How many are selected in each domain."""
    number = {group.id: len(group.codes & state.ticked) for group in domain_groups(state.edition)}
    fill = {
        "some": lambda domain: " app-count--some" if number[domain] else "",
        "count": lambda domain: str(number[domain]),
    }
    return fill_in(_counts(state.edition), fill)


@lru_cache(maxsize=8)
def _counts(edition: Edition) -> Segments:
    return prerender("pages/factors/panel_counts.html", {"groups": domain_groups(edition)})


def saved(assessment: Assessment, unsaved: str, state: str) -> str:
    """When it was last saved, or why it is not."""
    if unsaved:
        said = unsaved
    elif assessment.codes or assessment.version > 1:
        at = localtime(assessment.saved_at)
        today = at.date() == localdate()
        said = f"Saved {date_format(at, 'H:i' if today else 'H:i, j F')}"
    else:
        said = "Nothing saved yet"
    return format_html(
        '<p class="govuk-body-s app-panel__saved app-panel__saved--{}" id="state" '
        'data-state="{}">{}</p>',
        state,
        state,
        said,
    )


def asks(panel: SidePanel) -> str:
    """What the rules say, in the panel: for codes alone finished once, as beside the codes."""
    if any(finding.unlisted for finding in panel.errors):
        return _render_asks(*panel.said)
    if any(panel.said):
        return _cached_asks(*panel.said)
    return ""


def _render_asks(*said: tuple[Finding, ...]) -> str:
    kinds = ("errors", "questions", "answered", "notes")
    return _render("panel_asks", dict(zip(kinds, said, strict=True)))


_cached_asks = lru_cache(maxsize=256)(_render_asks)


@lru_cache(maxsize=256)
def _cached_open(questions: tuple[Finding, ...]) -> str:
    explain = sum(finding.rule.severity is Severity.EXPLAIN for finding in questions)
    said = {"first": questions[0], "explain": explain, "consider": len(questions) - explain}
    return _render("panel_open", said)


def still_open(panel: SidePanel) -> str:
    """How much waits for an answer, where it is in view however much is selected."""
    return _cached_open(panel.questions) if panel.questions else ""


def selected(edition: Edition, codes: Collection[SelectedCode]) -> str:
    """What is selected, each with a button that removes it."""
    heading = (
        '<h2 class="govuk-heading-s app-panel__heading" id="selected-heading" tabindex="-1">'
        f"Selected ({len(codes)})</h2>"
    )
    if not codes:
        return f'{heading}<p class="govuk-body-s">Nothing yet.</p>'
    items = "".join(
        _listed(edition, each.code) if each.entry else _render("panel_selected", {"each": each})
        for each in codes
    )
    return f'{heading}<ul class="govuk-list app-panel__list app-panel__selected">{items}</ul>'


@lru_cache(maxsize=256)
def _listed(edition: Edition, code: str) -> str:
    """A code of the edition in the list of what is selected."""
    return _render("panel_selected", {"each": named(edition, [code])[0]})


@lru_cache(maxsize=4)
def density_button(density: str) -> str:
    """The button that changes to the other density."""
    return _render("density_button", {"density": density})


@lru_cache(maxsize=8)
def shortcuts(edition: Edition, on: bool) -> str:
    """The list of the keys that do things, with the button that switches them."""
    return _render("shortcuts", {"groups": domain_groups(edition), "on": on})


def typed_answer(edition: Edition, typed: Typed) -> str:
    """The typed codes read back by name, and what the others are; nothing where none were."""
    if not (typed.codes or typed.unlisted):
        return ""
    names = "; ".join(code_with_name(edition, code) for code in typed.codes)
    return _render("typed_answer", {"selected": names, "messages": typed.messages})


def choices(
    edition: Edition, posted: PostedSelection, *, stays: Collection[str], ticked: bool = False
) -> dict[str, str]:
    """What waits until the person says so, or can be undone after they did, by its code.

    `stays` is what is selected beside it; `ticked` says whether all of it is still ticked on the
    page, as it is where no script could take the tick away.
    """
    alone = edition.solitary_codes
    if posted.waiting:
        lonely = [code for code in (*posted.waiting, *posted.codes) if code in alone]
        place = lonely[0] if ticked else posted.waiting[0]
    elif posted.replaced:
        place = posted.codes[-1]
    else:
        return {}
    said = {
        "waiting": _several(edition, posted.waiting),
        "replaced": None if posted.waiting else _several(edition, posted.replaced),
        "others": _several(edition, stays),
        "alone": not alone.isdisjoint(posted.waiting),
        "ticked": ticked,
    }
    return {place: _render("choice", said)}


def _several(edition: Edition, codes: Collection[str]) -> dict[str, object] | None:
    """Codes as one button's value, and as they are read out."""
    if not codes:
        return None
    names = listed(edition, codes)
    short = names if len(codes) == 1 else f"the other {len(codes)} factors"
    return {"codes": " ".join(codes), "name": names, "short": short, "number": len(codes)}
