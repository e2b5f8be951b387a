"""The admin's index says what no manager looks after, to administrators and other managers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from assessments import queries
from cinfactors.administration.base import person_of

Index = Callable[..., HttpResponse]


def with_unmanaged(index: Index) -> Index:
    """Return the admin's index with the teams and restricted records that have no manager."""

    def unmanaged_index(
        request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {
            **(extra_context or {}),
            "unmanaged": queries.teams_without_a_manager(),
            "restricted_unseen": queries.teams_with_restricted_unseen()
            if person_of(request).is_administrator
            else (),
        }
        return index(request, context)

    return unmanaged_index
