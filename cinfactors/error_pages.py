"""Error pages made without the request, the person or the database: one of them has failed.

403 and 404 are Django's own views with our templates.
"""

from __future__ import annotations

import sys
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from cinfactors import context_processors


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _render_without_request("400.html", HTTPStatus.BAD_REQUEST)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 with Retry-After where the database is away or busy, otherwise 500."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        response = _render_without_request("500.html", HTTPStatus.SERVICE_UNAVAILABLE)
        response["Retry-After"] = "30"
        return response
    return _render_without_request("500.html", HTTPStatus.INTERNAL_SERVER_ERROR)


def _render_without_request(template: str, status: HTTPStatus) -> HttpResponse:
    """Render the page without the request: its host, session or body may be what failed."""
    html = render_to_string(template, context_processors.site_context(HttpRequest()))
    return HttpResponse(html, status=status, headers={"Cache-Control": "no-store"})
