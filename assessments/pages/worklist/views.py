"""The way in: each person's start, and the list of assessments."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
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

PAGE = 25
TABS = {
    "to-do": "To do",
    "returned": "Returned",
    "with-manager": "With manager",
    "authorised": "Authorised",
}
EMPTY = {
    "to-do": "There is nothing to do here.",
    "returned": "Nothing has been returned.",
    "with-manager": "Nothing is with the manager.",
    "authorised": "Nothing has been authorised yet.",
}
SEARCH = "search"
"""The session's key for what the person is looking for."""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Send each person to where their work is."""
    if request.user.is_administrator:
        return redirect("admin:index")
    if request.user.is_team_manager:
        return redirect("admin:assessments_assessment_changelist")
    return redirect("assessments")


@require_http_methods(["GET", "HEAD", "POST"])
def assessment_list(request: HttpRequest) -> HttpResponse:
    """A worker's own assessments, or all that the person may see, by what they wait for.

    Administrators see none and are sent to their desk. The search is posted and kept in the
    session: a child's id or name has no place in an address.
    """
    if request.user.is_administrator:
        return redirect("admin:index")
    if request.method == "POST":
        form = SearchForm(request.POST)
        request.session[SEARCH] = form.cleaned_data["words"].strip() if form.is_valid() else ""
        return redirect(
            f"{request.path}?{request.GET.urlencode()}" if request.GET else request.path
        )
    whose = _whose(request)
    visible = queries.assessments_visible_to(request.user)
    if whose == "mine":
        visible = visible.filter(worker=request.user)
    words = request.session.get(SEARCH, "")
    if words:
        visible = queries.matching(visible, words)
    counts = queries.group_counts(visible)
    tab = request.GET.get("tab", _first_tab(request, counts))
    if tab not in TABS:
        raise Http404
    paginator = Paginator(queries.for_reading(queries.in_group(visible, tab)), PAGE)
    paginator.count = counts[tab]
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "tab": tab,
        "tabs": [(name, label, counts[name]) for name, label in _tabs(whose).items()],
        "whose": whose,
        "page": page,
        "pages": paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "rows": _rows(page),
        "corrections": _corrections(request) if whose == "mine" else (),
        "words": words,
        "empty": EMPTY[tab],
        "may_start": queries.may_start_assessments(request.user),
        "address": reverse("assessments"),
    }
    return render(request, "pages/worklist/page.html", context)


def _first_tab(request: HttpRequest, counts: dict[str, int]) -> str:
    """What waits for the person; if they look for a child, the first tab that has one."""
    waits = "with-manager" if request.user.is_team_manager else "to-do"
    if request.session.get(SEARCH) and not counts[waits]:
        return next((tab for tab, count in counts.items() if count), waits)
    return waits


@dataclass(frozen=True, slots=True)
class Row:
    """One assessment of the list; `review` is what a manager said of it, if it came back."""

    assessment: Assessment
    deadline: Deadline | None
    review: Review | None


def _rows(page: Page[Assessment]) -> list[Row]:
    came_back = [each for each in page if each.status in (Status.RETURNED, Status.REOPENED)]
    reviews = queries.last_reviews(came_back) if came_back else {}
    return [Row(each, deadline_of(each), reviews.get(each.pk)) for each in page]


@dataclass(frozen=True, slots=True)
class Correction:
    """What a manager corrected in an assessment of the person's, in words."""

    review: Review
    told: str


def _corrections(request: HttpRequest) -> list[Correction]:
    return [
        Correction(
            review,
            correction_in_words(
                loader.edition(review.version.edition), review.codes_before, review.version.codes
            ),
        )
        for review in queries.unread_corrections(request.user)[:PAGE]
    ]


def _tabs(whose: str) -> dict[str, str]:
    return TABS | {"with-manager": "With my manager"} if whose == "mine" else TABS


def _whose(request: HttpRequest) -> str:
    """Social workers see their own unless they ask for the team's; others see all of theirs."""
    if not request.user.is_social_worker:
        return "all"
    return "team" if request.GET.get("whose") == "team" else "mine"
