"""The factor page's search of the guide."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from assessments import evaluation
from assessments.catalogue import search
from assessments.presenters.found import search_answer


class FindForm(forms.Form):
    """The words to search for."""

    find = forms.CharField(required=False, max_length=100)


@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Answer with what the words mean: the factors, for the page to hide the others."""
    form = FindForm(request.POST)
    words = form.cleaned_data["find"] if form.is_valid() else ""
    answer = None
    if words:
        answer = search_answer(words, search.find(evaluation.current_edition(), words))
    return render(request, "components/found.html", {"answer": answer})


def warm_up() -> None:
    """Read the words of the edition in force, which takes longer than a search."""
    search.find(evaluation.current_edition(), "warmup")
