"""Signing in through the authority's own OpenID provider, if one is configured.

The authorisation code flow of OpenID Connect Core 1.0, section 3.1, with a proof key (RFC 7636).
What follows once the provider has said who somebody is, is allauth's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from requests.auth import HTTPBasicAuth

from cinfactors.accounts import services
from cinfactors.accounts.allauth_internals import rate_limit_ip, record_authentication
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.accounts.second_factor import policy as second_factor_policy
from cinfactors.accounts.single_sign_on import configuration as published
from cinfactors.accounts.single_sign_on import failures, sign_out, starts
from cinfactors.accounts.single_sign_on.configuration import Configuration
from cinfactors.accounts.single_sign_on.exchange import (
    Exchange,
    ProviderError,
    ProviderIsBusy,
    ProviderIsSlow,
)
from cinfactors.accounts.single_sign_on.id_tokens import (
    InvalidIDToken,
    UnknownKey,
    verified_claims,
)
from cinfactors.accounts.single_sign_on.links import link_of
from cinfactors.accounts.single_sign_on.provider import OpenIDProvider
from cinfactors.accounts.single_sign_on.second_factor_claim import shows_second_factor
from cinfactors.accounts.single_sign_on.starts import Start
from cinfactors.web.json_cache import JsonTableCache
from cinfactors.web.rate_limits import MINUTES, TOO_MANY_TRIES, too_many_requests

SCOPE = "openid profile email"
REQUESTS_PER_ADDRESS = 1200
"""Starts and returns of one client address in `MINUTES`: a whole office may share it."""

View = Callable[[HttpRequest], HttpResponse]


def requires_provider(view: View) -> View:
    """Respond with 404 if no provider is configured, and with our page of a failure if it fails.

    Requests are counted by client address before anything else is done for them.
    """

    @wraps(view)
    def respond(request: HttpRequest) -> HttpResponse:
        if not settings.OIDC_ISSUER:
            raise Http404
        key = f"single-sign-on:{rate_limit_ip(request)}"
        if cast(JsonTableCache, cache).count(key, MINUTES * 60) > REQUESTS_PER_ADDRESS:
            return too_many_requests(request, TOO_MANY_TRIES)
        try:
            return view(request)
        except ProviderIsSlow as error:
            return failures.too_slow(request, error)
        except (ProviderError, InvalidIDToken) as error:
            return failures.failed(request, error)

    # No transaction stays open while the provider is asked.
    return transaction.non_atomic_requests(never_cache(require_safe(respond)))


@login_not_required
@requires_provider
def start(request: HttpRequest) -> HttpResponse:
    """Redirect to the provider.

    Reached by a link: a form whose post redirects to another host would be stopped by the
    `form-action` of our Content-Security-Policy.
    """
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    if _is_from_elsewhere(request):
        # Another site may lead a person to our sign-in page, where they see what they do.
        return redirect("account_login")
    next_page = request.GET.get(REDIRECT_FIELD_NAME, "")
    is_safe = get_account_adapter(request).is_safe_url(next_page)
    begun = starts.new_start(
        next_page if is_safe else "", ask_again=sign_out.has_signed_out(request)
    )
    return _redirect_to_provider(request, begun)


@requires_provider
def link(request: HttpRequest) -> HttpResponse:
    """Redirect an administrator to the provider, to link their account there to the one here.

    The provider asks who they are although it may know: somebody else may have signed in there.
    Password and second factor are asked for here, unless both were shown just now.
    """
    signed_in = cast(SignedInRequest, request)
    person = signed_in.user
    if not person.is_administrator:
        raise PermissionDenied("Other people are linked by their user names")
    if _is_from_elsewhere(request) or link_of(person):
        return redirect("your_account")
    if address := second_factor_policy.where_to_show_all(signed_in, request.path):
        return redirect(address)
    begun = starts.new_start(person=person.pk, ask_again=True)
    return _redirect_to_provider(request, begun)


@login_not_required
@requires_provider
def callback(request: HttpRequest) -> HttpResponse:
    """Return from the provider, with a code to exchange for a signed ID token of the person."""
    begun = starts.find(request)
    if begun is None:
        return failures.failed(request, "not started in this browser, or too long ago")
    with Exchange() as exchange:
        try:
            exchange.take_place()
        except ProviderIsBusy as error:
            # Nothing is used up yet: the browser tries again, for as long as its start counts.
            return failures.too_slow(request, error, tries_again=True)
        response = _respond_to_return(request, begun, exchange)
    starts.forget(request, response)
    return response


def _respond_to_return(request: HttpRequest, begun: Start, exchange: Exchange) -> HttpResponse:
    if not starts.use(begun):
        return failures.failed(request, "returned before")
    if request.GET.get("error") == "access_denied":
        return failures.cancelled(request)
    code = request.GET.get("code")
    if "error" in request.GET or not code:
        return failures.failed(request, "the provider refuses")
    login = _sign_in_at_provider(request, begun, code, exchange)
    if begun.person is None:
        response = _sign_in_here(request, login)
    else:
        response = _link(request, begun, login)
    sign_out.forget_signing_out(request, response)
    return response


def start_address(next_page: str | None) -> str:
    """Return where single sign-on starts, to go on to `next_page` afterwards."""
    address = reverse("single_sign_on")
    return f"{address}?{urlencode({'next': next_page})}" if next_page else address


def _is_from_elsewhere(request: HttpRequest) -> bool:
    """Whether another site leads here, rather than one of our pages or the person."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}


