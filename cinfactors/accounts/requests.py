"""The request as the middleware completes it. For annotations."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, QueryDict

from cinfactors.accounts.models import User


class RequestWithDraft(HttpRequest):
    """A request of anybody, with what `SignedInMiddleware` adds to it."""

    unsent_draft: QueryDict | None
    """What the person typed on this page before their sign-in ended, not yet saved."""
    draft_token: str
    """What decrypts it, from the browser's cookie; empty where there is none."""


class SignedInRequest(RequestWithDraft):
    """A request of a signed-in person, as views find it once the middleware has let them in."""

    user: User
    id: str
    """The request's id, also in its log lines."""
    audit_context: Any
    """Who acts, for the history of changes: an `AuditContext`."""
