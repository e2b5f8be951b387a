"""Signing in and out, through allauth's views; see `held_forms` for what was typed meanwhile."""

from __future__ import annotations

from http import HTTPStatus

from allauth.account import views as allauth_views
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from cinfactors.accounts import held_forms
from cinfactors.accounts.forms import ChangePasswordForm, SignInForm, problems


class ProblemsMixin:
    """Gives the page its error summary."""

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"problems": problems(context["form"])}


# Not one transaction: a try has to be counted even when the request then fails.
@method_decorator(transaction.non_atomic_requests, name="dispatch")
class SignInView(ProblemsMixin, allauth_views.LoginView):
    form_class = SignInForm
    template_name = "account/sign_in.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        address = self.get_next_url() or "/"
        return context | {
            "work_is_held": held_forms.COOKIE in self.request.COOKIES,
            "wanted_a_page": address != "/",
        }

    def form_invalid(self, form):
        response = super().form_invalid(form)
        if form.tried_too_often:
            response.status_code = HTTPStatus.TOO_MANY_REQUESTS
        return response


@method_decorator([login_not_required, never_cache], name="dispatch")
class SignOutView(allauth_views.LogoutView):
    template_name = "account/sign_out.html"


@method_decorator(never_cache, name="dispatch")
class ChangePasswordView(ProblemsMixin, allauth_views.PasswordChangeView):
    form_class = ChangePasswordForm
    template_name = "account/change_password.html"

    def dispatch(self, request: HttpRequest, *args, **kwargs):
        if not request.user.has_usable_password():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class InactiveView(allauth_views.AccountInactiveView):
    template_name = "account/inactive.html"


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token is not this browser's any more, or a post from another site.

    What was typed on one of our own pages comes back on that page, with a fresh token. The
    sign-in page left open in a second tab simply goes on.
    """
    if held_forms.came_from_here(request):
        if token := held_forms.hold(request):
            response = redirect(request.get_full_path())
            response.status_code = HTTPStatus.SEE_OTHER
            held_forms.give_token(response, token)
            return response
        view = request.resolver_match and request.resolver_match.view_name
        if view == "account_login" and request.user.is_authenticated:
            return redirect(request.get_full_path())
    return render(request, "403_csrf.html", status=HTTPStatus.FORBIDDEN)
