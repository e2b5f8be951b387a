"""A manager's list of open work that has no worker, or of one worker's, to give it to another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods

from assessments import queries, services
from assessments.components.forms import posted_or_draft
from assessments.components.idempotency import IdempotencyKeyForm, key_of
from assessments.models import Assessment
from assessments.pages.access.forms import ReassignSeveralForm, WhoseWorkForm
from assessments.presenters.deadlines import deadline_of
from cinfactors.accounts.form_recovery import recovers_form
from cinfactors.accounts.models import User
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.audit.services import record_list
from cinfactors.web.problems import Problem, problems_of

ROWS_PER_PAGE = 25
MOST_AT_ONCE = 500


@recovers_form
@require_http_methods(["GET", "HEAD", "POST"])
def work_to_reassign(request: SignedInRequest) -> HttpResponse:
    """List the open work, and give what is selected, or all of it, to another worker.

    All of it once the person has seen how much that is, and whose, and nothing of it has changed.
    """
    if not request.user.is_team_manager:
        raise Http404
    whose = WhoseWorkForm(request.GET, workers=queries.workers_for(request.user))
    if not whose.is_valid():
        raise Http404
    worker: User | None = whose.cleaned_data["worker"]
    data = posted_or_draft(request)
    form = ReassignSeveralForm(data, workers=_workers_to_choose_from(request.user, worker))
    if request.method != "POST" or not form.is_valid():
        return _page(request, worker, whose, form, data)
    chosen = _chosen(request, _listed(request.user, worker))
    if not chosen:
        problem = Problem("Select at least one assessment", target=_box_of(0))
        return _page(request, worker, whose, form, data, [problem])
    to: User = form.cleaned_data["to"]
    if request.POST.get("which") == "all" and request.POST.get("confirmed") != _digest(chosen, to):
        return _confirmation_page(request, chosen, to)
    results = services.reassign_each(chosen=chosen, to=to, by=request.user, key=key_of(request))
    refused = [each for each in results if each.refusal is not None]
    if done := len(results) - len(refused):
        context = {"number": done, "worker": to}
        messages.success(request, render_to_string("pages/access/reassigned_several.html", context))
    if refused:
        form = ReassignSeveralForm(data, workers=_workers_to_choose_from(request.user, worker))
        form.is_valid()
        problems = [
            Problem(f"{each.assessment.episode.child}: {_in_words(each.refusal)}")
            for each in refused
            if each.refusal is not None
        ]
        return _page(request, worker, whose, form, data, problems)
    return redirect(request.get_full_path())


def _listed(manager: User, worker: User | None) -> QuerySet[Assessment]:
    if worker is None:
        return queries.assessments_without_a_worker(manager)
    return queries.open_assessments_by_worker(manager, worker)


def _workers_to_choose_from(manager: User, worker: User | None) -> QuerySet[User]:
    workers = queries.with_caseload(queries.workers_managed_by(manager)).prefetch_related("teams")
    return workers.exclude(pk=worker.pk) if worker else workers


def _chosen(request: SignedInRequest, listed: QuerySet[Assessment]) -> list[tuple[Assessment, int]]:
    """Return what the button is about: all that is listed, or what is selected and still visible.

    What is selected comes with the version that the page showed. Raises BadRequest for what no
    page of ours sends.
    """
    if request.POST.get("which") == "all":
        everything = queries.with_child_team_and_worker(listed)[:MOST_AT_ONCE]
        return [(each, each.version) for each in everything]
    versions = _selected_versions(request.POST)
    # Not only of what is listed: where the form is sent twice, it is with the other by then.
    visible = queries.with_child_team_and_worker(queries.assessments_visible_to(request.user))
    selected = visible.filter(reference__in=versions)
    return [(each, versions[each.reference]) for each in selected.order_by("pk")]


def _selected_versions(posted: QueryDict) -> dict[UUID, int]:
    try:
        return {
            UUID(reference): int(str(posted[f"version-{UUID(reference)}"]))
            for reference in posted.getlist("selected")[:MOST_AT_ONCE]
        }
    except (KeyError, ValueError) as unreadable:
        raise BadRequest("selection") from unreadable


def _in_words(refusal: services.Refused) -> str:
    """Why one of several was not reassigned; TypeError for a refusal that is not listed here."""
    match refusal:
        case services.EditConflict():
            return "it was changed meanwhile. Read it, then reassign it again"
        case services.Locked():
            return "it is not open any more"
        case services.FactsRefused():
            return ". ".join(refusal.messages.values())
        case services.NotPermitted():
            return "it is not in your teams any more"
    raise TypeError(f"{type(refusal).__name__} has no words")


def _box_of(place: int) -> str:
    return f"select-{place + 1}"


def _digest(chosen: Sequence[tuple[Assessment, int]], to: User) -> str:
    """Return what stands for all that the question is about."""
    asked = [(each.pk, each.worker_id, each.episode.child.restricted) for each, _ in chosen]
    return sha256(repr((to.pk, sorted(asked))).encode()).hexdigest()


def _confirmation_page(
    request: SignedInRequest, chosen: Sequence[tuple[Assessment, int]], to: User
) -> HttpResponse:
    """Ask whether all of it goes to the worker; no child is named."""
    restricted = {each.episode.child for each, _ in chosen if each.episode.child.restricted}
    context = {
        "to": to,
        "number": len(chosen),
        "of_workers": Counter(each.worker for each, _ in chosen).most_common(),
        "number_restricted": len(restricted) - len(queries.visible_among(to, [*restricted])),
        "digest": _digest(chosen, to),
        "key_form": IdempotencyKeyForm(),
    }
    return render(request, "pages/access/reassign_all.html", context)


def _page(
    request: SignedInRequest,
    worker: User | None,
    whose: WhoseWorkForm,
    form: ReassignSeveralForm,
    data: QueryDict | None,
    others: Sequence[Problem] = (),
) -> HttpResponse:
    """Return the page with the problems of the form, and others before them."""
    listed = queries.with_child_team_and_worker(_listed(request.user, worker))
    listed = listed.prefetch_related("worker__memberships")
    paginator = Paginator(listed, ROWS_PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    record_list(request, (each.episode.child_id for each in page))
    selected = {*data.getlist("selected")} if data else set()
    problems = [*others, *problems_of(form)]
    context = {
        "worker": worker,
        "whose": whose,
        "page": page,
        "pages": paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "query": request.GET,
        "rows": [
            {
                "assessment": each,
                "deadline": deadline_of(each),
                "box": _box_of(place),
                "is_selected": str(each.reference) in selected,
            }
            for place, each in enumerate(page)
        ],
        "form": form,
        "key_form": IdempotencyKeyForm(),
        "most_at_once": min(paginator.count, MOST_AT_ONCE),
        "problems": problems,
    }
    status = 422 if problems else 200
    return render(request, "pages/access/work_to_reassign.html", context, status=status)
