"""Signing in and out, through allauth's views; see `form_recovery` for what was typed meanwhile."""

from __future__ import annotations

from http import HTTPStatus

from allauth.account import views as allauth_views
from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import time_format
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django.views.generic import TemplateView

from cinfactors.accounts import form_recovery, security_log, services, sessions
from cinfactors.accounts.middleware import told_script
from cinfactors.accounts.second_factor import policy as second_factor_policy
from cinfactors.accounts.second_factor.policy import before_second_factor
from cinfactors.accounts.sign_in.forms import ChangePasswordForm, SignInForm
from cinfactors.accounts.single_sign_on import views as single_sign_on_views
from cinfactors.web.problems import problems_of


class ProblemsMixin:
    """Gives the page its error summary."""

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"problems": problems_of(context["form"])}


# Not one transaction: a try has to be counted even when the request then fails.
@method_decorator(transaction.non_atomic_requests, name="dispatch")
class SignInView(ProblemsMixin, allauth_views.LoginView):
    form_class = SignInForm
    template_name = "account/sign_in.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        address = self.get_next_url() or "/"
        return context | {
            "work_is_held": form_recovery.COOKIE in self.request.COOKIES,
            "wanted_a_page": address != "/",
            "single_sign_on": single_sign_on_views.address(self.get_next_url()),
            "provider": settings.OIDC_ISSUER and settings.OIDC_NAME,
        }

    def form_invalid(self, form):
        response = super().form_invalid(form)
        if form.tried_too_often:
            security_log.note("sign-in refused: too many tries", self.request)
            response.status_code = HTTPStatus.TOO_MANY_REQUESTS
        return response


@method_decorator([login_not_required, before_second_factor, never_cache], name="dispatch")
class SignOutView(allauth_views.LogoutView):
    template_name = "account/sign_out.html"

    def post(self, *args, **kwargs) -> HttpResponse:
        response = super().post(*args, **kwargs)
        # Whatever a browser kept against our asking. Not its cookies: those of all of the
        # authority's hosts would go.
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response


@method_decorator(never_cache, name="dispatch")
class ChangePasswordView(ProblemsMixin, allauth_views.PasswordChangeView):
    form_class = ChangePasswordForm
    template_name = "account/change_password.html"

    def dispatch(self, request: HttpRequest, *args, **kwargs):
        if not request.user.has_usable_password():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form):
        response = super().form_valid(form)
        services.changed_own_password(by=form.user, here=self.request.session.session_key)
        return response


class SignedInAgainView(TemplateView):
    """Where a sign-in leads that was begun from a page whose own had ended."""

    template_name = "account/signed_in_again.html"


class YourAccountView(TemplateView):
    """How a person signs in, and what they can change of it."""

    template_name = "account/your_account.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "has_password": self.request.user.has_usable_password(),
            "has_second_factor": second_factor_policy.has_one(self.request.user),
        }


@method_decorator(never_cache, name="dispatch")
class SessionsView(TemplateView):
    """Where the person is signed in, and the way to end that, here too or not."""

    template_name = "account/sessions.html"

    def get_context_data(self, **kwargs):
        places = sessions.where_signed_in(self.request.user, self.request.session)
        return super().get_context_data(**kwargs) | {"places": places}

    def post(self, request: HttpRequest) -> HttpResponse:
        everywhere = request.POST.get("where") == "everywhere"
        here = None if everywhere else request.session.session_key
        services.end_own_sessions(by=request.user, but=here)
        if not everywhere:
            messages.success(request, "You are signed out everywhere else")
            return redirect("account_sessions")
        get_adapter().logout(request)
        messages.success(request, "You are signed out everywhere")
        return redirect("account_login")


@before_second_factor
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def session(request: HttpRequest) -> HttpResponse:
    """For the script that warns: how many seconds the sign-in has left. POST makes it last.

    With the time by the clock where it ends whatever is done.
    """
    if request.method == "POST":
        sessions.note_use(request.session, now=True)
    ends = sessions.ends_whatever_is_done(request.session)
    return JsonResponse(
        {
            "seconds": sessions.seconds_left(request.session),
            "ends": time_format(timezone.localtime(ends), "H:i") if ends else None,
        }
    )


class InactiveView(allauth_views.AccountInactiveView):
    template_name = "account/inactive.html"


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token is not this browser's any more, or a post from another site.

    What was typed on one of our own pages comes back on that page, with a fresh token. The
    sign-in page left open in a second tab simply goes on.
    """
    if sessions.asked_by_script(request):
        return told_script(request, HTTPStatus.FORBIDDEN)
    if form_recovery.came_from_here(request):
        if token := form_recovery.hold(request):
            response = redirect(request.get_full_path())
            response.status_code = HTTPStatus.SEE_OTHER
            form_recovery.give_token(response, token)
            return response
        view = request.resolver_match and request.resolver_match.view_name
        if view == "account_login" and request.user.is_authenticated:
            return redirect(request.get_full_path())
    return render(request, "403_csrf.html", status=HTTPStatus.FORBIDDEN)
