"""What somebody is told whom single sign-on does not let in, and what the log is told."""

from __future__ import annotations

import logging
from http import HTTPStatus

from allauth.socialaccount.providers.base.constants import AuthError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cinfactors.accounts.single_sign_on.id_tokens import Refused

logger = logging.getLogger(__name__)


def unknown(request: HttpRequest) -> HttpResponse:
    """For somebody whom the provider knows and no administrator of ours has added."""
    logger.warning("single sign-on refused: nobody here, or linked to another account")
    return render(request, "account/not_added.html", status=HTTPStatus.FORBIDDEN)


def failed(request: HttpRequest, error: object) -> HttpResponse:
    """The provider could not be asked, or what it says cannot be believed."""
    cancelled = error == AuthError.CANCELLED
    if not cancelled:
        logger.warning("single sign-on failed: %s", _in_words(error))
    context = {"cancelled": cancelled}
    return render(
        request, "account/single_sign_on_failed.html", context, status=HTTPStatus.FORBIDDEN
    )


def _in_words(error: object) -> str:
    """What went wrong, without what was sent: an error of the library may quote it."""
    cause = getattr(error, "__cause__", None) or error
    if isinstance(cause, Refused):
        return str(cause)
    return type(cause).__name__ if isinstance(cause, Exception) else str(error)
