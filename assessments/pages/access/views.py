"""A manager's pages of one record: who works on it, and who may see it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods, require_POST

from assessments import queries, services
from assessments.components.forms import posted_or_draft
from assessments.components.idempotency import KeyAndVersionForm, key_and_version_of
from assessments.components.records import (
    assessment_or_404,
    locked_response,
    managed_assessment_or_404,
)
from assessments.components.way_back import way_back
from assessments.models import Assessment
from assessments.pages.access.forms import ReassignForm, RestrictForm
from assessments.presenters.deadlines import deadline_of
from cinfactors.accounts.form_recovery import recovers_form
from cinfactors.accounts.models import User
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.web.problems import Problem, add_messages, problems_of


@recovers_form
@require_http_methods(["GET", "HEAD", "POST"])
def reassign(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Give the assessment to another social worker of one's teams."""
    assessment = managed_assessment_or_404(request, reference)
    if assessment.status not in queries.OPEN:
        if request.method == "POST":
            return locked_response(request, assessment)
        return redirect("record", assessment.reference)
    workers = _workers_to_choose_from(request.user, assessment)
    form = ReassignForm(posted_or_draft(request), workers=workers)
    if request.method == "POST":
        return _save_reassignment(request, assessment, form)
    return _reassign_page(request, assessment, form)


def _workers_to_choose_from(manager: User, assessment: Assessment) -> QuerySet[User]:
    """Return the manager's workers, less the present one where nothing would change.

    They are among the choices if the assessment could follow them to another team.
    """
    workers = queries.with_caseload(queries.workers_managed_by(manager)).prefetch_related("teams")
    if assessment.worker.memberships.filter(team=assessment.team_id).exists():
        return workers.exclude(pk=assessment.worker_id)
    return workers


def _save_reassignment(
    request: SignedInRequest, assessment: Assessment, form: ReassignForm
) -> HttpResponse:
    key, version = key_and_version_of(request.POST)
    if not form.is_valid():
        return _reassign_page(request, assessment, form)
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
        return _reassign_page(request, assessment, form, others)
    except services.Locked:
        return locked_response(request, assessment_or_404(request, assessment.reference))
    except services.EditConflict as conflict:
        problem = Problem("The record was changed meanwhile. Read it, then reassign it again")
        return _reassign_page(request, conflict.theirs, form, [problem])
    context = {"worker": moved.worker, "team": moved.team}
    messages.success(request, render_to_string("pages/access/reassigned.html", context))
    return redirect(way_back(request, moved.reference).address)


def _reassign_page(
    request: SignedInRequest,
    assessment: Assessment,
    form: ReassignForm,
    others: Sequence[Problem] = (),
) -> HttpResponse:
    """Return the page with the problems of the form, and others before them."""
    problems = [*others, *problems_of(form)]
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


@recovers_form
@require_http_methods(["GET", "HEAD", "POST"])
def restrict(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Name the only people who may see the child's record, or change who is named."""
    assessment = managed_assessment_or_404(request, reference)
    child = assessment.episode.child
    named = queries.people_named_for(child)
    form = RestrictForm(
        posted_or_draft(request),
        choices=queries.people_who_can_be_named(request.user, child),
        everybody=queries.people_by_name(),
        find_person=queries.reader_by_username,
        initial={"people": named if child.restricted else _named_at_first(request, assessment)},
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
            return _back_to_the_record(request, reference)
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


def _named_at_first(request: SignedInRequest, assessment: Assessment) -> list[int | None]:
    """Return the manager who restricts it, and the workers of what is open that they may see."""
    visible = queries.assessments_visible_to(request.user)
    open_here = queries.open_assessments_of(assessment.episode.child).filter(pk__in=visible)
    return [request.user.pk, *(each.worker_id for each in open_here)]


def _back_to_the_record(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Lead to the record; or to the list, for a manager who has left themselves out."""
    visible = queries.assessments_visible_to(request.user).filter(reference=reference)
    back = way_back(request, reference).address
    return redirect(back) if visible.exists() else redirect("assessments")


@require_POST
def lift(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Lift the restriction: role and teams alone decide again who sees the child's record."""
    assessment = managed_assessment_or_404(request, reference)
    services.lift_restriction(child=assessment.episode.child, by=request.user)
    messages.success(request, "The record is not restricted any more.")
    return redirect(way_back(request, reference).address)
