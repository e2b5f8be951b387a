"""The authority's OpenID provider, in the classes that allauth asks.

There is one, named by the environment. Providers in the database are ignored.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import Provider
from django.conf import settings
from django.http import HttpRequest

from cinfactors.accounts import services
from cinfactors.accounts.models import User
from cinfactors.accounts.single_sign_on.failures import not_added

logger = logging.getLogger(__name__)


class OpenIDProvider(Provider):
    """People are known by issuer and subject, a pair that is never given to another person."""

    id = "oidc"
    name = "OpenID Connect"

    def extract_uid(self, data: dict[str, Any]) -> str:
        uid: str = data["sub"]
        return uid

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return nothing, so that what else the provider knows of a person is not stored."""
        return {}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the user name as the provider has it: another form of it is another name."""
        claim = settings.OIDC_USERNAME_CLAIM
        value = data.get(claim)
        # Anybody may enter any e-mail address at a provider that does not verify it.
        is_trusted = claim != "email" or data.get("email_verified") is True
        return {"username": value if isinstance(value, str) and is_trusted else ""}


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
        """At a first sign-in, link the subject to the person of exactly that user name.

        A person who is linked to another subject stays linked to that one: a user name that the
        provider has given to somebody else is not the person who had it here. An administrator
        unlinks them. Administrators are never linked by their names.
        """
        if sociallogin.is_existing:
            return
        account, name = sociallogin.account, sociallogin.user.username
        person = User.objects.with_user_name(name)
        if person is None:
            raise ImmediateHttpResponse(not_added(request))
        if not person.is_active:
            raise ImmediateHttpResponse(
                get_account_adapter(request).respond_user_inactive(request, person)
            )
        try:
            sociallogin.account = services.link_by_user_name(
                person=person, issuer=account.provider, subject=account.uid
            )
        except ValueError as error:
            logger.warning("single sign-on not linked: %s", error)
            raise ImmediateHttpResponse(not_added(request)) from error
        sociallogin.user = person

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False


provider_classes = [OpenIDProvider]
