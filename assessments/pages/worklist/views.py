"""The home page, which leads each person to their work, and the list of assessments."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from assessments import queries
from assessments.catalogue import loader
from assessments.catalogue.working_days import Deadline
from assessments.models import Assessment, Review, Status
from assessments.pages.worklist.forms import SearchForm
from assessments.presenters.deadlines import deadline_of
from assessments.presenters.decisions import correction_in_words
from cinfactors.accounts.models import User
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.web.rate_limits import rate_limited_search

ROWS_PER_PAGE = 25
TABS = {
    "to-do": "To do",
    "returned": "Returned",
    "with-manager": "With manager",
    "authorised": "Authorised",
}
MESSAGES_OF_EMPTY_TABS = {
    "to-do": "There is nothing to do here.",
    "returned": "Nothing has been returned.",
    "with-manager": "Nothing is with the manager.",
    "authorised": "Nothing has been authorised yet.",
}
SEARCH = "search"
"""The key in the session under which the search is kept."""


@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """Send each person to where their work is."""
    if request.user.is_administrator:
        return redirect("admin:index")
    if request.user.is_team_manager:
        return redirect("admin:assessments_assessment_changelist")
    return redirect("assessments")


@rate_limited_search
@require_http_methods(["GET", "HEAD", "POST"])
def assessment_list(request: SignedInRequest) -> HttpResponse:
    """List a worker's own assessments, or all that the person may see, by what they wait for.

    Administrators see none and are sent to the admin. The search is posted and kept in the
    session: a child's id or name has no place in an address.
    """
    if request.user.is_administrator:
        return redirect("admin:index")
    if request.method == "POST":
        return _keep_search(request)
    scope = _scope(request)
    words = request.session.get(SEARCH, "")
    assessments = _assessments_in(scope, request.user, words)
    counts = queries.group_counts(assessments)
    tab = request.GET.get("tab", _first_tab(request, counts))
    if tab not in TABS:
        raise Http404
    paginator = Paginator(
        queries.with_child_team_and_worker(queries.in_group(assessments, tab)), ROWS_PER_PAGE
    )
    paginator.count = counts[tab]
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "tab": tab,
        "tabs": [(name, label, counts[name]) for name, label in _tab_labels(scope).items()],
        "whose": scope,
        "page": page,
        "pages": paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "rows": _rows(page),
        "corrections": _unread_corrections(request.user) if scope == "mine" else (),
        "words": words,
        "empty": MESSAGES_OF_EMPTY_TABS[tab],
        "may_start": queries.may_start_assessments(request.user),
        "address": reverse("assessments"),
    }
    return render(request, "pages/worklist/page.html", context)


def _keep_search(request: SignedInRequest) -> HttpResponse:
    """Keep the posted search in the session, and lead back to the same list."""
    form = SearchForm(request.POST)
    request.session[SEARCH] = form.cleaned_data["words"].strip() if form.is_valid() else ""
    return redirect(f"{request.path}?{request.GET.urlencode()}" if request.GET else request.path)


def _scope(request: SignedInRequest) -> str:
    """Return whose assessments are listed: "mine", "team" or "all".

    Social workers see their own unless they choose the team's; others see all of theirs.
    """
    if not request.user.is_social_worker:
        return "all"
    return "team" if request.GET.get("whose") == "team" else "mine"


def _assessments_in(scope: str, person: User, words: str) -> QuerySet[Assessment]:
    visible = queries.assessments_visible_to(person)
    if scope == "mine":
        visible = visible.filter(worker=person)
    return queries.search_by_child(visible, words) if words else visible


def _first_tab(request: SignedInRequest, counts: dict[str, int]) -> str:
    """Return the tab of what waits for the person; in a search, the first tab with a match."""
    waiting = "with-manager" if request.user.is_team_manager else "to-do"
    if request.session.get(SEARCH) and not counts[waiting]:
        return next((tab for tab, count in counts.items() if count), waiting)
    return waiting


@dataclass(frozen=True, slots=True)
class Row:
    """One assessment of the list, with the review that returned or reopened it, if one did."""

    assessment: Assessment
    deadline: Deadline | None
    review: Review | None


def _rows(page: Page[Assessment]) -> list[Row]:
    returned = [each for each in page if each.status in (Status.RETURNED, Status.REOPENED)]
    reviews = queries.last_reviews(returned) if returned else {}
    return [Row(each, deadline_of(each), reviews.get(each.pk)) for each in page]


@dataclass(frozen=True, slots=True)
class Correction:
    """What a manager corrected in an assessment of the person's."""

    review: Review
    change: str
    """In words, as "corrected A to B"."""


def _unread_corrections(worker: User) -> list[Correction]:
    corrections = []
    for review in queries.unread_corrections(worker)[:ROWS_PER_PAGE]:
        edition = loader.edition(review.version.edition)
        codes_before: list[str] = review.codes_before  # type: ignore[attr-defined]  # annotated
        change = correction_in_words(edition, codes_before, review.version.codes)
        corrections.append(Correction(review, change))
    return corrections


def _tab_labels(scope: str) -> dict[str, str]:
    return TABS | {"with-manager": "With my manager"} if scope == "mine" else TABS
