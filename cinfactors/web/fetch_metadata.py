"""Requests that no page of ours makes, refused by method and by the Sec-Fetch-* headers."""

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
PLAIN_TEXT = "text/plain; charset=utf-8"
FRAMES = {"embed", "fencedframe", "frame", "iframe", "object"}


class FetchMetadataMiddleware:
    """Refuses methods that no page has, and other sites' requests but for links to us.

    Another site may lead a person here. It may not load a page of ours into its own, as an image,
    a script or a frame: that is how the size or the speed of a response is measured from outside.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        if loaded_by_another_site(request):
            return HttpResponseForbidden("Open this page by itself.\n", content_type=PLAIN_TEXT)
        return self.get_response(request)


@require_safe
def disabled_view(request: HttpRequest) -> HttpResponse:
    """Answer 403, in place of a view that a library brings and that no page of ours uses."""
    raise PermissionDenied


def loaded_by_another_site(request: HttpRequest) -> bool:
    """Whether the browser says that a page of another site loads this as a part of itself."""
    if request.headers.get("Sec-Fetch-Site") not in OTHER_SITES:
        return False
    mode, use = request.headers.get("Sec-Fetch-Mode"), request.headers.get("Sec-Fetch-Dest")
    return mode not in (None, "navigate") or use in FRAMES
