"""Several submissions authorised at once: what was selected, and what is read before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import helpers
from django.core.exceptions import BadRequest
from django.http import HttpRequest

from assessments import services
from assessments.catalogue.working_days import Deadline
from assessments.evaluation import edition_of, evaluate
from assessments.models import Assessment, RuleAnswer
from assessments.presenters.deadlines import deadline_of
from assessments.presenters.findings import considered_label
from assessments.presenters.selection import SelectedCode, named_codes
from assessments.queries import QueueFacts
from assessments.review.messages import refusal_in_words

VERSION = "version-"
"""Begins the name of the field with the version that a row shows; the row's key follows."""


def selected_versions(request: HttpRequest) -> dict[int, int]:
    """Return the keys of the selected rows, each with the version that the row showed.

    Raises BadRequest for what no page of ours sends.
    """
    return _versions_of(request, request.POST.getlist(helpers.ACTION_CHECKBOX_NAME))


def listed_versions(request: HttpRequest) -> dict[int, int]:
    """Return the same of every row of the page, selected or not."""
    return _versions_of(
        request,
        [name.removeprefix(VERSION) for name in request.POST if name.startswith(VERSION)],
    )


def _versions_of(request: HttpRequest, keys: Sequence[str]) -> dict[int, int]:
    try:
        return {int(key): int(request.POST[f"{VERSION}{int(key)}"]) for key in keys}
    except (KeyError, ValueError) as unreadable:
        raise BadRequest("selection") from unreadable


@dataclass(frozen=True, slots=True)
class Considered:
    """What a rule asked, and what the worker said of it."""

    message: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class ToAuthorise:
    """A submission as it is read before it is authorised together with others."""

    assessment: Assessment
    version: int
    """The one that the list showed."""
    codes: tuple[SelectedCode, ...]
    answers: tuple[Considered, ...]
    deadline: Deadline | None
    refusal: str
    """Why it is left out; empty where it is not."""


def to_authorise(assessment: Assessment, version: int, facts: QueueFacts) -> ToAuthorise:
    """Return what is read of it; `version` is that of the row that was selected."""
    refusal = ""
    if assessment.version != version:
        refusal = refusal_in_words(services.EditConflict(assessment))
    elif why := facts.reasons_to_read:
        refusal = refusal_in_words(services.NeedsReading(why))
    codes = named_codes(edition_of(assessment), assessment.codes)
    answers = _considered(assessment, facts.answers)
    return ToAuthorise(assessment, version, codes, answers, deadline_of(assessment), refusal)


def _considered(
    assessment: Assessment, answers: Sequence[Mapping[str, Any]]
) -> tuple[Considered, ...]:
    given = {answer["rule"]: answer for answer in answers}
    found = []
    for finding in evaluate(assessment).asking:
        answer = given.get(finding.rule.id)
        if answer is None:
            continue
        is_considered = answer["kind"] == RuleAnswer.Kind.CONSIDERED
        label = considered_label(finding) if is_considered else "Reason given"
        found.append(Considered(finding.message, label, answer["text"]))
    return tuple(found)
