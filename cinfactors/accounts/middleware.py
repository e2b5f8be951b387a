from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import resolve_url

from cinfactors.accounts import held_forms

SAFE = {"GET", "HEAD", "OPTIONS"}


class SignedInMiddleware(LoginRequiredMiddleware):
    """Every view asks for sign-in unless it says otherwise, and nobody loses what they typed.

    Gives each request `held_data`: what its person had typed on this page before the sign-in
    ended, or None (see `held_forms`).
    """

    def process_request(self, request):
        request.held_data = None
        request.held_is_over = False

    def process_view(self, request, view_func, view_args, view_kwargs):
        if held_forms.COOKIE in request.COOKIES and request.user.is_authenticated:
            request.held_data, request.held_is_over = held_forms.take(request)
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request, view_func):
        if request.method in SAFE:
            return super().handle_no_permission(request, view_func)
        token = held_forms.hold(request)
        # Where nothing is held, back to the page that the button was on: its own address may
        # answer to nothing but that button.
        page = request.get_full_path() if token else _page_before(request)
        response = redirect_to_login(page, resolve_url(settings.LOGIN_URL))
        response.status_code = HTTPStatus.SEE_OTHER
        if token:
            held_forms.give_token(response, token)
        return response

    def process_response(self, request, response):
        if request.held_is_over:
            held_forms.take_token_away(response)
        if request.user.is_authenticated and "Cache-Control" not in response:
            # Nobody who sits down at the same machine later finds it behind the Back button.
            response["Cache-Control"] = "no-store"
        return response


def _page_before(request) -> str:
    if not held_forms.came_from_here(request):
        return resolve_url(settings.LOGIN_REDIRECT_URL)
    try:
        before = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # no address at all
        return resolve_url(settings.LOGIN_REDIRECT_URL)
    if (before.scheme, before.netloc) != (request.scheme, request.get_host()):
        return resolve_url(settings.LOGIN_REDIRECT_URL)
    return before.path + (f"?{before.query}" if before.query else "")
