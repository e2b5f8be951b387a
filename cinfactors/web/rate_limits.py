"""How often a person may search: nobody's work needs more, and a stolen session would.

How many records a person may open in an hour is asked where openings are recorded
(`cinfactors.audit`), tries to sign in by allauth.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

SEARCHES = 100
MINUTES = 5
SEARCH_PAGES = {"assessments", "start", "start_with_new_child"}
"""The last, since it tells whether a child's id is known."""


class TooMany(Exception):
    """What the person asked for was within their rights, and is too much of it."""


class LimitsMiddleware:
    """Answers 429 to a search over the limit, and to whatever raises TooMany."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        if not (request.user.is_authenticated and is_search(request)):
            return None
        searches = cache.count(f"searches:{request.user.pk}", MINUTES * 60)
        return too_many(request) if searches > SEARCHES else None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return too_many(request) if isinstance(exception, TooMany) else None


def is_search(request: HttpRequest) -> bool:
    """Whether it asks for a child by what a person typed; the lists of the admin do so too."""
    view = request.resolver_match.view_name or ""
    return request.method == "POST" and (view in SEARCH_PAGES or view.endswith("_changelist"))


def too_many(request: HttpRequest) -> HttpResponse:
    response = render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = str(MINUTES * 60)
    return response
