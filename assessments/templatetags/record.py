"""Template tags and filters for an assessment: status, age, notes and the identity bar."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from functools import lru_cache

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString

from assessments.catalogue import loader
from assessments.catalogue.types import Edition
from assessments.catalogue.working_days import Deadline
from assessments.components.prerendered import Segments, fill_in, prerender
from assessments.models import Assessment, Status
from assessments.presenters.code_notes import Note

register = template.Library()

STATUS_COLOURS = {
    Status.DRAFT: "govuk-tag--grey",
    Status.SUBMITTED: "govuk-tag--blue",
    Status.RETURNED: "govuk-tag--yellow",
    Status.AUTHORISED: "govuk-tag--green",
    Status.REOPENED: "govuk-tag--purple",
    Status.CANCELLED: "govuk-tag--grey",
}
"""The tag's class for each status. Never red, which is for what is overdue."""


@register.filter
def status_colour(status: str) -> str:
    """Return the class of a status tag."""
    return STATUS_COLOURS[Status(status)]


@register.filter
def beside(notes: Mapping[str, Collection[Note]], code: str) -> Collection[Note]:
    """Return the notes on one code; `notes` are by code, and a page may have none."""
    return notes[code] if notes and code in notes else ()


@register.filter
def age(assessment: Assessment) -> str:
    """Return the child's age when the assessment started: the age that the rules go by."""
    child = assessment.episode.child
    years = child.age_on(assessment.start_date)
    if child.is_unborn:
        return "Unborn"
    if years is None:
        return "Not born when it started"
    if years == 0:
        return "Under 1 year"
    return f"{years} year{'' if years == 1 else 's'}"


@register.simple_tag
def identity_bar(assessment: Assessment, deadline: Deadline | None) -> SafeString:
    """Render the bar that says whose assessment the page is about, and where it stands."""
    segments = _identity_bar_segments(
        age(assessment),
        assessment.episode.referral_date,
        deadline,
        loader.edition(assessment.edition),
        Status(assessment.status),
    )
    child = assessment.episode.child.la_child_id
    return fill_in(segments, {"child": lambda _: escape(child)})


@lru_cache(maxsize=1024)
def _identity_bar_segments(
    age: str, referral_date: date, deadline: Deadline | None, edition: Edition, status: Status
) -> Segments:
    """The bar for every child with the same age, dates and status."""
    context = {
        "age": age,
        "referral_date": referral_date,
        "deadline": deadline,
        "edition": edition,
        "status": status,
    }
    return prerender("components/identity_bar.html", context)
