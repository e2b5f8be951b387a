"""Template tags for the navigation of every page."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from assessments import queries
from cinfactors.accounts.models import User

register = template.Library()

COUNTED = 999
"""Beyond it the count beside a link says that there are more: every page of a manager takes it."""


@register.simple_tag(takes_context=True)
def number_waiting(context: dict[str, Any], address: str) -> str:
    """Return how many assessments await the manager's review, beside the link to the queue.

    Nothing where none does, beside every other link, and for everybody else.
    """
    person = context.get("user")
    if not isinstance(person, User) or not person.is_team_manager:
        return ""
    if address != reverse("admin:assessments_assessment_changelist"):
        return ""
    waiting = queries.awaiting_review(person).order_by().values("pk")[: COUNTED + 1].count()
    return f"{COUNTED}+" if waiting > COUNTED else str(waiting or "")
