"""The pages for a single sign-on that fails, and what the log says of it."""

from __future__ import annotations

import logging
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

logger = logging.getLogger(__name__)

RETRY_AFTER = 10
"""Seconds after which it is worth trying a slow provider again."""
TRIES_AGAIN_AFTER = 2
"""Seconds after which a browser tries again by itself, when there was no place to wait in."""


def not_added(request: HttpRequest) -> HttpResponse:
    """Respond to somebody whom the provider knows and no administrator has added here."""
    logger.warning("single sign-on refused: nobody here, or linked to another account")
    return render(request, "account/not_added.html", status=HTTPStatus.FORBIDDEN)


def cancelled(request: HttpRequest) -> HttpResponse:
    """Respond to a person who has stopped at the provider."""
    return _page(request, {"cancelled": True})


def failed(request: HttpRequest, reason: object) -> HttpResponse:
    """Respond when the provider cannot be reached, or what it says is invalid."""
    logger.warning("single sign-on failed: %s", reason)
    return _page(request, {})


def too_slow(request: HttpRequest, reason: object, *, tries_again: bool = False) -> HttpResponse:
    """Respond when the provider has not answered in time, or others wait for it already.

    With `tries_again` the page requests its address once more by itself.
    """
    logger.warning("single sign-on failed: %s", reason)
    context: dict[str, object] = {"slow": True, "tries_again": tries_again}
    response = _page(request, context, HTTPStatus.SERVICE_UNAVAILABLE)
    response["Retry-After"] = str(RETRY_AFTER)
    if tries_again:
        response["Refresh"] = str(TRIES_AGAIN_AFTER)
    return response


def not_linked(request: HttpRequest, reason: str) -> HttpResponse:
    """Respond to a signed-in person whose account cannot be linked, and say why."""
    logger.warning("single sign-on not linked: %s", reason)
    return _page(request, {"reason": reason})


def _page(
    request: HttpRequest, context: dict[str, object], status: HTTPStatus = HTTPStatus.FORBIDDEN
) -> HttpResponse:
    return render(request, "account/single_sign_on_failed.html", context, status=status)
