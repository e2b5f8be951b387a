"""The parts of the factor page: one table, from which the page and the autosave response are drawn.

Each part is the content of the element with its id. The page around them changes as little as the
picker does, so it is pre-rendered, for each edition and role; see
`assessments.components.prerendered`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

from django.contrib import messages
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import get_template
from django.urls import reverse
from django.utils.html import escape
from django.utils.timezone import localdate, localtime

from assessments.catalogue import search
from assessments.catalogue.code_names import listed
from assessments.catalogue.types import Edition
from assessments.components.idempotency import KeyAndVersionForm
from assessments.components.merging import OthersMessage
from assessments.components.picker.layout import domain_groups
from assessments.components.picker.posted_selection import EMPTY_POST, PostedSelection
from assessments.components.picker.rendering import (
    prerendered_picker,
    render_beside,
    render_choice,
    render_picker,
)
from assessments.components.picker.state import PickerState
from assessments.components.prerendered import Prerendered, placeholder
from assessments.components.replies import ManagersWords, render_comments
from assessments.evaluation import current_edition
from assessments.models import Assessment, IdempotencyKey
from assessments.pages.factors.panel import (
    panel_findings,
    render_counts,
    render_findings,
    render_open_questions,
    render_part,
    render_selected,
)
from assessments.presenters.clashes import ShownClash
from assessments.presenters.code_notes import offers
from assessments.presenters.deadlines import deadline_of
from assessments.presenters.found import search_answer
from assessments.presenters.selection import named_codes
from assessments.services import SaveOutcome
from assessments.templatetags.record import identity_bar, render_assessment_pages
from cinfactors import context_processors
from cinfactors.accounts import sessions
from cinfactors.accounts.models import Density, Role, User
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.web.problems import Problem

SAVE_OUTCOME_HEADER = "X-Save-Outcome"
"""Says whether the change was saved; a response without it comes from something else."""


@dataclass(frozen=True, slots=True)
class FactorPage:
    """What the factor page shows in one request."""

    request: SignedInRequest
    assessment: Assessment
    """As it is recorded."""
    picker: PickerState
    version: int
    """The version that the page carries from now on."""
    posted: PostedSelection = EMPTY_POST
    outcome: SaveOutcome = SaveOutcome.SAVED
    """Whether what the page shows is recorded; refused also if the description alone is not."""
    failure: str = ""
    """The message why it is not."""
    clashes: Sequence[ShownClash] = ()
    """In a conflict: what the person has to choose."""
    last_change: IdempotencyKey | None = None
    """In a conflict: what another page, or somebody else, did meanwhile."""
    others: OthersMessage | None = None
    """What the page took over from others."""
    is_merged_now: bool = False
    """Whether it took some of it over in this request."""
    problems: Sequence[Problem] = ()
    is_draft: bool = False
    """Whether it was typed while nobody was signed in, and never sent."""
    words: ManagersWords | None = None
    """What the manager said; in the response to a change only what it replies to."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the page: the id of its element, and what draws the element's content."""

    id: str
    draw: Callable[[FactorPage], str]
    with_picker: bool = False
    """Whether it moves only where the whole picker is drawn again, for another density."""


def page_response(
    page: FactorPage, *, status: int, parts: Sequence[Part] | None = None
) -> HttpResponse:
    """Return the whole page, made of the parts of the table, or of others with the same ids."""
    fillings = _surroundings(page) | {
        part.id: partial(_drawn, part, page) for part in parts or PARTS
    }
    prerendered = prerendered_page(page.picker.edition, page.request.user.role)
    return HttpResponse(prerendered.fill_in(fillings), status=status)


def _drawn(part: Part, page: FactorPage, _argument: str) -> str:
    # The placeholder of a part has no argument.
    return part.draw(page)


def autosave_response(
    page: FactorPage,
    *,
    redraw_picker: bool,
    taken_over: Collection[str] = (),
    description: str | None = None,
) -> HttpResponse:
    """Return the parts that a change may move, each for the element of its id.

    Which boxes the page has to tick or untick is given as a difference, so that what the person
    has done since stays; but for those of codes that were `taken_over` from others. So is the
    `description`, where it is another than the one posted.
    """
    posted, ticked = page.posted, page.picker.ticked
    parts = [(part.id, part.draw(page)) for part in PARTS if redraw_picker or not part.with_picker]
    answered = render_comments(page.words, "factors") if page.words else ()
    context = {
        "parts": [*parts, *_beside_codes(page.picker), *answered],
        "ticked": [code for code in ticked if code not in posted.posted_codes],
        "unticked": [code for code in posted.posted_codes if code not in ticked],
        "taken_over": sorted(taken_over),
        "is_merged": page.is_merged_now and page.others is not None,
        "description": description,
        "waiting": posted.waiting,
        "unlisted": posted.typed.unlisted,
    }
    response = HttpResponse(render_part("autosave", context))
    response[SAVE_OUTCOME_HEADER] = page.outcome.value
    return response


