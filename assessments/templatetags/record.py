"""How a record is put in words on a page."""

from __future__ import annotations

from django import template

from assessments.catalogue import loader
from assessments.models import Assessment, Status

register = template.Library()

COLOURS = {
    Status.DRAFT: "govuk-tag--grey",
    Status.SUBMITTED: "govuk-tag--blue",
    Status.RETURNED: "govuk-tag--yellow",
    Status.AUTHORISED: "govuk-tag--green",
    Status.REOPENED: "govuk-tag--purple",
    Status.CANCELLED: "govuk-tag--grey",
}
"""Never red, which is for what is overdue."""


@register.filter
def status_colour(status: str) -> str:
    return COLOURS[Status(status)]


@register.filter
def age(assessment: Assessment) -> str:
    """The child's age when the assessment started: the age that the rules go by."""
    child = assessment.episode.child
    years = child.age_on(assessment.start_date)
    if child.is_unborn:
        return "Unborn"
    if years is None:
        return "Not born when it started"
    if years == 0:
        return "Under 1 year"
    return f"{years} year{'' if years == 1 else 's'}"


@register.filter
def edition_title(assessment: Assessment) -> str:
    return loader.edition(assessment.edition).title
