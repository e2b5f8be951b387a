"""The factor page: finished text, and between it what one request says.

The page around the picker changes as little as the picker does, so it too is rendered once, for
each edition, density and role; see `assessments.stretches`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import get_template
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.timezone import localtime

from assessments.catalogue.types import Edition
from assessments.forms import FactorsForm
from assessments.layout import domain_groups
from assessments.models import Assessment
from assessments.rules import Finding
from assessments.stretches import Stretches, filled, mark, stretches
from assessments.summaries import SelectedCode, SidePanel, named, side_panel
from assessments.templatetags.record import identity_bar
from cinfactors import page
from cinfactors.accounts import sessions


@lru_cache(maxsize=32)
def page_stretches(edition: Edition, density: str, role: str) -> Stretches:
    """Everything around the picker, as a person of the role reads it."""
    person = SimpleNamespace(is_authenticated=True, role=role, name=mark("person"))
    # Every factor page stands below the list, wherever its own reference leads.
    around = page.around(person, f"{reverse('assessments')}reference/")
    own = {"groups": domain_groups(edition), "density": density}
    once = {"user": person, "csrf_token": mark("token"), "signed_in_for": mark("signed_in_for")}
    once["printed_at"] = mark("printed")
    return stretches("assessments/factors.html", {**once, **around, **own})


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
    counts = {domain.group.id: domain.count for domain in panel.domains}
    fill = {
        "person": lambda _: escape(request.user.name),
        "token": lambda _: token,
        "signed_in_for": lambda _: str(sessions.seconds_left(request.session)),
        "printed": lambda _: page.printed_at(),
        "error": lambda _: "Error: " if context["problems"] else "",
        "identity": lambda _: identity_bar(assessment, context["deadline"]),
        "top": lambda _: _top(request, context),
        "press": lambda _: hidden,
        "some": lambda domain: " app-count--some" if counts[domain] else "",
        "count": lambda domain: str(counts[domain]),
        "number": lambda _: str(len(panel.selected)),
        "selected": lambda _: _selected(state.edition, panel.selected),
        "asks": lambda _: _asks(panel),
        "saved": lambda _: _saved(assessment, context),
        "picker": lambda _: form.picker_drawn(),
    }
    pieces = page_stretches(state.edition, state.density, request.user.role)
    return HttpResponse(filled(pieces, fill), status=status)


def _render(name: str, context: Mapping[str, Any], request: HttpRequest | None = None) -> str:
    return get_template(f"assessments/{name}.html").render(dict(context), request)


def _top(request: HttpRequest, context: Mapping[str, Any]) -> str:
    """What is said before the page begins: nothing, most of the time."""
    said = ("messages", "problems", "unsaved", "last_review")
    if any(context[each] for each in said) or context["conflict"] is not None:
        return _render("factors_top", context, request)
    return ""


def _saved(assessment: Assessment, context: Mapping[str, Any]) -> str:
    if context["problems"] or context["unsaved"] or context["conflict"] is not None:
        return "Not saved"
    if assessment.codes or assessment.version > 1:
        return f"Saved {date_format(localtime(assessment.saved_at), 'H:i, j F')}"
    return "Nothing saved yet"


def _asks(panel: SidePanel) -> str:
    """What the rules ask, in the panel: for codes alone finished once, as beside the codes."""
    if any(finding.unlisted for finding in panel.errors):
        return _drawn_asks(panel.errors, panel.questions)
    return _finished_asks(panel.errors, panel.questions) if panel.speaks else ""


def _drawn_asks(errors: tuple[Finding, ...], questions: tuple[Finding, ...]) -> str:
    return _render("panel_asks", {"errors": errors, "questions": questions})


_finished_asks = lru_cache(maxsize=256)(_drawn_asks)


def _selected(edition: Edition, selected: tuple[SelectedCode, ...]) -> str:
    if not selected:
        return '<p class="govuk-body-s">Nothing yet.</p>'
    items = "".join(
        _listed(edition, each.code) if each.entry else _render("panel_selected", {"each": each})
        for each in selected
    )
    return f'<ul class="govuk-list app-panel__list app-panel__selected">{items}</ul>'


@lru_cache(maxsize=256)
def _listed(edition: Edition, code: str) -> str:
    """A code of the edition in the list of what is selected."""
    return _render("panel_selected", {"each": named(edition, [code])[0]})
