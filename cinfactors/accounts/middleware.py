"""Who may reach a view: sign-in, how long it lasts, and the second factor."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin

from cinfactors.accounts import form_recovery, sessions
from cinfactors.accounts.requests import RequestWithDraft
from cinfactors.accounts.second_factor import policy as second_factor_policy
from cinfactors.web.request_bodies import SkipFiles, takes_files

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
View = Callable[..., HttpResponseBase]


class SessionLimitsMiddleware(MiddlewareMixin):
    """End a session that was not used or has lasted too long, before anybody is looked up."""

    def process_request(self, request: HttpRequest) -> None:
        if sessions.has_ended(request.session):
            request.session.flush()
        elif sessions.is_signed_in(request.session) and sessions.counts_as_use(request):
            sessions.record_use(request.session)


class SignedInMiddleware(LoginRequiredMiddleware):
    """Require sign-in for every view that does not say otherwise, and lose no typed text by it.

    Gives each request `unsent_draft`: what its person had typed on this page before the sign-in
    ended, or None (see `form_recovery`).
    """

    def process_request(self, request: RequestWithDraft) -> None:
        request.unsent_draft = None
        request.draft_token = ""

    def process_view(  # type: ignore[override]  # the request as process_request completes it
        self,
        request: RequestWithDraft,
        view_func: View,
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        if form_recovery.has_cookie(request) and request.user.is_authenticated:
            request.unsent_draft, request.draft_token = form_recovery.find_draft(request)
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(  # type: ignore[override]  # Django's returns redirects alone
        self, request: HttpRequest, view_func: View
    ) -> HttpResponse:
        if sessions.is_script_request(request):
            return signed_out_fragment(request, HTTPStatus.UNAUTHORIZED)
        return redirect_keeping_draft(request, resolve_url(settings.LOGIN_URL))

    def process_response(
        self, request: RequestWithDraft, response: HttpResponseBase
    ) -> HttpResponseBase:
        if request.draft_token and response.status_code == HTTPStatus.OK:
            form_recovery.delete_draft(request, response, request.draft_token)
        if request.user.is_authenticated and "Cache-Control" not in response.headers:
            # Nobody who uses the same machine later finds the page behind the Back button.
            response["Cache-Control"] = "no-store"
        return response


class SecondFactorMiddleware(MiddlewareMixin):
    """Let a person who needs a second factor, and has shown none, reach only where to show it.

    Below `SignedInMiddleware`, which has redirected whoever is not signed in.
    """

    def process_view(
        self,
        request: HttpRequest,
        view_func: View,
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        if (
            not getattr(view_func, "login_required", True)
            or second_factor_policy.is_allowed_before_second_factor(view_func)
            or not second_factor_policy.is_missing(request)
        ):
            return None
        if sessions.is_script_request(request):
            return signed_out_fragment(request, HTTPStatus.FORBIDDEN)
        return redirect_keeping_draft(request, reverse("mfa_index"))


def signed_out_fragment(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    """Return a fragment of a page for a script, which could not follow to another page."""
    response = render(request, "account/parts/signed_out.html", status=status)
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Session realm="cinfactors"'
    response["Cache-Control"] = "no-store"
    return response


def nothing_kept(request: HttpRequest, typed: list[tuple[str, list[str]]]) -> HttpResponse:
    """Return the page that says that a form was neither carried out nor kept, with what it had."""
    context = {"typed": typed, "page": request.get_full_path()}
    response = render(request, "account/nothing_kept.html", context, status=HTTPStatus.FORBIDDEN)
    response["Cache-Control"] = "no-store"
    return response


def redirect_keeping_draft(request: HttpRequest, to: str) -> HttpResponse:
    """Redirect to `to`, which leads back here; keep what was posted as a draft.

    What was typed and cannot be kept is shown instead.
    """
    if request.method in SAFE_METHODS:
        return redirect_to_login(request.get_full_path(), to, REDIRECT_FIELD_NAME)
    if takes_files(request):
        request.upload_handlers = [SkipFiles(request)]
    token = form_recovery.save_draft(request)
    if token is None and (typed := form_recovery.typed_fields(request)):
        return nothing_kept(request, typed)
    # Without a draft, back to the page that the button was on: the button's own address may
    # accept nothing but its post.
    page = request.get_full_path() if token else _referring_page(request)
    response = redirect_to_login(page, to, REDIRECT_FIELD_NAME)
    response.status_code = HTTPStatus.SEE_OTHER
    if token:
        form_recovery.set_draft_cookie(request, response, token)
    return response


def _referring_page(request: HttpRequest) -> str:
    """Return the address, on this host, of the page that sent the request; else the home page."""
    home = resolve_url(settings.LOGIN_REDIRECT_URL)
    if not form_recovery.is_same_origin(request):
        return home
    try:
        referer = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # Ignore malformed Origin and Referer headers
        return home
    if (referer.scheme, referer.netloc) != (request.scheme, request.get_host()):
        return home
    return referer.path + (f"?{referer.query}" if referer.query else "")
