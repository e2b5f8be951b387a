"""What every answer tells the browser, whichever part of the product gives it.

`django.middleware.security` and `csp` say the rest. Theirs stand inside, so that an answer which
is made before them (a host that is not ours, a probe) would go out without: hence once more here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the settings read this module, and Django reads them
    from django.http import HttpRequest, HttpResponse

# What Chromium knows by these names; it warns of others. A page needs none but a passkey's.
DENIED = (
    *("accelerometer", "autoplay", "camera", "clipboard-read", "display-capture"),
    *("encrypted-media", "fullscreen", "geolocation", "gyroscope", "hid", "idle-detection"),
    *("magnetometer", "microphone", "midi", "payment", "picture-in-picture"),
    *("screen-wake-lock", "serial", "usb", "xr-spatial-tracking"),
)
OURS_ALONE = ("publickey-credentials-create", "publickey-credentials-get")

ALWAYS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(
        [f"{each}=()" for each in DENIED] + [f"{each}=(self)" for each in OURS_ALONE]
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""A header of each name; a library that only writes Permissions-Policy would be a line less."""

NOTHING_LOADED = "default-src 'none'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'"
"""The Content-Security-Policy of an answer that is no page."""


class HeadersMiddleware:
    """Outermost: gives each answer what it does not carry yet."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        return response
