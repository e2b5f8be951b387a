"""The events that matter when somebody may have signed in who should not: one log line each.

Never what was typed as a user name, since people type their password there by mistake.
"""

from __future__ import annotations

import logging

from django.http import HttpRequest

from cinfactors.accounts.models import User
from cinfactors.web.addresses import known_address

logger = logging.getLogger(__name__)


def log_event(event: str, request: HttpRequest, person: User | None = None) -> None:
    """Log what happened, from which address, and concerning which person if that is known."""
    extra: dict[str, object] = {"address": known_address(request)}
    if person is not None:
        extra["person"] = person.pk
    logger.warning(event, extra=extra)
