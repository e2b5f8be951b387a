"""The factor page's search of the guide."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from assessments import evaluation
from assessments.catalogue import search
from assessments.presenters.selection import named_codes


class FindForm(forms.Form):
    """The words to search for."""

    find = forms.CharField(required=False, max_length=100)


@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Answer with the codes of the factors that match, for the page to hide the others."""
    form = FindForm(request.POST)
    words = form.cleaned_data["find"] if form.is_valid() else ""
    edition = evaluation.current_edition()
    found = search.find(edition, words) if words else search.Found()
    context = {
        "words": words,
        "factors": found.factors,
        "spelt": found.spelt,
        "codes": search.codes_of(found, words),
        "other": named_codes(edition, edition.described_codes),
    }
    return render(request, "components/found.html", context)
