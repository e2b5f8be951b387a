"""The home page, which leads each person to their work, and the list of assessments."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
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
from cinfactors.audit.models import Page as AuditPage
from cinfactors.audit.services import record_list
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
"""The key in the session under which the words are kept, and the parameter of the address that
says that the list is searched: the address without it ends the search."""


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
    words = _searched_words(request)
    assessments = _assessments_in(scope, request.user)
    of_everybody = request.user.is_data_officer
    counts = queries.group_counts(assessments, of_everybody=of_everybody)
    too_many = False
    if words and of_everybody:
        assessments, too_many = queries.search_everybody(assessments, words)
    elif words:
        assessments = queries.search_by_child(assessments, words)
    found = queries.group_counts(assessments, of_everybody=of_everybody) if words else counts
    tab = request.GET.get("tab", _first_tab(request.user, words, found))
    if tab not in TABS:
        raise Http404
    ordered = queries.in_group(assessments, tab, of_everybody=of_everybody)
    listed = queries.with_child_team_and_worker(ordered)
    if words:  # which may be the id of a record that was joined to one of these
        listed = listed.prefetch_related("episode__child__joined")
    paginator = Paginator(listed, ROWS_PER_PAGE)
    paginator.count = min(found[tab], queries.COUNTED_TO)
    page = paginator.get_page(request.GET.get("page"))
    corrections = _unread_corrections(request.user) if scope == "mine" else []
    shown = [*page, *(each.review.assessment for each in corrections)]
    record_list(
        request,
        (each.episode.child_id for each in shown),
        AuditPage.SEARCH if words else AuditPage.LIST,
    )
    query = request.GET.copy()
    query["tab"] = tab
    context = {
        "tab": tab,
        "query": query,
        "tabs": [
            Tab(name, label, counts[name], found[name])
            for name, label in _tab_labels(scope).items()
        ],
        "whose": scope,
        "page": page,
        "pages": paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "rows": _rows(page),
        "corrections": corrections,
        "words": words,
        "counted_to": queries.COUNTED_TO,
        "too_many": too_many,
        "more_than_shown": found[tab] > queries.COUNTED_TO,
        "empty": MESSAGES_OF_EMPTY_TABS[tab],
        "may_start": queries.may_start_assessments(request.user),
    }
    return render(request, "pages/worklist/page.html", context)


def _keep_search(request: SignedInRequest) -> HttpResponse:
    """Keep the posted search in the session, and lead back to the same list, searched."""
    form = SearchForm(request.POST)
    request.session[SEARCH] = form.cleaned_data["words"].strip() if form.is_valid() else ""
    query = request.GET.copy()
    query.pop("page", None)
    query[SEARCH] = "on"
    return redirect(f"{request.path}?{query.urlencode()}")


def _searched_words(request: SignedInRequest) -> str:
    """Return the words of the search, if the list is searched; otherwise forget them."""
    if SEARCH in request.GET:
        words: str = request.session.get(SEARCH, "")
        return words
    request.session.pop(SEARCH, None)
    return ""


def _scope(request: SignedInRequest) -> str:
    """Return whose assessments are listed: "mine", "team" or "all".

    Social workers see their own unless they choose the team's; others see all of theirs.
    """
    if not request.user.is_social_worker:
        return "all"
    return "team" if request.GET.get("whose") == "team" else "mine"


def _assessments_in(scope: str, person: User) -> QuerySet[Assessment]:
    visible = queries.assessments_visible_to(person)
    return visible.filter(worker=person) if scope == "mine" else visible


def _first_tab(person: User, words: str, found: dict[str, int]) -> str:
    """Return the tab of what waits for the person; in a search, the first tab with a match."""
    waiting = "with-manager" if person.is_team_manager else "to-do"
    if words and not found[waiting]:
        return next((tab for tab, count in found.items() if count), waiting)
    return waiting


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab of the list: how many assessments it has, and how many of them the search found."""

    name: str
    label: str
    count: int
    found: int


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
