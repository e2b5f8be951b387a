"""The factor page: finished text, and between it what one request says.

The page around the picker changes as little as the picker does, so it too is rendered once, for
each edition, density and role; see `assessments.components.prerendered`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
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

from assessments.catalogue.types import Edition, Severity
from assessments.components.picker.drawing import picker_stretches
from assessments.components.picker.layout import domain_groups
from assessments.components.picker.posted_selection import Wish
from assessments.components.picker.state import PickerState
from assessments.components.picker.typed_codes import Typed
from assessments.components.prerendered import Stretches, filled, mark, stretches
from assessments.evaluation import current_edition
from assessments.models import Assessment, IdempotencyKey
from assessments.pages.factors.forms import FactorsForm
from assessments.pages.factors.panel import SidePanel, side_panel
from assessments.presenters.comparison import conflict_rows
from assessments.presenters.selection import SelectedCode, named
from assessments.rules import Finding
from assessments.templatetags.record import identity_bar
from cinfactors import context_processors
from cinfactors.accounts import sessions
from cinfactors.accounts.models import Density, Role, User


@lru_cache(maxsize=32)
def page_stretches(edition: Edition, density: str, role: str) -> Stretches:
    """Everything around the picker, as a person of the role reads it."""
    person = SimpleNamespace(is_authenticated=True, role=role, name=mark("person"))
    # Every factor page stands below the list, wherever its own reference leads.
    around = context_processors.around(person, f"{reverse('assessments')}reference/")
    own = {"groups": domain_groups(edition), "density": density, "some_codes": _some_codes(edition)}
    once = {"user": person, "csrf_token": mark("token"), "signed_in_for": mark("signed_in_for")}
    once["printed_at"] = mark("printed")
    return stretches("pages/factors/page.html", {**once, **around, **own})


def draw_ahead() -> None:
    """Draw what the pages of social workers share, before the first of them is asked for."""
    edition = current_edition()
    for density in Density:
        page_stretches(edition, density, Role.SOCIAL_WORKER)
        picker_stretches(edition, density)


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
        "press": lambda _: hidden,
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
    pieces = page_stretches(state.edition, state.density, request.user.role)
    return HttpResponse(filled(pieces, fill), status=status)


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
        "rows": conflict_rows(state, theirs),
        "texts_differ": texts[0] != texts[1],
        "my_text": texts[0],
        "their_text": texts[1],
    }
    return _render("conflict", said)


def counts(state: PickerState) -> str:
    """How many are selected in each domain."""
    number = {group.id: len(group.codes & state.ticked) for group in domain_groups(state.edition)}
    fill = {
        "some": lambda domain: " app-count--some" if number[domain] else "",
        "count": lambda domain: str(number[domain]),
    }
    return filled(_counts(state.edition), fill)


@lru_cache(maxsize=8)
def _counts(edition: Edition) -> Stretches:
    return stretches("pages/factors/panel_counts.html", {"groups": domain_groups(edition)})


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
        return _drawn_asks(*panel.said)
    if any(panel.said):
        return _finished_asks(*panel.said)
    return ""


def _drawn_asks(*said: tuple[Finding, ...]) -> str:
    kinds = ("errors", "questions", "answered", "notes")
    return _render("panel_asks", dict(zip(kinds, said, strict=True)))


_finished_asks = lru_cache(maxsize=256)(_drawn_asks)


@lru_cache(maxsize=256)
def _finished_open(questions: tuple[Finding, ...]) -> str:
    explain = sum(finding.rule.severity is Severity.EXPLAIN for finding in questions)
    said = {"first": questions[0], "explain": explain, "consider": len(questions) - explain}
    return _render("panel_open", said)


def still_open(panel: SidePanel) -> str:
    """How much waits for an answer, where it is in view however much is selected."""
    return _finished_open(panel.questions) if panel.questions else ""


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
    names = "; ".join(f"{code} {edition.name_of(code)}" for code in typed.codes)
    return _render("typed_answer", {"selected": names, "messages": typed.messages})


def choices(
    edition: Edition, wish: Wish, *, stays: Collection[str], ticked: bool = False
) -> dict[str, str]:
    """What waits until the person says so, or can be undone after they did, by its code.

    `stays` is what is selected beside it; `ticked` says whether all of it is still ticked on the
    page, as it is where no script could take the tick away.
    """
    alone = edition.solitary_codes
    if wish.waiting:
        lonely = [code for code in (*wish.waiting, *wish.codes) if code in alone]
        place = lonely[0] if ticked else wish.waiting[0]
    elif wish.replaced:
        place = wish.codes[-1]
    else:
        return {}
    said = {
        "waiting": _several(edition, wish.waiting),
        "replaced": None if wish.waiting else _several(edition, wish.replaced),
        "others": _several(edition, stays),
        "alone": not alone.isdisjoint(wish.waiting),
        "ticked": ticked,
    }
    return {place: _render("choice", said)}


def _several(edition: Edition, codes: Collection[str]) -> dict[str, object] | None:
    """Codes as one button's value, and as they are read out."""
    if not codes:
        return None
    names = "; ".join(f"{each.code} {each.name}" for each in named(edition, codes))
    short = names if len(codes) == 1 else f"the other {len(codes)} factors"
    return {"codes": " ".join(codes), "name": names, "short": short, "number": len(codes)}
