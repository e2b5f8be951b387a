"""The home page, which leads each person to their work, and the list of assessments."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from assessments import queries
from assessments.catalogue import loader
from assessments.catalogue.working_days import Deadline
from assessments.models import Assessment, Review, Status
from assessments.pages.worklist.filters import FilterForm, chosen_in
from assessments.pages.worklist.forms import SearchForm
from assessments.pages.worklist.requested import SEARCH, requested_list
from assessments.presenters.deadlines import deadline_of
from assessments.presenters.decisions import correction_in_words
from cinfactors.accounts.models import User
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.audit.models import Page as AuditPage
from cinfactors.audit.services import record_list
from cinfactors.web.problems import problems_of
from cinfactors.web.rate_limits import rate_limited_search

ROWS_PER_PAGE = 25
MESSAGES_OF_EMPTY_TABS = {
    queries.EVERY_STATUS: "There are no assessments yet.",
    "to-do": "There is nothing to do here.",
    "returned": "Nothing has been returned.",
    "with-manager": "Nothing is with the manager.",
    "authorised": "Nothing has been authorised yet.",
}


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
    if request.method == "POST" and request.user.is_data_officer and "words" not in request.POST:
        return _narrow(request)
    if request.method == "POST":
        return _keep_search(request)
    return _list(request)


def _list(request: SignedInRequest, refused: FilterForm | None = None) -> HttpResponse:
    """Show the list that the address asks for; with filters that were posted and are refused."""
    asked = requested_list(request)
    assessments, too_many = asked.searched()
    found = asked.found(assessments, request.GET.get("tab"))
    counts = asked.counts(found)
    tab = asked.tab(request.GET.get("tab"), found)
    listed = asked.rows(assessments, tab)
    if asked.words:  # which may be the id of a record that was joined to one of these
        listed = listed.prefetch_related("episode__child__joined")
    paginator = Paginator(listed, ROWS_PER_PAGE)
    paginator.count = min(found[tab], queries.COUNTED_TO)
    page = paginator.get_page(request.GET.get("page"))
    corrections = _unread_corrections(request.user) if asked.scope == "mine" else []
    elsewhere = asked.found_in_another_status()
    shown = [*page, *(each.review.assessment for each in corrections), *elsewhere]
    record_list(
        request,
        (each.episode.child_id for each in shown),
        AuditPage.SEARCH if asked.words else AuditPage.LIST,
    )
    query = request.GET.copy()
    query["tab"] = tab
    form = refused or asked.filters
    context = {
        "title": "My assessments" if asked.scope == "mine" else "Assessments",
        "tab": tab,
        "query": query,
        "tabs": [
            Tab(name, label, counts.get(name), found.get(name))
            for name, label in asked.tabs.items()
        ],
        "whose": asked.scope,
        "filters": form,
        "problems": problems_of(form) if form else [],
        "chosen": list(chosen_in(asked.filters, request.GET)) if asked.filters else [],
        "page": page,
        "pages": paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "rows": _rows(page),
        "corrections": corrections,
        "words": asked.words,
        "elsewhere": elsewhere,
        "counted_to": queries.COUNTED_TO,
        "most_found": queries.MOST_FOUND if too_many else None,
        "more_than_shown": found[tab] > queries.COUNTED_TO,
        "empty": MESSAGES_OF_EMPTY_TABS[tab],
        "may_start": queries.may_start_assessments(request.user),
    }
    status = 422 if form and form.errors else 200
    return render(request, "pages/worklist/page.html", context, status=status)


def _narrow(request: SignedInRequest) -> HttpResponse:
    """Lead to the list that the posted filters narrow, or say what is wrong with them."""
    form = FilterForm(request.POST)
    if not form.is_valid():
        return _list(request, form)
    query = request.GET.copy()
    for name in (*form.fields, "page"):
        query.pop(name, None)
    query.update(form.parameters())
    if form.cleaned_data["status"]:  # a tab may be of other statuses
        query["tab"] = queries.EVERY_STATUS
    return redirect(f"{request.path}?{query.urlencode()}")


def _keep_search(request: SignedInRequest) -> HttpResponse:
    """Keep the posted search in the session, and lead back to the same list, searched."""
    form = SearchForm(request.POST)
    request.session[SEARCH] = form.cleaned_data["words"].strip() if form.is_valid() else ""
    query = request.GET.copy()
    query.pop("page", None)
    query[SEARCH] = "on"
    return redirect(f"{request.path}?{query.urlencode()}")


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab of the list: how many assessments it has, and how many of them the search found.

    None where it was not counted.
    """

    name: str
    label: str
    count: int | None
    found: int | None


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
