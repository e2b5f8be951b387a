"""Template tags and filters for an assessment: status, age, notes and the identity bar."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from functools import lru_cache

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import SafeString

from assessments import queries
from assessments.catalogue import loader
from assessments.catalogue.types import Edition
from assessments.catalogue.working_days import Deadline
from assessments.components.prerendered import Prerendered
from assessments.components.way_back import WayBack
from assessments.components.way_back import way_back as find_way_back
from assessments.evaluation import child_was_unborn
from assessments.models import Assessment, Child, Status
from assessments.presenters.absence import absence_in_words
from assessments.presenters.code_notes import Note
from cinfactors.accounts.models import User

register = template.Library()

STATUS_COLOURS = {
    Status.DRAFT: "govuk-tag--grey",
    Status.SUBMITTED: "",
    Status.RETURNED: "govuk-tag--yellow",
    Status.AUTHORISED: "govuk-tag--green",
    Status.REOPENED: "govuk-tag--purple",
    Status.CANCELLED: "govuk-tag--grey",
    Status.VOIDED: "govuk-tag--grey",
}
"""The class of each status besides the tag's own, which is blue. Red is for what is overdue."""


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
    if child.not_born:
        words = "Not born"
    elif child.is_unborn:
        words = "Unborn"
    elif child_was_unborn(assessment):
        words = "Unborn when it ended"
    elif years is None:
        words = "Not born when it started"
    elif years == 0:
        words = "Under 1 year"
    else:
        words = f"{years} year{'' if years == 1 else 's'}"
    return words


@register.filter
def died(child: Child) -> str:
    """Return ", died 3 May 2026", to follow an age; "" for a child who lives."""
    return f", died {_day(child.death_date)}" if child.death_date else ""


@register.filter
def born(child: Child) -> str:
    """Return "born 3 May 2015", "expected 3 May 2027", or "expected 3 May 2027, not born"."""
    if child.birth_date is not None:
        return f"born {_day(child.birth_date)}"
    expected = f"expected {_day(child.expected_birth_date)}"
    return f"{expected}, not born" if child.not_born else expected


def _day(day: date | None) -> str:
    return date_format(day, "j F Y") if day else "on no date"


NAVIGATION = (
    ("Factors", "factors"),
    ("Check", "check"),
    ("Record", "record"),
    ("History", "history"),
)
"""The pages of an assessment: the first two for who may record alone."""


@register.simple_tag(takes_context=True)
def assessment_pages(context: Context, assessment: Assessment, current: str = "") -> SafeString:
    """Render the way to the assessment's pages; `current` is the URL name of the page."""
    return render_assessment_pages(context["user"], assessment, current)


def render_assessment_pages(person: User, assessment: Assessment, current: str) -> SafeString:
    """Render the way to the assessment's pages, those that the person may use."""
    pages = _assessment_pages(queries.may_record(person, assessment), current)
    return pages.fill_in({"page": lambda page: reverse(page, args=[assessment.reference])})


@lru_cache(maxsize=16)
def _assessment_pages(may_record: bool, current: str) -> Prerendered:
    context = {"navigation": NAVIGATION if may_record else NAVIGATION[2:], "current": current}
    return Prerendered("components/assessment_pages.html", context)


@register.simple_tag(takes_context=True)
def way_back(context: Context, assessment: Assessment) -> WayBack:
    """Return where the page, which is below the record, leads back to."""
    return find_way_back(context["request"], assessment.reference)


@register.simple_tag
def identity_bar(assessment: Assessment, deadline: Deadline | None) -> SafeString:
    """Render the bar: whose assessment it is, and where it stands."""
    child = assessment.episode.child
    bar = _identity_bar(
        f"{age(assessment)}{died(child)}",
        assessment.episode.referral_date,
        deadline,
        loader.edition(assessment.edition),
        Status(assessment.status),
        child.restricted,
    )
    return bar.fill_in(
        {
            "child": lambda _: escape(child.la_child_id),
            "name": lambda _: escape(child.name),
        }
    )


@register.filter
def absence(assessment: Assessment) -> str:
    """Return "has left", say, of the worker whom an open assessment waits for; else ""."""
    return absence_in_words(assessment)


@lru_cache(maxsize=1024)
def _identity_bar(
    age: str,
    referral_date: date,
    deadline: Deadline | None,
    edition: Edition,
    status: Status,
    is_restricted: bool,
) -> Prerendered:
    """The bar for every child with the same age, dates and status, as the page has it."""
    context = {
        "age": age,
        "referral_date": referral_date,
        "deadline": deadline,
        "edition": edition,
        "status": status,
        "is_restricted": is_restricted,
    }
    return Prerendered("components/identity_bar.html", context)