def token_response(request: SignedInRequest) -> HttpResponse:
    """Return a fresh CSRF token, for a page whose sign-in ended and was renewed elsewhere."""
    response = render(request, "pages/factors/csrf_token.html")
    response[SAVE_OUTCOME_HEADER] = SaveOutcome.SAVED.value
    return response


def _beside_codes(state: PickerState) -> Iterator[tuple[str, str]]:
    """Yield what stands beside single codes; the page empties the places that are not named."""
    findings = state.findings_by_code()
    for code in state.edition.codes:
        if html := render_beside(state, code, findings.get(code, ())):
            yield f"beside-{code}", html


# The page around the parts.


@lru_cache(maxsize=32)
def prerendered_page(edition: Edition, role: str) -> Prerendered:
    """Return everything around the parts, as a person of the role reads it."""
    person = User(role=role, name=placeholder("person"))
    context = {
        "user": person,
        "csrf_token": placeholder("token"),
        "signed_in_for": placeholder("signed_in_for"),
        "printed_at": placeholder("printed"),
        # Every factor page stands below the list, wherever its own reference leads.
        **context_processors.site_context_for(person, f"{reverse('assessments')}reference/"),
        "groups": domain_groups(edition),
    }
    return Prerendered("pages/factors/page.html", context)


def warm_cache() -> None:
    """Pre-render what the pages of social workers share, before the first request for one."""
    edition = current_edition()
    prerendered_page(edition, Role.SOCIAL_WORKER)
    for density in Density:
        prerendered_picker(edition, density)


def _surroundings(page: FactorPage) -> dict[str, Callable[[str], str]]:
    """Return what fills the placeholders of the page that are none of its parts."""
    request, assessment = page.request, page.assessment
    token = get_token(request)
    return {
        "person": lambda _: escape(request.user.name),
        "token": lambda _: token,
        "signed_in_for": lambda _: str(sessions.seconds_left(request.session)),
        "printed": lambda _: context_processors.printed_at(),
        "error": lambda _: "Error: " if page.problems else "",
        "assessment_pages": lambda _: render_assessment_pages(request.user, assessment, "factors"),
        "identity": lambda _: identity_bar(assessment, deadline_of(assessment)),
        "notices": lambda _: _notices(page),
        "family": lambda _: _family(page),
        "autosave_url": lambda _: reverse("autosave", args=[assessment.reference]),
        "typed_text": lambda _: escape(
            page.posted.typed.words or " ".join(page.posted.typed.unlisted)
        ),
        "find-answer": lambda _: _found(page),
    }


def _notices(page: FactorPage) -> str:
    """Render what stands above the heading: nothing, most of the time."""
    given = messages.get_messages(page.request)
    if not (given or page.problems or page.is_draft or page.is_merged_now or page.words):
        return ""
    context = {
        "messages": given,
        "problems": page.problems,
        "is_saved": page.outcome is SaveOutcome.SAVED,
        "unsaved": page.is_draft,
        "is_merged": page.is_merged_now,
        "words": page.words,
    }
    return render_part("notices", context, page.request)


def _found(page: FactorPage) -> str:
    """Render the answer to words that were posted with the page, as where no script runs."""
    words = page.posted.typed.words
    if not words:
        return ""
    edition = page.picker.edition
    context = {
        "answer": search_answer(words, search.find(edition, words)),
        "ticked": page.picker.ticked,
    }
    return get_template("components/found.html").render(context)


def _family(page: FactorPage) -> str:
    """Render what is recorded for brothers and sisters, each code with a button that selects it."""
    offered = {offer.code: offer for offer in offers(page.picker.notes)}
    if not offered:
        return ""
    codes = named_codes(page.picker.edition, offered)
    rows = [(each, offered[each.code], each.code in page.picker.ticked) for each in codes]
    return render_part("family", {"rows": rows})


# The parts.


