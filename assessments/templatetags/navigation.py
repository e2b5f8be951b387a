"""Template tags for the navigation of every page."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from assessments import queries
from cinfactors.accounts.models import User

register = template.Library()


@register.simple_tag(takes_context=True)
def number_waiting(context: dict[str, Any], address: str) -> int:
    """Return how many assessments await the manager's review, beside the link to the queue.

    Zero beside every other link, and for everybody else.
    """
    person = context.get("user")
    if not isinstance(person, User) or not person.is_team_manager:
        return 0
    if address != reverse("admin:assessments_assessment_changelist"):
        return 0
    return queries.awaiting_review(person).order_by().count()
