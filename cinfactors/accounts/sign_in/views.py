"""Signing in and out, and changing a password: allauth's views with our forms and pages."""

from __future__ import annotations

from typing import Any

from allauth.account import views as allauth_views
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from cinfactors.accounts import form_recovery, security_log, services
from cinfactors.accounts.problems import ProblemsMixin
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.accounts.second_factor.policy import allowed_before_second_factor
from cinfactors.accounts.sign_in.forms import ChangePasswordForm, SignInForm
from cinfactors.accounts.single_sign_on import sign_out
from cinfactors.accounts.single_sign_on import views as single_sign_on_views


# Not one transaction: an attempt has to be counted even when the request then fails.
@method_decorator(transaction.non_atomic_requests, name="dispatch")
class SignInView(ProblemsMixin, allauth_views.LoginView):
    form_class = SignInForm
    template_name = "account/sign_in.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        next_page = self.get_next_url()
        return context | {
            "has_unsent_draft": form_recovery.has_draft(self.request),
            "has_next_page": (next_page or "/") != "/",
            "single_sign_on": single_sign_on_views.start_address(next_page),
            "provider": settings.OIDC_ISSUER and settings.OIDC_NAME,
        }

    def form_invalid(self, form: SignInForm) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)
        if form.has_too_many_attempts:
            security_log.log_event("sign-in refused: too many tries", self.request)
        return response


# No transaction stays open while the provider is asked.
@method_decorator(
    [
        login_not_required,
        allowed_before_second_factor,
        never_cache,
        transaction.non_atomic_requests,
    ],
    name="dispatch",
)
class SignOutView(allauth_views.LogoutView):
    template_name = "account/sign_out.html"

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        may_have_used_provider = sign_out.may_have_used_provider(self.request)
        with transaction.atomic():
            response: HttpResponse = super().post(*args, **kwargs)
        if may_have_used_provider:
            response = sign_out.of_provider_too(self.request, response)
        # Whatever a browser stored in spite of `no-store`. Not its cookies: those of all of the
        # authority's hosts would go.
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response


@method_decorator(never_cache, name="dispatch")
class ChangePasswordView(ProblemsMixin, allauth_views.PasswordChangeView):
    form_class = ChangePasswordForm
    template_name = "account/change_password.html"

    def dispatch(self, request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_usable_password():
            raise PermissionDenied
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def form_valid(self, form: ChangePasswordForm) -> HttpResponse:
        response: HttpResponse
        try:
            response = super().form_valid(form)
        except services.ChangedMeanwhile as error:
            form.add_error("oldpassword", ValidationError(str(error)))
            response = self.form_invalid(form)
            return response
        services.end_sessions_after_password_change(
            by=form.user, keep=self.request.session.session_key
        )
        return response


class SignedInAgainView(TemplateView):
    """Where a sign-in leads that was begun in a new tab, from a page whose sign-in had ended."""

    template_name = "account/signed_in_again.html"


class InactiveView(allauth_views.AccountInactiveView):
    template_name = "account/inactive.html"
