"""The pages for a single sign-on that fails, and what the log says of it."""

from __future__ import annotations

import logging
from http import HTTPStatus

from allauth.socialaccount.providers.base.constants import AuthError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cinfactors.accounts.single_sign_on.id_tokens import InvalidIDToken

logger = logging.getLogger(__name__)


def not_added(request: HttpRequest) -> HttpResponse:
    """Respond to somebody whom the provider knows and no administrator has added here."""
    logger.warning("single sign-on refused: nobody here, or linked to another account")
    return render(request, "account/not_added.html", status=HTTPStatus.FORBIDDEN)


def failed(request: HttpRequest, error: object) -> HttpResponse:
    """Respond when the provider cannot be reached, what it says is invalid, or a person cancels."""
    cancelled = error == AuthError.CANCELLED
    if not cancelled:
        logger.warning("single sign-on failed: %s", _description(error))
    context = {"cancelled": cancelled}
    return render(
        request, "account/single_sign_on_failed.html", context, status=HTTPStatus.FORBIDDEN
    )


def _description(error: object) -> str:
    """Say what went wrong without what was sent, which a library's error may quote."""
    cause = getattr(error, "__cause__", None) or error
    if isinstance(cause, InvalidIDToken):
        return str(cause)
    return type(cause).__name__ if isinstance(cause, Exception) else str(error)
