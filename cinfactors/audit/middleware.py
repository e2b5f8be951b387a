"""Gives each request an audit context, so that its writes are recorded under its person."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.db import connection
from django.http import HttpResponse

from cinfactors.accounts.requests import SignedInRequest
from cinfactors.audit import services
from cinfactors.web.logs import RequestWithId


class AuditMiddleware:
    """Sets who acts in the database, for as long as the request lasts; see `services`.

    Below the middleware that sets `request.user`, above every view. What is written outside it,
    sessions, is not recorded.
    """

    def __init__(self, get_response: Callable[[RequestWithId], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: RequestWithId) -> HttpResponse:
        context = services.AuditContext(request)
        cast(SignedInRequest, request).audit_context = context
        with connection.execute_wrapper(context):
            response = self.get_response(request)
            services.write_access_refusals(context)
        return response
