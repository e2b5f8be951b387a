"""Signing out of the provider too, where a session was begun with it.

Whoever shares a computer would otherwise be signed in as its last user by one press of the button.
Where the provider has an `end_session_endpoint` (OpenID Connect RP-Initiated Logout 1.0), the
browser goes there. The next single sign-on in this browser asks the person again in any case, and
is refused unless the provider says that it has. No ID token is kept for it: it would stand in an
address, with the person's name in it.
"""

from __future__ import annotations

import logging

from allauth.account.authentication import get_authentication_records
from allauth.socialaccount.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from cinfactors.accounts.single_sign_on import configuration as published
from cinfactors.accounts.single_sign_on import starts
from cinfactors.accounts.single_sign_on.exchange import Exchange, ProviderError

logger = logging.getLogger(__name__)

COOKIE = f"{settings.COOKIE_PREFIX}ask-again"
"""Says that somebody has signed out in this browser, and nothing of them."""
MAX_AGE = 90 * 24 * 60 * 60
"""Longer than a provider remembers a browser."""


def may_have_used_provider(request: HttpRequest) -> bool:
    """Whether the request's session was begun through the provider, or linked to it.

    Also where nobody is signed in: the session of the page with the button may have ended by time.
    """
    if not settings.OIDC_ISSUER:
        return False
    return not request.user.is_authenticated or any(
        record.get("method") == "socialaccount" and record.get("provider") == settings.OIDC_ISSUER
        for record in get_authentication_records(request, request.user)
    )


def of_provider_too(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Return the page that leads to the provider's own sign-out, or `response` if it has none.

    For a person who is signed out here already, and outside a transaction, since the provider may
    be asked where it is. What this browser has started of single sign-on ends. The response is a
    page, since the redirect of a post to another host would be stopped by the `form-action` of our
    Content-Security-Policy.
    """
    if address := _address(request):
        response = render(request, "account/signed_out.html", {"address": address})
        response["Refresh"] = f"0; url={address}"
    response.set_cookie(
        COOKIE,
        "1",
        max_age=MAX_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    # Else one that was started before would not ask again.
    starts.forget_all(request, response)
    return response


def has_signed_out(request: HttpRequest) -> bool:
    """Whether somebody has signed out in this browser since the provider last asked."""
    return bool(request.COOKIES.get(COOKIE))


def forget_signing_out(request: HttpRequest, response: HttpResponse) -> None:
    if COOKIE in request.COOKIES:
        response.delete_cookie(COOKIE, samesite="Lax")


def _address(request: HttpRequest) -> str:
    """Return where the provider signs people out; empty if nowhere, or if it does not answer."""
    try:
        with Exchange() as exchange:
            address = published.configuration(exchange).end_session_endpoint
    except ProviderError as error:
        logger.warning("not signed out at the provider: %s", error)
        return ""
    provider = get_adapter(request).get_provider(request, settings.OIDC_ISSUER)
    values = {
        "client_id": provider.app.client_id,
        "post_logout_redirect_uri": request.build_absolute_uri(reverse("account_login")),
    }
    return published.with_query(address, values) if address else ""
