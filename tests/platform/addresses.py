"""Every address of the product, with something behind it where there can be."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.apps import apps
from django.urls import URLPattern, get_resolver

from assessments.models import Assessment


def routes() -> list[str]:
    def walk(patterns, before: str) -> Iterator[str]:
        for pattern in patterns:
            route = before + str(pattern.pattern)
            if isinstance(pattern, URLPattern):
                yield route
            else:
                yield from walk(pattern.url_patterns, route)

    return list(dict.fromkeys(walk(get_resolver().url_patterns, "")))


def address_of(route: str, assessment: Assessment) -> str:
    """Where the route leads for this assessment, its child, worker and team."""

    def value(place: re.Match) -> str:
        kind, name = place["kind"], place["name"]
        if name == "code":
            return assessment.codes[0]
        if kind == "uuid":
            return str(assessment.episode.child.reference if "start/" in route else own)
        if kind == "int":
            return str(assessment.worker_id)
        return str(own)

    own = _key_in_the_admin(route, assessment)
    route = re.sub(r"\^?\(\?P<(?P<name>\w+)>.*?\)\$?(?=/|$)", "nothing", route)
    route = re.sub(r"<(?P<kind>\w+):(?P<name>\w+)>", value, route)
    return "/" + route.rstrip("$").lstrip("^")


def _key_in_the_admin(route: str, assessment: Assessment) -> object:
    """What the admin calls the row by: its reference, where the model has one that is shown."""
    model = re.match(r"admin/(?P<app>\w+)/(?P<model>\w+)/.*<path:object_id>", route)
    rows = {
        "assessment": assessment.reference,
        "child": assessment.episode.child.reference,
        "episode": assessment.episode.reference,
        "user": assessment.worker_id,
        "team": assessment.team_id,
    }
    if model is None:
        return assessment.reference
    if model["model"] in rows:
        return rows[model["model"]]
    first = apps.get_model(model["app"], model["model"])._default_manager.first()
    return first.pk if first else "1"
