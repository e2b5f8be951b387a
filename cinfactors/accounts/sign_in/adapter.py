"""How allauth's sign-in works here (`ACCOUNT_ADAPTER`)."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from cinfactors.accounts import security_log, services, sessions
from cinfactors.accounts.allauth_internals import count_attempt, rate_limit_ip
from cinfactors.accounts.models import User
from cinfactors.accounts.second_factor.policy import recent_methods, refused_passkeys
from cinfactors.accounts.user_names import folded
from cinfactors.web.addresses import client_address


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
        if refused_passkeys(user):
            messages.warning(
                request,
                "A passkey of yours was refused, since it may have been copied. Go to Your account "
                "to see which, add another, remove this one, and tell an administrator",
            )

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        # Queried for an unknown user name too, so that both take as long.
        person = User.objects.filter(username__iexact=credentials.get("username", "")).first()
        security_log.log_event("sign-in refused: the password is wrong", request, person)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Require it unless the person has authenticated within the last five minutes."""
        return not recent_methods(self.request)

    def set_password(self, user: User, password: str) -> None:
        """Write the password and nothing else. Raises ChangedMeanwhile."""
        services.change_own_password(by=user, password=password)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url(settings.LOGIN_REDIRECT_URL)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address by which attempts are counted. UnknownAddress if there is none."""
        return client_address(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt for its name and then for its address. ValidationError if too many."""
        super().pre_authenticate(request, **credentials)
        at_address = count_attempt(request, app="allauth.account", action="login_failed_at_address")
        if not at_address:
            # Not hashed, and so no try of the name, which is stopped for longer.
            self._login_failed_rl_usage.rollback()
            raise self.validation_error("too_many_login_attempts")
        # The right password takes both back.
        self._login_failed_rl_usage.usage += at_address.usage

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        security_log.log_event("sign-in refused: the account is closed", request, user)
        response: HttpResponse = super().respond_user_inactive(request, user)
        return response

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count attempts by user name and address.

        allauth counts by user name alone, which lets anybody anywhere keep a person out. Names that
        the database takes for the same count together.
        """
        return f"{folded(credentials['username'])} from {rate_limit_ip(request)}"
