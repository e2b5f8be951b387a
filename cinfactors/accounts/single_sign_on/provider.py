"""The authority's OpenID provider, as allauth knows providers.

There is one, named by the environment. What stands in the database about providers is not read.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest
from django.urls import reverse

from cinfactors.accounts import services
from cinfactors.accounts.models import User
from cinfactors.accounts.single_sign_on import id_tokens
from cinfactors.accounts.single_sign_on.refusals import failed, unknown
from cinfactors.accounts.single_sign_on.second_factor_claim import is_brought


class OpenIDAdapter(OpenIDConnectOAuth2Adapter):
    """The talk with the provider: what it says of itself, its keys, its tokens."""

    def __init__(self, request: HttpRequest, provider_id: str = "") -> None:
        super().__init__(request, settings.OIDC_ISSUER)

    @property
    def openid_config(self) -> dict[str, Any]:
        found = super().openid_config
        if found.get("issuer") != settings.OIDC_ISSUER:
            raise OAuth2Error("The provider says that it is another issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if urlsplit(found.get(name, "")).scheme not in settings.OIDC_SCHEMES:
                raise OAuth2Error(f"The provider's {name} is not encrypted")
        return found

    @property
    def basic_auth(self) -> bool:
        """How the secret is sent: in the header, unless the provider says that it takes a field."""
        methods = self.openid_config.get("token_endpoint_auth_methods_supported", ())
        return "client_secret_post" not in methods

    def get_callback_url(self, request: HttpRequest, app) -> str:
        return request.build_absolute_uri(reverse("single_sign_on_back"))

    def get_access_token_data(self, request, app, client, pkce_code_verifier=None):
        self.nonce = nonce_of(pkce_code_verifier)
        return super().get_access_token_data(request, app, client, pkce_code_verifier)

    def complete_login(self, request, app, token, **kwargs) -> SocialLogin:
        """The person as the signed token names them; nothing else is asked or believed."""
        try:
            claims = id_tokens.claims(
                kwargs["response"].get("id_token", ""),
                keys=self._keys(),
                issuer=settings.OIDC_ISSUER,
                client_id=app.client_id,
                nonce=self.nonce,
            )
        except id_tokens.Refused as refusal:
            raise OAuth2Error(str(refusal)) from refusal
        login = self.get_provider().sociallogin_from_response(request, claims)
        login.brought_second_factor = is_brought(claims)
        return login

    def _keys(self) -> dict[str, Any]:
        with get_adapter().get_requests_session() as session:
            response = session.get(self.openid_config["jwks_uri"])
            response.raise_for_status()
            return response.json()


class OpenIDProvider(OpenIDConnectProvider):
    """Who comes is known by issuer and subject, the two of which nobody else ever gets."""

    id = "oidc"
    name = "OpenID Connect"
    oauth2_adapter_class = OpenIDAdapter

    def get_pkce_params(self) -> dict[str, Any]:
        """The proof key of the code, and a nonce that follows from it."""
        params = super().get_pkce_params()
        return params | {"nonce": nonce_of(params["code_verifier"])}

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """Where to go on to, and nothing else that an address could ask for."""
        wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
        safe = get_account_adapter(request).is_safe_url(wanted)
        return {"process": "login"} | ({"next_url": wanted} if safe else {})

    def extract_uid(self, data: dict[str, Any]) -> str:
        return data["sub"]

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Nothing: what the provider knows of a person stays there."""
        return {}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        claim = settings.OIDC_USERNAME_CLAIM
        found = data.get(claim)
        # Anybody may give an address for theirs until somebody has sent a letter to it.
        believed = claim != "email" or data.get("email_verified") is True
        known = isinstance(found, str) and found.isprintable() and believed
        return {"username": found if known else ""}

    def extract_email_addresses(self, data: dict[str, Any]) -> list:
        return []


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Only people whom an administrator has added come in."""

    def list_apps(self, request, provider=None, client_id=None):
        """What the environment names, whatever stands in the database."""
        return [
            SocialApp(provider=kind, **app)
            for kind, configured in settings.SOCIALACCOUNT_PROVIDERS.items()
            for app in configured["APPS"]
            if provider in (None, kind, app["provider_id"])
            and client_id in (None, app["client_id"])
        ]

    def populate_user(self, request, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        sociallogin.user.username = data["username"]
        return sociallogin.user

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """At their first coming, link the subject to the person of that user name.

        A person who is linked to another subject stays with it: a name that was given anew at
        the provider is not the person who had it here. An administrator unlinks them.
        """
        sociallogin.token = None  # nothing is asked of the provider in their name
        if sociallogin.is_existing:
            return
        account, name = sociallogin.account, sociallogin.user.username
        person = User.objects.filter(username__iexact=name).first() if name else None
        if person is None:
            raise ImmediateHttpResponse(unknown(request))
        if not person.is_active:
            raise ImmediateHttpResponse(
                get_account_adapter(request).respond_user_inactive(request, person)
            )
        try:
            sociallogin.account = services.link_single_sign_on(
                person=person, issuer=account.provider, subject=account.uid
            )
        except ValueError as refusal:
            raise ImmediateHttpResponse(unknown(request)) from refusal
        sociallogin.user = person

    def is_open_for_signup(self, request, sociallogin) -> bool:
        return False

    def on_authentication_error(
        self, request, provider, error=None, exception=None, extra_context=None
    ) -> None:
        raise ImmediateHttpResponse(failed(request, exception or error))


def nonce_of(code_verifier: str) -> str:
    """Known to whoever holds the verifier, which never leaves the server before the code does."""
    digest = hashlib.sha256(b"nonce of " + code_verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


provider_classes = [OpenIDProvider]
