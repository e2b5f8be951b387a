"""The authority's OpenID provider, in the classes that allauth asks.

There is one, named by the environment. Providers in the database are ignored.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
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
from cinfactors.accounts.single_sign_on.failures import failed, not_added
from cinfactors.accounts.single_sign_on.second_factor_claim import shows_second_factor


class OpenIDAdapter(OpenIDConnectOAuth2Adapter):
    """The requests to the provider: its configuration, its keys, its tokens."""

    def __init__(self, request: HttpRequest, provider_id: str = "") -> None:
        super().__init__(request, settings.OIDC_ISSUER)

    @property
    def openid_config(self) -> dict[str, Any]:
        config: dict[str, Any] = super().openid_config
        if config.get("issuer") != settings.OIDC_ISSUER:
            raise OAuth2Error("The provider says that it is another issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if urlsplit(config.get(name, "")).scheme not in settings.OIDC_SCHEMES:
                raise OAuth2Error(f"The provider's {name} is not encrypted")
        return config

    @property
    def basic_auth(self) -> bool:
        """Whether the secret is sent in the header: unless the provider accepts it as a field."""
        methods = self.openid_config.get("token_endpoint_auth_methods_supported", ())
        return "client_secret_post" not in methods

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return request.build_absolute_uri(reverse("single_sign_on_back"))

    def get_access_token_data(
        self,
        request: HttpRequest,
        app: SocialApp,
        client: Any,
        pkce_code_verifier: str = "",
    ) -> dict[str, Any]:
        self.nonce = nonce_of(pkce_code_verifier)
        data: dict[str, Any] = super().get_access_token_data(
            request, app, client, pkce_code_verifier
        )
        return data

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any
    ) -> SocialLogin:
        """Return the person whom the signed token names; nothing else is requested or accepted."""
        try:
            claims = id_tokens.verified_claims(
                kwargs["response"].get("id_token", ""),
                keys=self._keys(),
                issuer=settings.OIDC_ISSUER,
                client_id=app.client_id,
                nonce=self.nonce,
            )
        except id_tokens.InvalidIDToken as error:
            raise OAuth2Error(str(error)) from error
        login = self.get_provider().sociallogin_from_response(request, claims)
        login.shows_second_factor = shows_second_factor(claims)
        return login

    def _keys(self) -> dict[str, Any]:
        with get_adapter().get_requests_session() as session:
            response = session.get(self.openid_config["jwks_uri"])
            response.raise_for_status()
            keys: dict[str, Any] = response.json()
            return keys


class OpenIDProvider(OpenIDConnectProvider):
    """People are known by issuer and subject, a pair that is never given to another person."""

    id = "oidc"
    name = "OpenID Connect"
    oauth2_adapter_class = OpenIDAdapter

    def get_pkce_params(self) -> dict[str, Any]:
        """Return the proof key of the code, and a nonce that is derived from it."""
        params: dict[str, Any] = super().get_pkce_params()
        return params | {"nonce": nonce_of(params["code_verifier"])}

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """Take the page to go on to from the address, and nothing else that it may contain."""
        next_page = request.GET.get(REDIRECT_FIELD_NAME, "")
        is_safe = get_account_adapter(request).is_safe_url(next_page)
        return {"process": "login"} | ({"next_url": next_page} if is_safe else {})

    def extract_uid(self, data: dict[str, Any]) -> str:
        uid: str = data["sub"]
        return uid

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return nothing, so that what else the provider knows of a person is not stored."""
        return {}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        claim = settings.OIDC_USERNAME_CLAIM
        value = data.get(claim)
        # Anybody may enter any e-mail address at a provider that does not verify it.
        is_trusted = claim != "email" or data.get("email_verified") is True
        is_user_name = isinstance(value, str) and value.isprintable() and is_trusted
        return {"username": value if is_user_name else ""}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        return []


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Admit only people whom an administrator has added."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Return what the environment names, whatever the database contains."""
        providers: Mapping[str, Any] = settings.SOCIALACCOUNT_PROVIDERS
        return [
            SocialApp(provider=kind, **app)
            for kind, configured in providers.items()
            for app in configured["APPS"]
            if provider in (None, kind, app["provider_id"])
            and client_id in (None, app["client_id"])
        ]

    def populate_user(
        self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]
    ) -> User:
        user: User = sociallogin.user
        user.username = data["username"]
        return user

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """At a first sign-in, link the subject to the person of that user name.

        A person who is linked to another subject stays linked to that one: a user name that the
        provider has given to somebody else is not the person who had it here. An administrator
        unlinks them.
        """
        sociallogin.token = None  # nothing is requested from the provider on the person's behalf
        if sociallogin.is_existing:
            return
        account, name = sociallogin.account, sociallogin.user.username
        person = User.objects.filter(username__iexact=name).first() if name else None
        if person is None:
            raise ImmediateHttpResponse(not_added(request))
        if not person.is_active:
            raise ImmediateHttpResponse(
                get_account_adapter(request).respond_user_inactive(request, person)
            )
        try:
            sociallogin.account = services.link_single_sign_on(
                person=person, issuer=account.provider, subject=account.uid
            )
        except ValueError as error:
            raise ImmediateHttpResponse(not_added(request)) from error
        sociallogin.user = person

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: object = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        raise ImmediateHttpResponse(failed(request, exception or error))


def nonce_of(code_verifier: str) -> str:
    """Derive the nonce from the verifier, which does not leave the server before the code comes."""
    digest = hashlib.sha256(b"nonce of " + code_verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


provider_classes = [OpenIDProvider]
