"""How allauth's sign-in works here (`ACCOUNT_ADAPTER`)."""

from __future__ import annotations

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from cinfactors.accounts import security_log, sessions
from cinfactors.accounts.allauth_internals import rate_limit_ip
from cinfactors.accounts.models import User


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in for people whom administrators add.

    allauth counts an attempt before it hashes the password, under a lock that all processes share;
    django-axes counts when the hash has failed, so that attempts sent together all get through.
    """

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": (
            "The user name or password is wrong. Check both and try again"
        ),
        "enter_current_password": "The current password is wrong. Check it and try again",
        "incorrect_password": "The password is wrong. Check it and try again",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_ajax(self, request: HttpRequest) -> bool:
        """Return False: every response of these views is a page."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Accept addresses of this host alone; allauth's own rule accepts every allowed host."""
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()
        )

    def get_login_stages(self) -> list[str]:
        """Return the steps between the password and the session."""
        return ["cinfactors.accounts.second_factor.adapter.SecondFactorStage"]

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        sessions.record_sign_in(request)
        security_log.log_event("signed in", request, user)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        # Queried for an unknown user name too, so that both take as long.
        person = User.objects.filter(username__iexact=credentials.get("username", "")).first()
        security_log.log_event("sign-in refused: the password is wrong", request, person)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Require it unless the person has authenticated within the last five minutes."""
        records = get_authentication_records(self.request, self.request.user)
        recent = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
        return not any(record["at"] > recent for record in records)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url(settings.LOGIN_REDIRECT_URL)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count attempts by user name and address.

        allauth counts by user name alone, which lets anybody anywhere keep a person out.
        """
        return f"{credentials['username'].lower()} from {rate_limit_ip(request)}"
