"""What a request carries: read to its end, and as UTF-8 or not at all."""

from __future__ import annotations

import re

from django.http import UnreadablePostError

from cinfactors.web.headers import ALWAYS, NOTHING_LOADED

CHUNK = 64 * 1024
MOST = 16 * 1024 * 1024
"""Bytes that are read only to be thrown away; whoever sends more is cut off."""

_NOT_UTF_8 = re.compile(
    r"""; \s* charset (?! \s* = \s* "? utf-?8 "? \s* (?: ; | $ ) )  # another charset
        | \* \s* =  # or a parameter that names a charset of its own""",
    re.IGNORECASE | re.VERBOSE,
)


class UnreadBodyMiddleware:
    """Reads what a refused request still sends, so that its sender hears the refusal.

    A server that closes a connection with data unread resets it, and the browser shows "connection
    reset" in place of the page that says what was wrong.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        try:
            for _ in range(MOST // CHUNK):
                if not request.read(CHUNK):
                    break
        except UnreadablePostError:  # the sender has gone
            pass
        return response


_REFUSAL = [
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", NOTHING_LOADED),
    *ALWAYS.items(),
]


def utf8_alone(application):
    """The WSGI application, asked nothing that says it is written in anything but UTF-8.

    Django reads the query and the fields as whatever codec the request names, while it makes the
    request and so before any page for what goes wrong. Some codecs decode no text; others make
    characters that no page and no database can hold. Our pages send UTF-8.
    """

    def answer(asked, start_response):
        if _NOT_UTF_8.search(asked.get("CONTENT_TYPE", "")):
            start_response("400 Bad Request", _REFUSAL)
            return [b"Send this again as UTF-8.\n"]
        return application(asked, start_response)

    return answer
