"""A manager's pages: who works on a record, and who sees it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments import queries, services
from assessments.components.idempotency import KeyAndVersionForm, key_and_version_of
from assessments.components.records import assessment_or_404, locked
from assessments.models import Assessment
from assessments.pages.access.forms import ReassignForm, RestrictForm
from assessments.presenters.deadlines import deadline_of
from cinfactors.accounts.form_recovery import recovers_form
from cinfactors.web.problems import Problem, add_messages, problems_of

PAGE = 25


def _looked_after_or_404(request: HttpRequest, reference: UUID) -> Assessment:
    """A record of the manager's teams that they may see; whoever else asks is refused."""
    assessment = assessment_or_404(request, reference)
    if not request.user.is_team_manager:
        raise Http404
    return assessment


@require_safe
def without_a_worker(request: HttpRequest) -> HttpResponse:
    """The open work of people who have gone, for a manager to give to others."""
    if not request.user.is_team_manager:
        raise Http404
    waiting = queries.for_reading(queries.without_a_worker(request.user))
    paginator = Paginator(waiting, PAGE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "pages": paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "rows": [(each, deadline_of(each), _why(each)) for each in page],
    }
    return render(request, "pages/access/without_a_worker.html", context)


def _why(assessment: Assessment) -> str:
    if not assessment.worker.is_active:
        return "has left"
    if not assessment.worker.is_social_worker:
        return "is no longer a social worker"
    return f"is not in {assessment.team.name} any more"


@recovers_form
@require_http_methods(["GET", "HEAD", "POST"])
def reassign(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Give the assessment to another social worker of one's teams."""
    assessment = _looked_after_or_404(request, reference)
    if assessment.status not in queries.OPEN:
        if request.method == "POST":
            return locked(request, assessment)
        return redirect("record", assessment.reference)
    typed = request.POST if request.method == "POST" else request.unsent_draft
    workers = queries.workers_managed_by(request.user).prefetch_related("teams")
    form = ReassignForm(typed, workers=workers.exclude(pk=_goes_nowhere(assessment)))
    others: list[Problem] = []
    if request.method == "POST":
        key, version = key_and_version_of(request)
        if form.is_valid():
            try:
                moved = services.reassign(
                    assessment=assessment,
                    to=form.cleaned_data["to"],
                    by=request.user,
                    version=version,
                    key=key,
                )
            except services.FactsRefused as refused:
                others = add_messages(form, refused.messages)
            except services.Locked:
                return locked(request, assessment_or_404(request, reference))
            except services.EditConflict as conflict:
                assessment = conflict.theirs
                others = [
                    Problem("The record was changed meanwhile. Read it, then reassign it again")
                ]
            else:
                messages.success(
                    request, f"{moved.worker.name}, {moved.team.name}, has the assessment now."
                )
                return redirect("record", moved.reference)
    problems = others + problems_of(form)
    context = {
        "assessment": assessment,
        "deadline": deadline_of(assessment),
        "restricted": assessment.episode.child.restricted,
        "form": form,
        "key_and_version": KeyAndVersionForm(initial={"version": assessment.version}),
        "problems": problems,
    }
    status = 422 if problems else 200
    return render(request, "pages/access/reassign.html", context, status=status)


def _goes_nowhere(assessment: Assessment) -> int | None:
    """The worker, unless the assessment could follow them to another team."""
    here = assessment.worker.memberships.filter(team=assessment.team_id).exists()
    return assessment.worker_id if here else None


@recovers_form
@require_http_methods(["GET", "HEAD", "POST"])
def restrict(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Say which people alone may see the child's record, or who is named from now on."""
    assessment = _looked_after_or_404(request, reference)
    child = assessment.episode.child
    typed = request.POST if request.method == "POST" else request.unsent_draft
    named = queries.named_for(child)
    form = RestrictForm(
        typed,
        choices=queries.can_be_named(request.user, child),
        everybody=queries.people_by_name(),
        known_by=queries.known_by,
        initial={"people": named if child.restricted else _by_default(request, assessment)},
    )
    others: list[Problem] = []
    if request.method == "POST" and form.is_valid():
        try:
            services.restrict(
                child=child,
                people=form.named(),
                seen=form.cleaned_data["seen"],
                by=request.user,
            )
        except services.FactsRefused as refused:
            others = add_messages(form, refused.messages)
        else:
            messages.success(request, "Only the people you named may see the record now.")
            return _back_to(request, reference)
    problems = others + problems_of(form)
    context = {
        "assessment": assessment,
        "deadline": deadline_of(assessment),
        "restricted": child.restricted,
        "named": named,
        "form": form,
        "problems": problems,
    }
    status = 422 if problems else 200
    return render(request, "pages/access/restrict.html", context, status=status)


def _by_default(request: HttpRequest, assessment: Assessment) -> list[int]:
    """The manager who restricts it, and the workers of what is open that they may see."""
    visible = queries.assessments_visible_to(request.user)
    open_here = queries.open_assessments_of(assessment.episode.child).filter(pk__in=visible)
    return [request.user.pk, *(each.worker_id for each in open_here)]


@require_POST
def lift(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Let role and teams alone decide again who sees the child's record."""
    assessment = _looked_after_or_404(request, reference)
    services.lift_restriction(child=assessment.episode.child, by=request.user)
    messages.success(request, "The record is not restricted any more.")
    return redirect("record", reference)


def _back_to(request: HttpRequest, reference: UUID) -> HttpResponse:
    """The record; or the list, for a manager who has left themselves out."""
    visible = queries.assessments_visible_to(request.user).filter(reference=reference)
    return redirect("record", reference) if visible.exists() else redirect("assessments")
