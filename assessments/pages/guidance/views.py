"""The guidance as a reference: the whole edition in force, or one code."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from assessments import evaluation
from assessments.catalogue import search
from assessments.components.picker.typed_codes import canonical_code
from assessments.presenters.found import search_answer


@require_safe
def guidance(request: HttpRequest) -> HttpResponse:
    """Show the whole edition in force, or the factors that match a search; all, if none does."""
    edition = evaluation.current_edition()
    words = request.GET.get("q", "").strip()[:100]
    found = search.find(edition, words)
    context = {
        "edition": edition,
        "factors": [each.factor for each in found.factors] or edition.factors,
        "words": words,
        "answer": search_answer(words, found),
    }
    return render(request, "pages/guidance/page.html", context)


@require_safe
def guidance_for_code(request: HttpRequest, code: str) -> HttpResponse:
    """Show one code: what it is for, in the guide's words; or what replaced it, if it is gone.

    A code that is spelt otherwise, as "03a", leads to its own address.
    """
    edition = evaluation.current_edition()
    entry = edition.codes.get(code)
    replaced = edition.replaced.get(code)
    if entry is None and replaced is None:
        canonical = canonical_code(code)
        if canonical == code or canonical not in edition.codes.keys() | edition.replaced.keys():
            raise Http404
        return redirect("guidance_for_code", canonical)
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
    return render(request, "pages/guidance/code.html", context)
