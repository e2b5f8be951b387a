"""Why a census query stands: a note on it, and all notes of a year as text."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from assessments import queries
from assessments.components.forms import posted_or_draft
from assessments.components.idempotency import IdempotencyKeyForm, key_of
from assessments.models import CensusFinding
from assessments.pages.census.forms import NoteForm
from assessments.presenters.census_notes import notes_as_text
from assessments.services import FactsRefused, NotPermitted
from assessments.services.returns import ExplainedMeanwhile, explain_query
from cinfactors.accounts.form_recovery import recovers_form
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.audit.models import Page
from cinfactors.audit.services import record_list, record_reading
from cinfactors.web.problems import add_messages, problems_of

MEANWHILE = (
    "Somebody else explained this query meanwhile: read what stands above, then keep your note in "
    "its place or leave it"
)


@recovers_form
@require_http_methods(["GET", "HEAD", "POST"])
def explain(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Ask why a query stands for a good reason, and keep the answer."""
    finding = queries.census_finding(request.user, reference, request.GET.get("year", ""))
    if finding is None or finding.kind != CensusFinding.Kind.QUERY:
        if request.POST.get("text") and queries.may_make_census_files(request.user):
            return _gone(request)
        raise Http404
    if finding.child is not None:
        record_reading(request, Page.CENSUS, child=finding.child.pk)
    note = queries.notes_on([reference]).get(reference)
    form = NoteForm(posted_or_draft(request), initial={"text": note.text if note else ""})
    problems = []
    if request.method == "POST":
        key = key_of(request)
        if form.is_valid():
            try:
                explain_query(
                    finding=finding,
                    text=form.cleaned_data["text"],
                    by=request.user,
                    key=key,
                    seen=form.cleaned_data["seen"],
                )
            except NotPermitted as refusal:
                raise Http404 from refusal
            except ExplainedMeanwhile as refusal:
                note = refusal.note
                form.add_error("text", MEANWHILE)
            except FactsRefused as refusal:
                problems = add_messages(form, refusal.messages)
            else:
                messages.success(request, "The query is explained, until its facts change.")
                return redirect(f"{reverse('census')}?year={finding.census_check.year}")
    problems = [*problems, *problems_of(form)]
    context = {
        "finding": finding,
        "note": note,
        "form": form,
        "key": IdempotencyKeyForm(),
        "problems": problems,
    }
    status = 422 if problems else 200
    return render(request, "pages/census/explain.html", context, status=status)


def _gone(request: SignedInRequest) -> HttpResponse:
    """Show what was typed about a query that is not there any more, and why it was not kept."""
    year = request.GET.get("year", "")
    known = queries.return_years(timezone.localdate())
    context = {"text": request.POST["text"], "year": year if year in known else ""}
    return render(request, "pages/census/explain_gone.html", context, status=404)


@require_safe
def notes(request: SignedInRequest) -> HttpResponse:
    """Give the notes on what the last check of a year found, as text for the collection."""
    check = queries.census_check_of(request.user, request.GET.get("year", ""))
    if check is None:
        raise Http404
    found = queries.census_findings(request.user, check).filter(queries.is_explained())
    findings = [*found.select_related("child", "episode").order_by("rule", "child__la_child_id")]
    record_list(request, (each.child_id for each in findings if each.child_id), Page.CENSUS)
    written = queries.notes_on([each.reference for each in findings])
    text = notes_as_text(check, ((each, written[each.reference]) for each in findings))
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    name = f"census-{check.year}-notes.txt"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
