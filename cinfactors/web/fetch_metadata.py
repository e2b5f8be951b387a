"""Requests that no page of ours makes, refused before any page is asked."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseForbidden,
    HttpResponseNotAllowed,
)
from django.views.decorators.http import require_safe

METHODS = ("GET", "HEAD", "POST")
OTHER_SITES = {"cross-site", "same-site"}
PLAIN = "text/plain; charset=utf-8"
FRAMES = {"embed", "fencedframe", "frame", "iframe", "object"}


class RefusalMiddleware:
    """Answers only the methods that pages have, and another site only where it links to us.

    Another site may lead a person here. It may not load a page of ours into its own, as an image,
    a script or a frame: that is how the size or the speed of an answer is measured from outside.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        if loaded_by_another_site(request):
            return HttpResponseForbidden("Open this page by itself.\n", content_type=PLAIN)
        return self.get_response(request)


@require_safe
def unused(request: HttpRequest) -> HttpResponse:
    """Stands in place of a view that a library brings and that no page of ours asks."""
    raise PermissionDenied


def loaded_by_another_site(request: HttpRequest) -> bool:
    """Whether the browser says that another site's page asks for a part of itself."""
    if request.headers.get("Sec-Fetch-Site") not in OTHER_SITES:
        return False
    mode, use = request.headers.get("Sec-Fetch-Mode"), request.headers.get("Sec-Fetch-Dest")
    return mode not in (None, "navigate") or use in FRAMES
