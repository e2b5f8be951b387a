"""Signing in through the authority's own OpenID provider, where there is one."""

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

from cinfactors.accounts.single_sign_on.provider import OpenIDAdapter
from cinfactors.accounts.single_sign_on.refusals import failed

_start = OAuth2LoginView.adapter_view(OpenIDAdapter)
_come_back = OAuth2CallbackView.adapter_view(OpenIDAdapter)


def where_switched_on(view: Callable) -> Callable:
    """404 where there is no provider; a page of ours where it does not answer as it should."""

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        if not settings.OIDC_ISSUER:
            raise Http404
        try:
            return view(request)
        except (OAuth2Error, RequestException) as error:
            return failed(request, error)

    # No transaction is kept open while the provider is asked.
    return transaction.non_atomic_requests(login_not_required(never_cache(require_safe(answer))))


@where_switched_on
def start(request: HttpRequest) -> HttpResponse:
    """To the provider. A link, since a form's redirect to another host is no page's own."""
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        # Another site may lead a person to our sign-in, and there they see what they do.
        return redirect("account_login")
    return _start(request)


@where_switched_on
def come_back(request: HttpRequest) -> HttpResponse:
    """From the provider, with a code that is exchanged for a signed statement of who it is."""
    return _come_back(request)


def address(wanted: str | None) -> str:
    """Where single sign-on begins, and goes on to the page that was wanted."""
    start_at = reverse("single_sign_on")
    return f"{start_at}?{urlencode({'next': wanted})}" if wanted else start_at
