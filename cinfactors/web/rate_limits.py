"""Rate limit of searches: more than any work needs, fewer than a thief of a session would try.

How many children a person may be shown in an hour is checked where readings are recorded
(`cinfactors.audit`), attempts to sign in by allauth.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar, cast

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cinfactors.web.json_cache import JsonTableCache

SEARCHES = 100
MINUTES = 5
MARK = "is_rate_limited_search"
"""The attribute that `rate_limited_search` sets on a view."""

View = TypeVar("View", bound=Callable[..., Any])


class TooMany(Exception):
    """The person may do what they requested, but not this often. Answered with 429.

    `heading` and `message` are what the page says, `minutes` how long to wait at most.
    """

    def __init__(self, heading: str, message: str, *, minutes: int) -> None:
        super().__init__(heading)
        self.heading, self.message, self.minutes = heading, message, minutes


TOO_MANY_TRIES = TooMany(
    "Too many tries", "There were too many tries in a short time.", minutes=MINUTES
)


def rate_limited_search(view: View) -> View:
    """Count each POST to the view as a search of the person who sends it.

    For every view that looks for a child by what a person typed, also one that only reveals
    whether a child's id is known. All searches of a person count together. The decorator marks
    the view and `RateLimitMiddleware` counts: before the view's transaction, so that a search
    which fails or finds nothing is counted too.
    """
    setattr(view, MARK, True)
    return view


class RateLimitMiddleware:
    """Answers 429 to a search over the limit, and to whatever raises TooMany.

    Below `SignedInMiddleware`, which redirects a person who is not signed in to sign-in: their
    searches are not counted.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        if not (request.user.is_authenticated and is_search(request, view)):
            return None
        searches = cast(JsonTableCache, cache).count(f"searches:{request.user.pk}", MINUTES * 60)
        return too_many_requests(request, TOO_MANY_TRIES) if searches > SEARCHES else None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return too_many_requests(request, exception) if isinstance(exception, TooMany) else None


def is_search(request: HttpRequest, view: Callable[..., Any]) -> bool:
    return request.method == "POST" and getattr(view, MARK, False)


def too_many_requests(request: HttpRequest, reason: TooMany) -> HttpResponse:
    response = render(request, "429.html", {"reason": reason}, status=HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = str(reason.minutes * 60)
    return response
