"""What the pages share: finding the assessment, saying what stands against a write."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone

from assessments import queries, record, services
from assessments.deadlines import Deadline, deadline_on
from assessments.forms import KeyForm, PressForm
from assessments.models import Assessment, Status
from assessments.notes import Notes, notes_of
from assessments.queries import ManagersWords
from assessments.rules import Finding
from assessments.selecting import Wish
from cinfactors.accounts.models import User
from cinfactors.history.models import Page
from cinfactors.history.services import record_reading, record_refusal


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the error summary, with the id of what it links to, and on which other page."""

    message: str
    target: str = ""
    page: str = ""


def deadline_of(assessment: Assessment) -> Deadline | None:
    """None for an assessment that is over, or was authorised within its days before."""
    if assessment.status in (Status.AUTHORISED, Status.REOPENED, Status.CANCELLED):
        return None
    return deadline_on(timezone.localdate(), assessment.episode.referral_date)


def assessment_or_404(
    request: HttpRequest, reference: UUID, page: Page = Page.RECORD
) -> Assessment:
    """What is not there and what the person may not see look the same.

    That it is read on the page, or was refused, is recorded.
    """
    try:
        assessment = queries.assessment_for(request.user, reference)
    except Assessment.DoesNotExist as absent:
        record_refusal(request, page, reference=reference)
        raise Http404 from absent
    record_reading_of(request, assessment, page)
    return assessment


def notes_beside(person: User, assessment: Assessment, decided: ManagersWords | None) -> Notes:
    """What stands beside single codes on the person's factor page, `decided` among it."""
    return notes_of(
        record.edition_of(assessment),
        queries.recorded_before(person, assessment),
        decided.review if decided else None,
        decided.pinned if decided else {},
    )


def record_reading_of(request: HttpRequest, assessment: Assessment, page: Page) -> None:
    record_reading(request, page, child=assessment.episode.child_id, assessment=assessment.pk)


def own_assessment_or_404(request: HttpRequest, reference: UUID) -> Assessment:
    """The person's own assessment, in whatever status; a refusal is recorded."""
    try:
        return queries.own_assessment(request.user, reference)
    except Assessment.DoesNotExist as absent:
        record_refusal(request, Page.FACTORS, reference=reference)
        raise Http404 from absent


def key_of(request: HttpRequest) -> UUID:
    """The key of the press; BadRequest for a post without one, which no page of ours makes."""
    form = KeyForm(request.POST)
    if not form.is_valid():
        raise BadRequest("key")
    return form.cleaned_data["key"]


def press_of(request: HttpRequest) -> tuple[UUID, int]:
    """The key of the press and the version of the page; BadRequest for a post without them."""
    form = PressForm(request.POST)
    if not form.is_valid():
        raise BadRequest("key or version")
    return form.cleaned_data["key"], form.cleaned_data["version"]


def was_overtaken(saved: Assessment, wish: Wish, description: str, complied: str) -> bool:
    """Whether others went on from what this very press had recorded before it was sent again."""
    rule = record.edition_of(saved).rules_by_id.get(complied)
    added = [code for code in (rule and rule.adds,) if code and code not in wish.codes]
    return not any(
        services.is_recorded(saved, codes, description)
        for codes in (wish.codes, (*wish.codes, *added))
    )


def version_of(assessment: Assessment, typed: QueryDict | None) -> int:
    """The version that the page shows; for what comes back unsaved, the one it was typed on.

    Else what was refused would come back as if its writer had seen what others saved meanwhile.
    """
    if typed is None:
        return assessment.version
    form = PressForm(typed)
    return form.cleaned_data["version"] if form.is_valid() else assessment.version


def problems_of(*forms) -> list[Problem]:
    """The errors of bound forms, in the order of the page, each linked to its first box."""
    found = []
    for form in forms:
        found += [Problem(message) for message in form.non_field_errors()]
        for field in form:
            found += [Problem(message, _first_box(field)) for message in field.errors]
    return found


def _first_box(field) -> str:
    widget = field.field.widget
    if getattr(widget, "input_type", "") == "radio":
        return f"{field.auto_id}_1"
    if getattr(widget, "widgets", None):
        return f"{field.auto_id}_0"
    return field.auto_id


def first_code_box(assessment: Assessment) -> str:
    """The id of the first checkbox of the picker."""
    return f"code-{next(iter(record.edition_of(assessment).codes))}"


def selection_problems(found: tuple[Finding, ...], assessment: Assessment) -> list[Problem]:
    """What a selection breaks, linked to the code it is about, or else to the first box."""
    return [
        Problem(
            finding.message,
            f"code-{finding.beside[0]}" if finding.beside else first_code_box(assessment),
        )
        for finding in found
    ]


def add_messages(form, messages: dict[str, str]) -> list[Problem]:
    """Put what a service refused beside the form's own fields; give back what has no field."""
    others = []
    for name, message in messages.items():
        if name in form.fields:
            form.add_error(name, message)
        else:
            others.append(Problem(message))
    return others


def locked(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """Say that the record cannot be changed now, and why."""
    context = {"assessment": assessment, "deadline": deadline_of(assessment)}
    return render(request, "assessments/locked.html", context, status=409)
