"""A manager joins two records of one child: finds the other, compares, and says which is kept."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assessments import queries, services
from assessments.components.forms import posted_or_draft
from assessments.components.records import managed_assessment_or_404
from assessments.models import Assessment, Child
from assessments.pages.joining.forms import JoinForm, JoinKeyForm, OtherRecordForm
from assessments.presenters.deadlines import deadline_of
from cinfactors.accounts.form_recovery import recovers_form
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.audit.models import Page
from cinfactors.audit.services import record_reading, record_refusal
from cinfactors.web.problems import Problem, add_messages, problems_of
from cinfactors.web.rate_limits import rate_limited_search


@recovers_form
@rate_limited_search
@require_http_methods(["GET", "HEAD", "POST"])
def find_other_record(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Ask for the id of the other record of the child."""
    assessment = managed_assessment_or_404(request, reference)
    form = OtherRecordForm(posted_or_draft(request))
    if request.method == "POST" and form.is_valid():
        la_child_id = form.cleaned_data["la_child_id"]
        other = queries.child_to_join(request.user, la_child_id)
        if other is None:
            record_refusal(request, Page.SEARCH, la_child_id=la_child_id)
            form.add_error("la_child_id", "No child of your teams’ assessments has this id")
        elif other.pk == assessment.episode.child_id:
            form.add_error("la_child_id", "This is the same record. Enter the id of the other one")
        else:
            return redirect("join", assessment.reference, other.reference)
    context = {
        "assessment": assessment,
        "deadline": deadline_of(assessment),
        "form": form,
        "problems": problems_of(form),
    }
    status = 422 if form.errors else 200
    return render(request, "pages/joining/find_other_record.html", context, status=status)


@recovers_form
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: SignedInRequest, reference: UUID, other: UUID) -> HttpResponse:
    """Show the two records beside each other, and join them."""
    assessment = managed_assessment_or_404(request, reference)
    here = assessment.episode.child
    there = queries.child_to_compare(request.user, here, other)
    if there is None:
        record_refusal(request, Page.SEARCH, reference=other)
        raise Http404
    if here.pk in (there.pk, there.joined_to_id):
        # Gone back to, or sent again after an answer that was lost.
        return redirect("record", assessment.reference)
    record_reading(request, Page.RECORD, child=there.pk)
    form = JoinForm(posted_or_draft(request), children=[here, there])
    if request.method != "POST" or not form.is_valid():
        return _join_page(request, assessment, there, form)
    keys = JoinKeyForm(request.POST)
    if not keys.is_valid():
        raise BadRequest("key or versions")
    pairs = [(here, keys.cleaned_data["here"]), (there, keys.cleaned_data["there"])]
    if form.cleaned_data["kept"] == str(there.reference):
        pairs.reverse()
    (kept, kept_version), (joined, joined_version) = pairs
    try:
        corrected = services.join_records(
            kept=kept,
            other=joined,
            versions=(kept_version, joined_version),
            reason=form.cleaned_data["reason"],
            by=request.user,
            key=keys.cleaned_data["key"],
        )
    except services.NotPermitted:
        # Joined by somebody else meanwhile: the record says so, to whom may see it.
        return redirect("record", assessment.reference)
    except services.FactsRefused as refused:
        others = add_messages(form, refused.messages)
        return _join_page(request, assessment, there, form, others)
    except services.StaleFacts:
        problem = Problem("One of the records was changed meanwhile. Compare them again")
        return _join_page(request, assessment, there, form, [problem])
    messages.success(
        request,
        f"The records {kept.la_child_id} and {joined.la_child_id} are joined. "
        f"Both ids find {corrected.child.la_child_id} now.",
    )
    return redirect("record", assessment.reference)


def _join_page(
    request: SignedInRequest,
    assessment: Assessment,
    there: Child,
    form: JoinForm,
    others: Sequence[Problem] = (),
) -> HttpResponse:
    """Return the page with the problems of the form, and others before them."""
    here = assessment.episode.child
    problems = [*others, *problems_of(form)]
    context = {
        "assessment": assessment,
        "deadline": deadline_of(assessment),
        "children": [(child, child.episodes.order_by("referral_date")) for child in (here, there)],
        "form": form,
        "keys": JoinKeyForm(initial={"here": here.version, "there": there.version}),
        "problems": problems,
    }
    status = 422 if problems else 200
    return render(request, "pages/joining/join.html", context, status=status)
