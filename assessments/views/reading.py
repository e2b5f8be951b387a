"""Reading: the record of an assessment, and the guidance as a reference."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from assessments import queries, record, services
from assessments.catalogue import loader, search
from assessments.decided import decisions, missed_codes
from assessments.forms import PressForm, ReadForm
from assessments.notes import pinned_notes
from assessments.summaries import NO_NOTES, groups_of, named, questions_of
from assessments.views.pages import assessment_or_404, deadline_of


@require_safe
def assessment_record(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Everything that is recorded, read-only."""
    assessment = assessment_or_404(request, reference)
    person = request.user
    versions = list(queries.versions_of(assessment))
    words = queries.words_of_the_manager(assessment)
    context = {
        "assessment": assessment,
        "deadline": deadline_of(assessment),
        "edition": record.edition_of(assessment),
        "groups": groups_of(assessment),
        "questions": [question for question in questions_of(assessment) if question.answered],
        "versions": versions,
        "decisions": decisions(queries.reviews_of(assessment), versions),
        "words": words,
        "notes": pinned_notes(words.review, words.pinned) if words else NO_NOTES,
        "missed": missed_codes(assessment, words.pinned) if words else (),
        "may_mark_read": assessment.worker_id == person.pk and person.is_social_worker,
        "may_record": queries.may_record(person, assessment),
        "may_cancel": queries.may_cancel(person, assessment),
        "may_withdraw": queries.may_withdraw(person, assessment),
        "press": PressForm(initial={"version": assessment.version}),
    }
    return render(request, "assessments/record.html", context)


@require_POST
def correction_read(request: HttpRequest, reference: UUID) -> HttpResponse:
    """The worker has read what a manager corrected."""
    own = queries.own_assessments(request.user).filter(reference=reference)
    if not own.exists():
        raise Http404
    form = ReadForm(request.POST)
    if not form.is_valid():
        raise BadRequest("review")
    unread = queries.unread_corrections(request.user).filter(assessment__in=own)
    for review in unread.filter(pk=form.cleaned_data["review"]):
        services.mark_read(review=review, by=request.user)
    return redirect("record", reference)


@require_safe
def guidance(request: HttpRequest) -> HttpResponse:
    """The whole edition in force; what matches, where words are looked for."""
    edition = record.current_edition()
    words = request.GET.get("q", "").strip()[:100]
    found = search.find(edition, words)
    context = {
        "edition": edition,
        "factors": found.factors,
        "words": words,
        "spelt": found.spelt,
        "other": named(edition, record.described_codes(edition)),
        "editions": reversed(loader.editions().values()),
    }
    return render(request, "assessments/guidance.html", context)


@require_safe
def guidance_for_code(request: HttpRequest, code: str) -> HttpResponse:
    """One code: what it is for, in the guide's words; and what replaced it, if it is gone."""
    edition = record.current_edition()
    entry = edition.codes.get(code)
    replaced = edition.replaced.get(code)
    if entry is None and replaced is None:
        raise Http404
    context = {
        "edition": edition,
        "code": code,
        "entry": entry,
        "replaced": replaced,
        "name": edition.name_of(code) if entry else "",
        "factor": edition.factor_of(code) if entry else None,
        "domain": next((d for d in edition.domains if entry and d.id == entry.domain), None),
        "rules": [rule for rule in edition.rules if code in rule.codes and rule.quotations],
    }
    return render(request, "assessments/guidance_code.html", context)
