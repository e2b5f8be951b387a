"""What tests of decisions send to the page and read from it."""

from __future__ import annotations

import uuid
from datetime import timedelta

from bs4 import Tag

from assessments.models import Assessment
from tests import people as make
from tests.pages.page import read, words
from tests.people import People

LIST = "/admin/assessments/assessment/"
DECISIONS = ("authorise", "return", "correct", "reopen", "dates")
OF_WHAT_IS_AUTHORISED = ("reopen", "dates")
SESSIONS = "accounts_session"
"""Messages to a person wait in their session, and are no part of the record."""
CONSIDERED = {"considered-child-as-victim": "yes"}
"""The manager's answer to what the guide asks of 3B alone."""


def at(assessment: Assessment, decision: str = "change", filters: str = "") -> str:
    query = f"?_changelist_filters={filters}" if filters else ""
    return f"{LIST}{assessment.reference}/{decision}/{query}"


def form_data(assessment: Assessment, **fields) -> dict:
    return {"key": str(uuid.uuid4()), "version": assessment.version} | fields


def dates_of(assessment: Assessment) -> dict[str, str]:
    """The start as it is, and the day after it as the end."""
    start = assessment.start_date
    days = {"start_date": start, "end_date": start + timedelta(days=1)}
    return {
        f"{name}_{place}": str(part)
        for name, day in days.items()
        for place, part in enumerate((day.day, day.month, day.year))
    }


def sent_by_page(decision: str, assessment: Assessment) -> dict:
    """What the page sends for a decision that can be taken."""
    return form_data(
        assessment,
        **{
            "authorise": {"confirmed": "yes"},
            "return": {"reason": "other", "comment": "Look again"},
            "correct": {"codes": ["3B"], "reason": "It was the mother", **CONSIDERED},
            "reopen": {"comment": "The report says otherwise"},
            "dates": {"reason": "The letter says so", **dates_of(assessment)},
        }[decision],
    )


def for_decision(decision: str, people: People, la_child_id: str = "EX1001") -> Assessment:
    """An assessment of Ada on which this decision can be taken."""
    done = make.submit(make.start(people.ada, la_child_id), "3A")
    return make.authorise(done, people.mo) if decision in OF_WHAT_IS_AUTHORISED else done


def problems(response) -> list[str]:
    return [words(item.text) for item in read(response).select("div#error-summary li")]


def told(response) -> str:
    found = read(response).find("div", class_="review-notice")
    return words(found.text) if found else ""


def messages(response) -> list[str]:
    return [
        words(item.text) for item in read(response).select(".govuk-notification-banner__heading")
    ]


def spoken(element: Tag) -> str:
    """Its text, with a space where an element begins or ends."""
    return words(element.get_text(" "))


def section(response, title: str) -> str:
    for element in read(response).find_all("section"):
        if any(words(each.text) == title for each in element.find_all("h2")):
            return spoken(element)
    raise AssertionError(f"there is no section {title}")


def changes(response) -> str:
    """What is read first: what was asked and what changed."""
    return spoken(read(response).select_one(".review-changes"))


def asks_to_confirm(response) -> str:
    """The question that stands in place of the button; empty where it is not asked."""
    page = read(response)
    asked = page.select_one("[data-confirm]")
    assert asked.has_attr("hidden") == asked.has_attr("disabled")
    assert asked.has_attr("hidden") != page.select_one("[data-authorise]").has_attr("hidden")
    return "" if asked.has_attr("hidden") else words(asked.h3.text)
