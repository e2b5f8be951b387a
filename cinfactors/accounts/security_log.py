"""What is asked after when somebody may have come in who should not: one line of the log each.

Never what was typed as a user name: people type their password there.
"""

from __future__ import annotations

import logging

from django.http import HttpRequest

from cinfactors.accounts.allauth_internals import client_ip
from cinfactors.accounts.models import User

logger = logging.getLogger(__name__)


def note(what: str, request: HttpRequest, person: User | None = None) -> None:
    """Write down what happened, from where, and to whom if that is known."""
    facts = {"address": client_ip(request)}
    if person is not None:
        facts["person"] = person.pk
    logger.warning(what, extra=facts)
