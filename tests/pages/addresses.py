"""Every URL route of the project, and the addresses that it gives for an assessment."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

from django.urls import URLPattern, get_resolver

from assessments.models import Assessment
from cinfactors.accounts.models import Membership


def routes() -> list[str]:
    """Return each route once, in the order in which they are tried."""

    def walk(patterns, before: str) -> Iterator[str]:
        for pattern in patterns:
            route = before + str(pattern.pattern)
            if isinstance(pattern, URLPattern):
                yield route
            else:
                yield from walk(pattern.url_patterns, route)

    return list(dict.fromkeys(walk(get_resolver().url_patterns, "")))


OURS = [route for route in routes() if not route.startswith("admin/")]
ADMIN = [route for route in routes() if route.startswith("admin/")]


def is_of_a_record(route: str) -> bool:
    """Whether the route leads to one child's record, rather than to a list or a person."""
    return "<uuid:reference>" in route or bool(
        re.match(r"admin/assessments/\w+/<(path|uuid):", route)
    )


def address_of(route: str, assessment: Assessment | None, person_pk: int = 0) -> str:
    """Return the route with this assessment's references in it, or those of an absent one."""
    model = re.match(r"admin/\w+/(\w+)/<", route)
    reference = str(_reference(route, model[1] if model else "", assessment, person_pk))
    for place, value in {
        "^(?P<app_label>accounts|assessments)/$": "assessments/",
        "(?P<url>.*)$": "nothing/",
        "<path:content_type_id>/<path:object_id>": "1/1",
        "<str:code>": "4B",
        "<str:hour>": "2026-03-27T14",
    }.items():
        route = route.replace(place, value)
    return "/" + re.sub(r"<\w+:\w+>", reference, route)


def _reference(route: str, model: str, assessment: Assessment | None, person_pk: int):
    if model == "user":
        return person_pk
    if model == "membership":
        return Membership.objects.order_by("pk").values_list("pk", flat=True)[0]
    if model == "team":
        return Membership.objects.order_by("pk").values_list("team_id", flat=True)[0]
    if "<int:" in route:
        return 1
    if assessment is None:
        return uuid.uuid4()
    if model == "child" or "start/<" in route or "reading/child/<" in route:
        return assessment.episode.child.reference
    if model == "episode":
        return assessment.episode.reference
    return assessment.reference
