"""Health checks for load balancers and orchestrators, which answer only yes or no.

`/healthz`: this process answers. `/readyz`: its database answers too, with every migration
applied. A middleware answers them, ahead of the redirect to HTTPS and the check of the host
name, because a probe comes by plain http and by IP address.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse

from cinfactors.web.headers import DENY_ALL_POLICY

logger = logging.getLogger(__name__)


class HealthMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return _plain("ok", 200)
        if request.path == "/readyz":
            reason = why_not_ready()
            if reason:
                logger.warning("not ready: %s", reason)
                return _plain("unavailable", 503)
            return _plain("ok", 200)
        return self.get_response(request)


def why_not_ready() -> str:
    """Return why requests cannot be served, empty when they can."""
    try:
        if all_migrations() - MigrationRecorder(connection).applied_migrations().keys():
            return "migrations are not applied"
        cache.get("readyz")  # its table is made by a command of its own
    except DatabaseError as error:
        return f"the database does not answer ({type(error).__name__})"
    return ""


@functools.cache
def all_migrations() -> frozenset[tuple[str, str]]:
    """Return app and name of each, read once: anybody may request `/readyz`, and often."""
    return frozenset(MigrationLoader(None).disk_migrations or ())


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(
        text,
        status=status,
        content_type="text/plain; charset=utf-8",
        headers={"Cache-Control": "no-store", "Content-Security-Policy": DENY_ALL_POLICY},
    )
