"""Who read one child's record: a data officer says whose and why, then sees every reading."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from assessments import queries
from assessments.components.forms import posted_or_draft
from assessments.pages.who_read.forms import WhoReadForm
from assessments.presenters.readings import page_in_words, unusual_marks
from cinfactors.accounts.form_recovery import recovers_form
from cinfactors.accounts.models import User
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.audit.models import Page, Reading
from cinfactors.audit.services import record_reading, record_refusal
from cinfactors.web.problems import problems_of
from cinfactors.web.rate_limits import rate_limited_search

ROWS_PER_PAGE = 50

ASKED = "who_read"
"""The key in the session of the child who was asked about last, and why."""


@recovers_form
@rate_limited_search
@require_http_methods(["GET", "HEAD", "POST"])
def ask_who_read(request: SignedInRequest) -> HttpResponse:
    """Ask for the child's id and the reason."""
    if not queries.may_read_the_log(request.user):
        raise Http404
    form = WhoReadForm(posted_or_draft(request))
    if request.method == "POST" and form.is_valid():
        la_child_id = form.cleaned_data["la_child_id"]
        child = queries.child_in_log(request.user, la_child_id)
        if child is not None:
            reference = str(child.reference)
            request.session[ASKED] = {"child": reference, "reason": form.cleaned_data["reason"]}
            return redirect("who_read", reference)
        record_refusal(request, Page.READERS, la_child_id=la_child_id)
        form.add_nobody_found()
    context = {"form": form, "problems": problems_of(form)}
    status = 422 if form.errors else 200
    return render(request, "pages/who_read/ask.html", context, status=status)


@require_safe
def who_read(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Show every page that showed the child, the latest first; recorded with the reason.

    Without a reason it leads to the form that asks for one.
    """
    if not queries.may_read_the_log(request.user):
        raise Http404
    child = queries.child_in_log_by_reference(request.user, reference)
    if child is None:
        record_refusal(request, Page.READERS, reference=reference)
        raise Http404
    asked = request.session.get(ASKED, {})
    if asked.get("child") != str(reference):
        return redirect("ask_who_read")
    record_reading(request, Page.READERS, child=child.pk, reason=asked["reason"])
    keys = [child.pk, *child.joined.values_list("pk", flat=True)]
    paginator = Paginator(queries.readings_of(request.user, keys), ROWS_PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "child": child,
        "joined_ids": queries.ids_joined_to(child),
        "reason": asked["reason"],
        "page": page,
        "pages": paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "query": request.GET,
        "rows": _rows(page, keys),
    }
    return render(request, "pages/who_read/page.html", context)


@dataclass(frozen=True, slots=True)
class Row:
    """One reading, with the reader as they are today; `place` is their teams, or their role."""

    reading: Reading
    person: User | None
    place: str
    page: str
    marks: tuple[str, ...]


def _rows(readings: Iterable[Reading], keys: Collection[int]) -> list[Row]:
    readings = list(readings)
    people = queries.readers_with_teams({each.person_id or 0 for each in readings})
    return [_row(each, people.get(each.person_id or 0), keys) for each in readings]


def _row(reading: Reading, person: User | None, keys: Collection[int]) -> Row:
    sees_every_team = person is not None and person.is_data_officer
    return Row(
        reading,
        person,
        _place(person),
        page_in_words(reading),
        tuple(unusual_marks(reading, keys, sees_every_team=sees_every_team)),
    )


def _place(person: User | None) -> str:
    if person is None:
        return ""
    teams = ", ".join(sorted(team.name for team in person.teams.all()))
    place = teams or str(person.get_role_display())
    return place if person.is_active else f"{place}, has left"
