"""Pages for what goes wrong before or beyond any view: no request, no person, no database.

403 and 404 are Django's own views on our templates.
"""

from __future__ import annotations

import sys
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from cinfactors import context_processors


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plainly("400.html", HTTPStatus.BAD_REQUEST)


def server_error(request: HttpRequest) -> HttpResponse:
    """What failed, told apart from a database that is away or busy, of which one may ask again."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        response = _plainly("500.html", HTTPStatus.SERVICE_UNAVAILABLE)
        response["Retry-After"] = "30"
        return response
    return _plainly("500.html", HTTPStatus.INTERNAL_SERVER_ERROR)


def _plainly(template: str, status: HTTPStatus) -> HttpResponse:
    """The page without the request that failed, whose host, session or body may be what failed."""
    html = render_to_string(template, context_processors.site_context(HttpRequest()))
    return HttpResponse(html, status=status, headers={"Cache-Control": "no-store"})
