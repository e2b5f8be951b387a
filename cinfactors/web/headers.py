"""Security headers of every response, whichever part of the product makes it.

Django's own middleware (security, clickjacking) sets some of them too. It runs further in, so a
response made before it (to a wrong host, to a probe) would lack them: hence all of them here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the settings read this module, and Django reads them
    from django.http import HttpRequest, HttpResponse

# Features that Chromium knows; it warns of other names. Pages need only those of a passkey.
DENIED = (
    *("accelerometer", "autoplay", "camera", "clipboard-read", "display-capture"),
    *("encrypted-media", "fullscreen", "geolocation", "gyroscope", "hid", "idle-detection"),
    *("magnetometer", "microphone", "midi", "payment", "picture-in-picture"),
    *("screen-wake-lock", "serial", "usb", "xr-spatial-tracking"),
)
SELF_ONLY = ("publickey-credentials-create", "publickey-credentials-get")

ALWAYS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(
        [f"{each}=()" for each in DENIED] + [f"{each}=(self)" for each in SELF_ONLY]
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Headers and their values. A library for Permissions-Policy would save one line of it."""

DENY_ALL_POLICY = "default-src 'none'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'"
"""The Content-Security-Policy of a response that is not a page."""


class HeadersMiddleware:
    """Adds the headers that a response does not have yet. The outermost middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        return response
