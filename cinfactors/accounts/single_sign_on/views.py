"""Signing in through the authority's own OpenID provider, if one is configured."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from requests import RequestException

from cinfactors.accounts.single_sign_on.failures import failed
from cinfactors.accounts.single_sign_on.provider import OpenIDAdapter

View = Callable[[HttpRequest], HttpResponse]

_allauth_start: View = OAuth2LoginView.adapter_view(OpenIDAdapter)
_allauth_callback: View = OAuth2CallbackView.adapter_view(OpenIDAdapter)


def requires_provider(view: View) -> View:
    """Respond with 404 if no provider is configured, and with our page of a failure if it fails."""

    @wraps(view)
    def respond(request: HttpRequest) -> HttpResponse:
        if not settings.OIDC_ISSUER:
            raise Http404
        try:
            return view(request)
        except (OAuth2Error, RequestException) as error:
            return failed(request, error)

    # No transaction stays open while the provider is asked.
    return transaction.non_atomic_requests(login_not_required(never_cache(require_safe(respond))))


@requires_provider
def start(request: HttpRequest) -> HttpResponse:
    """Redirect to the provider.

    Reached by a link: a form whose post redirects to another host would be stopped by the
    `form-action` of our Content-Security-Policy.
    """
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        # Another site may lead a person to our sign-in page, where they see what they do.
        return redirect("account_login")
    return _allauth_start(request)


@requires_provider
def callback(request: HttpRequest) -> HttpResponse:
    """Return from the provider, with a code to exchange for a signed ID token of the person."""
    return _allauth_callback(request)


def start_address(next_page: str | None) -> str:
    """Return where single sign-on starts, to go on to `next_page` afterwards."""
    address = reverse("single_sign_on")
    return f"{address}?{urlencode({'next': next_page})}" if next_page else address
