"""Request bodies: read to their end, and decoded as UTF-8 or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.core.exceptions import TooManyFilesSent
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse, UnreadablePostError

from cinfactors.web.headers import ALWAYS, DENY_ALL_POLICY

CHUNK = 64 * 1024
MOST = 16 * 1024 * 1024
"""Bytes that are read only to be discarded; a client that sends more is cut off."""
MOST_WITH_FILES = 1024 * 1024 * 1024
"""Likewise, by a page that takes files."""

_NOT_UTF_8 = re.compile(
    r"""; \s* charset (?! \s* = \s* "? utf-?8 "? \s* (?: ; | $ ) )  # another charset
        | \* \s* =  # or a parameter that names a charset of its own""",
    re.IGNORECASE | re.VERBOSE,
)


View = TypeVar("View", bound=Callable[..., Any])


def accepts_files(view: View) -> View:
    """Mark a view that takes files. For classes, put it on `dispatch`."""
    view.accepts_files = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def takes_files(request: HttpRequest) -> bool:
    """Return whether the request is to a view that takes files."""
    match = request.resolver_match
    return match is not None and getattr(match.func, "accepts_files", False)


class DrainRequestBodyMiddleware:
    """Reads the rest of a request's body, so that the client receives the response.

    A server that closes a connection with data unread resets it, and the browser shows "connection
    reset" in place of the page that says what was wrong.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        most = MOST_WITH_FILES if takes_files(request) else MOST
        try:
            for _ in range(most // CHUNK):
                if not request.read(CHUNK):
                    break
        except UnreadablePostError:  # the client has gone
            pass
        return response


class RefuseFiles(FileUploadHandler):
    """Takes no file. A page that takes one has a handler of its own, which limits its size."""

    def new_file(self, *file: object, **more: object) -> None:
        raise TooManyFilesSent

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None: ...

    def file_complete(self, file_size: int) -> None: ...


class SkipFiles(FileUploadHandler):
    """Reads what else a form has, where its files come to nothing."""

    def new_file(self, *file: object, **more: object) -> None:
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None: ...

    def file_complete(self, file_size: int) -> None: ...


_REFUSAL_HEADERS = [
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", DENY_ALL_POLICY),
    *ALWAYS.items(),
]


def require_utf8(application: WSGIApplication) -> WSGIApplication:
    """Wrap a WSGI application: a request that names another charset than UTF-8 is answered 400.

    Django decodes the query and the fields with whatever codec the request names, while it makes
    the request and so before any page for what goes wrong. Some codecs decode no text; others
    make characters that no page and no database can hold. Our pages send UTF-8.
    """

    def answer(wsgi_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if _NOT_UTF_8.search(wsgi_environ.get("CONTENT_TYPE", "")):
            start_response("400 Bad Request", _REFUSAL_HEADERS)
            return [b"Send this again as UTF-8.\n"]
        return application(wsgi_environ, start_response)

    return answer
