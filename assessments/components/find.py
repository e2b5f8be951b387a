"""The search of the guide, on the factor page and where codes are corrected."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from assessments import evaluation
from assessments.catalogue import search
from assessments.catalogue.types import Edition
from assessments.presenters.found import SearchAnswer, search_answer

LONGEST_SEARCH = 100


class FindForm(forms.Form):
    """The words to search for."""

    find = forms.CharField(required=False, max_length=LONGEST_SEARCH)


@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Answer with what the words mean: the factors, for the page to hide the others."""
    form = FindForm(request.POST)
    words = form.cleaned_data["find"] if form.is_valid() else ""
    answer = answer_to(words, evaluation.current_edition())
    return render(request, "components/found.html", {"answer": answer})


def answer_to(words: str, edition: Edition) -> SearchAnswer | None:
    """Return what is said of a search for the words, or None where there are none."""
    return search_answer(words, search.find(edition, words)) if words else None


def warm_up() -> None:
    """Read the words of the edition in force, which takes longer than a search."""
    search.find(evaluation.current_edition(), "warmup")
