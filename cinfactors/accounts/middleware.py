"""Who may ask for what at all: sign-in, how long it lasts, and the second factor."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin

from cinfactors.accounts import form_recovery, sessions
from cinfactors.accounts.second_factor import policy as second_factor_policy

SAFE = {"GET", "HEAD", "OPTIONS"}


class SessionLimitsMiddleware(MiddlewareMixin):
    """Ends a session that was not used or has lasted too long, before anybody is looked up."""

    def process_request(self, request):
        if sessions.is_over(request.session):
            request.session.flush()
        elif sessions.is_signed_in(request.session) and sessions.is_use(request):
            sessions.note_use(request.session)


class SignedInMiddleware(LoginRequiredMiddleware):
    """Every view asks for sign-in unless it says otherwise, and nobody loses what they typed.

    Gives each request `unsent_draft`: what its person had typed on this page before the sign-in
    ended, or None (see `form_recovery`).
    """

    def process_request(self, request):
        request.unsent_draft = None
        request.draft_is_over = False

    def process_view(self, request, view_func, view_args, view_kwargs):
        if form_recovery.COOKIE in request.COOKIES and request.user.is_authenticated:
            request.unsent_draft, request.draft_is_over = form_recovery.find(request)
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request, view_func):
        if sessions.asked_by_script(request):
            return told_script(request, HTTPStatus.UNAUTHORIZED)
        return led_away(request, resolve_url(settings.LOGIN_URL))

    def process_response(self, request, response):
        shown = request.unsent_draft is not None and response.status_code == HTTPStatus.OK
        if shown or request.draft_is_over:
            form_recovery.drop(request)
            form_recovery.take_token_away(response)
        if request.user.is_authenticated and "Cache-Control" not in response:
            # Nobody who sits down at the same machine later finds it behind the Back button.
            response["Cache-Control"] = "no-store"
        return response


class SecondFactorMiddleware(MiddlewareMixin):
    """Shows a person who needs a second factor, and has shown none, nothing but how to.

    Below `SignedInMiddleware`, which has sent away whoever is nobody.
    """

    def process_view(self, request, view_func, view_args, view_kwargs):
        if (
            not getattr(view_func, "login_required", True)
            or second_factor_policy.is_before(view_func)
            or not second_factor_policy.is_missing(request)
        ):
            return None
        if sessions.asked_by_script(request):
            return told_script(request, HTTPStatus.FORBIDDEN)
        return led_away(request, reverse("mfa_index"))


def told_script(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    """A piece of a page for a script, which could not follow to another page."""
    response = render(request, "account/parts/signed_out.html", status=status)
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Session realm="cinfactors"'
    response["Cache-Control"] = "no-store"
    return response


def led_away(request: HttpRequest, to: str) -> HttpResponse:
    """To another page first, and then back; what was posted is held meanwhile, if it may be."""
    if request.method in SAFE:
        return redirect_to_login(request.get_full_path(), to, REDIRECT_FIELD_NAME)
    token = form_recovery.hold(request)
    # Where nothing is held, back to the page that the button was on: its own address may
    # answer to nothing but that button.
    page = request.get_full_path() if token else _page_before(request)
    response = redirect_to_login(page, to, REDIRECT_FIELD_NAME)
    response.status_code = HTTPStatus.SEE_OTHER
    if token:
        form_recovery.give_token(response, token)
    return response


def _page_before(request) -> str:
    if not form_recovery.came_from_here(request):
        return resolve_url(settings.LOGIN_REDIRECT_URL)
    try:
        before = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # no address at all
        return resolve_url(settings.LOGIN_REDIRECT_URL)
    if (before.scheme, before.netloc) != (request.scheme, request.get_host()):
        return resolve_url(settings.LOGIN_REDIRECT_URL)
    return before.path + (f"?{before.query}" if before.query else "")