def _key_and_version(page: FactorPage) -> str:
    fields = KeyAndVersionForm(initial={"version": page.version})
    return render_part("key_and_version", {"request": page.request, "fields": fields})


def _clashes(page: FactorPage) -> str:
    """Render what has to be chosen between the page and what was saved meanwhile."""
    if page.outcome is not SaveOutcome.CONFLICT:
        return ""
    context = {
        "assessment": page.assessment,
        "last_change": page.last_change,
        "user": page.request.user,
        "clashes": page.clashes,
        "problems": page.problems,
        "page": "factors",
    }
    return get_template("components/clashes.html").render(context)


def _others(page: FactorPage) -> str:
    """Render what the page took over from others, which stays until it is hidden or undone."""
    if page.others is None:
        return ""
    return get_template("components/others_changes.html").render({"others": page.others})


def _counts(page: FactorPage) -> str:
    """Render how many codes are selected in each domain."""
    return render_counts(page.picker.edition, page.picker.ticked)


def _save_status(page: FactorPage) -> str:
    """Render when the assessment was last saved, or the message why it is not."""
    assessment = page.assessment
    has_been_saved = assessment.codes or assessment.version > 1
    saved_at = localtime(assessment.saved_at) if has_been_saved else None
    context = {
        "outcome": page.outcome.value,
        "failure": page.failure,
        "saved_at": saved_at,
        "is_today": saved_at is not None and saved_at.date() == localdate(),
    }
    return render_part("save_status", context)


def _findings(page: FactorPage) -> str:
    """Render what the rules say, in the panel."""
    return render_findings(panel_findings(page.picker))


def _number(page: FactorPage) -> str:
    """Render how many codes are selected, for the bar of a phone."""
    return f"{len(page.picker.ticked)} selected"


def _open_questions(page: FactorPage) -> str:
    """Render how many answers are missing, for the bar of a phone."""
    found = panel_findings(page.picker)
    if not (found.to_describe or found.questions):
        return ""
    return render_open_questions(found.to_describe, found.questions)


def _selected(page: FactorPage) -> str:
    """Render the selected codes, each with a button that removes it."""
    return render_selected(
        page.picker.edition, page.picker.ticked, page.request.user.shows_code_words
    )


def _density_button(page: FactorPage) -> str:
    return _cached_density_button(page.picker.density)


@lru_cache(maxsize=4)
def _cached_density_button(density: str) -> str:
    return render_part("density_button", {"density": density})


def _shortcuts_button(page: FactorPage) -> str:
    user = page.request.user
    return _cached_shortcuts_button(user.shows_shortcuts, user.shortcuts)


@lru_cache(maxsize=4)
def _cached_shortcuts_button(listed: bool, on: bool) -> str:
    return render_part("shortcuts_button", {"listed": listed, "on": on})


def _shortcuts(page: FactorPage) -> str:
    if not page.request.user.shows_shortcuts:
        return ""
    return _cached_shortcuts(page.picker.edition, page.request.user.shortcuts)


@lru_cache(maxsize=8)
def _cached_shortcuts(edition: Edition, on: bool) -> str:
    """Render the list of keyboard shortcuts, with the button that switches them on or off."""
    return render_part("shortcuts", {"groups": domain_groups(edition), "on": on})


def _typed_codes(page: FactorPage) -> str:
    """Render the names of typed codes, and what is no code; those that wait are not selected.

    What waits for a choice stands here too: it is always in view.
    """
    posted, edition = page.posted, page.picker.edition
    selected = [code for code in posted.typed.codes if code not in posted.waiting]
    if not (selected or posted.typed.messages or page.picker.choice):
        return ""
    context = {
        "selected": listed(edition, selected),
        "to_describe": [
            each for each in page.picker.to_describe if not set(selected).isdisjoint(each.codes)
        ],
        "messages": posted.typed.messages,
        "choice": render_choice(page.picker),
    }
    return render_part("typed_codes", context)


PARTS = (
    Part("key-and-version", _key_and_version),
    Part("counts", _counts),
    Part("selected", _selected),
    Part("findings", _findings),
    Part("saved", _save_status),
    Part("number", _number),
    Part("still-open", _open_questions),
    Part("typed-answer", _typed_codes),
    Part("others", _others),
    Part("clashes", _clashes),
    Part("shortcuts-button", _shortcuts_button),
    Part("shortcuts", _shortcuts),
    Part("density", _density_button, with_picker=True),
    Part("picker", lambda page: render_picker(page.picker), with_picker=True),
)