def _redirect_to_provider(request: HttpRequest, begun: Start) -> HttpResponse:
    with Exchange() as exchange:
        configuration = published.configuration(exchange)
    values = {
        "response_type": "code",
        "client_id": _provider(request).app.client_id,
        "redirect_uri": _callback_address(request),
        "scope": SCOPE,
        "state": begun.state,
        "nonce": begun.nonce,
        "code_challenge": begun.challenge,
        "code_challenge_method": "S256",
    }
    if begun.ask_again:
        # With `max_age` the token has to say when the person was asked: anybody can cut either
        # out of the address.
        values |= {"prompt": "login", "max_age": "0"}
    response = HttpResponseRedirect(
        published.with_query(configuration.authorization_endpoint, values)
    )
    starts.remember(request, response, begun)
    return response


def _sign_in_at_provider(
    request: HttpRequest, begun: Start, code: str, exchange: Exchange
) -> SocialLogin:
    """Return the person whom the signed token names; nothing else is requested or accepted.

    Raises ProviderError or InvalidIDToken.
    """
    configuration = published.configuration(exchange)
    provider = _provider(request)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _callback_address(request),
        "code_verifier": begun.verifier,
    }
    auth = None
    if configuration.accepts_secret_in_form:
        form |= {"client_id": provider.app.client_id, "client_secret": provider.app.secret}
    else:
        auth = HTTPBasicAuth(provider.app.client_id, provider.app.secret)
    tokens = exchange.ask(configuration.token_endpoint, form=form, auth=auth)
    claims = _claims(exchange, configuration, tokens.get("id_token"), begun, provider)
    login = provider.sociallogin_from_response(request, claims)
    login.state = {"process": "login", "next": begun.next_page}
    login.shows_second_factor = shows_second_factor(claims)
    return login


def _claims(
    exchange: Exchange,
    configuration: Configuration,
    token: object,
    begun: Start,
    provider: OpenIDProvider,
) -> dict[str, Any]:
    """Return what the token says, checked with the keys kept, else with those published now."""
    checks: dict[str, Any] = {
        "issuer": settings.OIDC_ISSUER,
        "client_id": provider.app.client_id,
        "nonce": begun.nonce,
        "asked_since": begun.at if begun.ask_again else None,
        # Where signing out here has led to the provider's own sign-out, it may keep silent.
        "must_say_when": begun.person is not None or not configuration.end_session_endpoint,
    }
    keys = published.keys(exchange, configuration.jwks_uri)
    try:
        return verified_claims(token, keys=keys, **checks)
    except UnknownKey:
        keys = published.keys(exchange, configuration.jwks_uri, renew=True)
        return verified_claims(token, keys=keys, **checks)


def _sign_in_here(request: HttpRequest, login: SocialLogin) -> HttpResponse:
    """Sign in the person who is linked to the provider's account, or can be linked by name."""
    account = login.account
    with transaction.atomic():
        services.lock_linked_person(issuer=account.provider, subject=account.uid)
        response: HttpResponse = complete_social_login(request, login)
    return response


def _link(request: HttpRequest, begun: Start, login: SocialLogin) -> HttpResponse:
    """Link the provider's account to the signed-in administrator who has asked for it."""
    signed_in = cast(SignedInRequest, request)
    person = signed_in.user
    if person.pk != begun.person or second_factor_policy.is_missing(request):
        return failures.not_linked(request, "You are not signed in here as who began it.")
    if second_factor_policy.where_to_show_all(signed_in, request.path):
        return failures.not_linked(
            request, "It took more than five minutes since you signed in here. Begin again."
        )
    issuer, subject = login.account.provider, login.account.uid
    try:
        services.link_own_account(by=person, issuer=issuer, subject=subject)
    except ValueError as error:
        return failures.not_linked(request, f"{error}.")
    record_authentication(request, person, "socialaccount", provider=issuer, uid=subject)
    messages.success(request, "Your work account is linked")
    return redirect("your_account")


def _provider(request: HttpRequest) -> OpenIDProvider:
    return cast(OpenIDProvider, get_adapter(request).get_provider(request, settings.OIDC_ISSUER))


def _callback_address(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("single_sign_on_back"))
