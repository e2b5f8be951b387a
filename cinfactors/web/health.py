"""Two addresses for load balancers and orchestrators. They say nothing but yes or no.

`/healthz`: this process answers. `/readyz`: its database answers too, with every migration
applied. A middleware answers them, ahead of the redirect to HTTPS and the check of the host
name, because a probe comes by plain http and by address.
"""

from __future__ import annotations

import logging
from functools import cache as remembered

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpResponse

from cinfactors.web.headers import NOTHING_LOADED

logger = logging.getLogger(__name__)


class HealthMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path == "/healthz":
            return _plain("ok", 200)
        if request.path == "/readyz":
            reason = unready()
            if reason:
                logger.warning("not ready: %s", reason)
                return _plain("unavailable", 503)
            return _plain("ok", 200)
        return self.get_response(request)


def unready() -> str:
    """Why requests cannot be served, empty when they can."""
    try:
        if every_migration() - MigrationRecorder(connection).applied_migrations().keys():
            return "migrations are not applied"
        cache.get("readyz")  # its table is made by a command of its own
    except DatabaseError as error:
        return f"the database does not answer ({type(error).__name__})"
    return ""


@remembered
def every_migration() -> frozenset[tuple[str, str]]:
    """App and name of each, read once: anybody may ask whether we are ready, and often."""
    return frozenset(MigrationLoader(None).disk_migrations)


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(
        text,
        status=status,
        content_type="text/plain; charset=utf-8",
        headers={"Cache-Control": "no-store", "Content-Security-Policy": NOTHING_LOADED},
    )
