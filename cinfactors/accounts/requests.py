"""The request as views find it once the middleware has let a person in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, QueryDict

from cinfactors.accounts.models import User


class SignedInRequest(HttpRequest):
    """A request of a signed-in person, with what the middleware adds to it. For annotations."""

    user: User
    id: str
    """The request's id, also in its log lines."""
    audit_context: Any
    """Who acts, for the history of changes: an `AuditContext`."""
    unsent_draft: QueryDict | None
    """What the person typed on this page before their sign-in ended, not yet saved."""
