"""Setting up a second factor, showing it, and taking it away: allauth's views on our pages."""

from __future__ import annotations

from http import HTTPStatus

from allauth.account import views as account_views
from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import views as base_views
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery_views
from allauth.mfa.totp import views as totp_views
from allauth.mfa.webauthn import views as webauthn_views
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from cinfactors.accounts import security_log, services
from cinfactors.accounts.allauth_internals import record_authentication
from cinfactors.accounts.second_factor import policy as second_factor_policy
from cinfactors.accounts.second_factor.forms import (
    AddAppForm,
    AddPasskeyForm,
    CodeAgainForm,
    EnterCodeForm,
    NewCodesForm,
    PasswordAgainForm,
    RemoveAppForm,
)
from cinfactors.accounts.second_factor.policy import before_second_factor
from cinfactors.web.problems import Problem, problems_of

WANTED = "second_factor_wanted"
"""In the session: the page to go on to once a second factor is set up."""

# Not one transaction: a try has to be counted even when the request then fails.
tries = method_decorator(
    [transaction.non_atomic_requests, sensitive_post_parameters(), never_cache], name="dispatch"
)
anytime = method_decorator([before_second_factor, never_cache], name="dispatch")
"""Of a page that a person without the second factor they need may reach."""


class ProblemsMixin:
    """Gives the page its error summary, and too many tries their status."""

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        forms = [form for name in ("form", "webauthn_form") if (form := context.get(name))]
        found = [problem for form in forms for problem in problems_of(form)]
        return context | {"problems": [_on_the_page(problem) for problem in found]}

    def render_to_response(self, context, **options):
        if getattr(context.get("form"), "tried_too_often", False):
            options["status"] = HTTPStatus.TOO_MANY_REQUESTS
        return super().render_to_response(context, **options)


def _on_the_page(problem: Problem) -> Problem:
    """What a script fills in is a hidden field: the summary leads to the script's button."""
    return Problem(problem.message, "passkey") if "credential" in problem.target else problem


@tries
class EnterView(ProblemsMixin, base_views.AuthenticateView):
    """The step of signing in after the password."""

    form_class = EnterCodeForm

    def form_invalid(self, form) -> HttpResponse:
        security_log.note("sign-in refused: the second factor", self.request, self.stage.login.user)
        return super().form_invalid(form)

    def get_context_data(self, **kwargs):
        person = self.stage.login.user
        passkeys = second_factor_policy.is_mfa_enabled(person, [Authenticator.Type.WEBAUTHN])
        return super().get_context_data(**kwargs) | {"has_passkeys": passkeys}


class AgainMixin(ProblemsMixin):
    """Whoever changes how they sign in shows first that it is still them."""

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        words = {
            reverse("account_reauthenticate"): "Use your password instead",
            reverse("mfa_reauthenticate"): "Use a code instead",
            reverse("mfa_reauthenticate_webauthn"): "Use a passkey instead",
        }
        others = context["reauthentication_alternatives"]
        return context | {
            "others": [
                {"address": each["url"], "words": words[each["url"].partition("?")[0]]}
                for each in others
                # A password shows no second factor, where that is what is missing.
                if each["id"] != "reauthenticate"
                or not second_factor_policy.is_missing(self.request)
            ]
        }


@tries
@anytime
class PasswordAgainView(AgainMixin, account_views.ReauthenticateView):
    form_class = PasswordAgainForm


@tries
@anytime
class CodeAgainView(AgainMixin, base_views.ReauthenticateView):
    form_class = CodeAgainForm


@tries
@anytime
class PasskeyAgainView(AgainMixin, webauthn_views.ReauthenticateWebAuthnView):
    def form_invalid(self, form) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form))


@anytime
class SecondFactorView(base_views.IndexView):
    """What a person has, and where to get it; the way in for whoever needs one first."""

    def get(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        missing = second_factor_policy.is_missing(request)
        wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
        if missing and get_account_adapter(request).is_safe_url(wanted):
            request.session[WANTED] = wanted
        if missing and second_factor_policy.has_one(request.user):
            return redirect(_where_to_show_it(request))
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        codes = context["authenticators"].get(Authenticator.Type.RECOVERY_CODES)
        return context | {
            "missing": second_factor_policy.is_missing(self.request),
            "app": context["authenticators"].get(Authenticator.Type.TOTP),
            "passkeys": context["authenticators"].get(Authenticator.Type.WEBAUTHN, ()),
            "codes_left": len(codes.get_unused_codes()) if codes else 0,
        }


def _where_to_show_it(request: HttpRequest) -> str:
    """The page that asks for a second factor which the person has and the session has not seen."""
    has_app = second_factor_policy.is_mfa_enabled(request.user, [Authenticator.Type.TOTP])
    view = "mfa_reauthenticate" if has_app else "mfa_reauthenticate_webauthn"
    wanted = request.session.get(WANTED) or reverse("mfa_index")
    return f"{reverse(view)}?{urlencode({REDIRECT_FIELD_NAME: wanted})}"


class AddedMixin:
    """After a second factor was added: this session has shown it, and no other goes on."""

    def get_success_url(self) -> str:
        if self.did_generate_recovery_codes:
            return reverse("mfa_view_recovery_codes")
        return self.request.session.pop(WANTED, None) or reverse("mfa_index")

    def added(self) -> None:
        person = self.request.user
        newest = Authenticator.objects.filter(
            user=person, type__in=second_factor_policy.FACTORS
        ).latest("pk")
        record_authentication(
            self.request, person, second_factor_policy.BY_FACTOR, id=newest.pk, type=newest.type
        )
        services.added_second_factor(by=person, here=self.request.session.session_key)


@anytime
class AddAppView(AddedMixin, ProblemsMixin, totp_views.ActivateTOTPView):
    form_class = AddAppForm

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"session": self.request.session}

    def form_valid(self, form) -> HttpResponse:
        response = super().form_valid(form)
        self.added()
        return response

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        secret = context["form"].secret
        # In groups, to be typed where no camera can be used.
        return context | {
            "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
        }


@anytime
class AddPasskeyView(AddedMixin, ProblemsMixin, webauthn_views.AddWebAuthnView):
    form_class = AddPasskeyForm

    def form_valid(self, form) -> HttpResponse:
        response = super().form_valid(form)
        self.added()
        return response

    def form_invalid(self, form) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form))

    def get_context_data(self, **kwargs):
        # allauth's view forgets the form that it was given.
        return super().get_context_data(**kwargs) | {
            "form": kwargs.get("form") or self.get_form(),
            **({"problems": _of(kwargs["form"])} if "form" in kwargs else {}),
        }


def _of(form) -> list[Problem]:
    return [_on_the_page(problem) for problem in problems_of(form)]


@method_decorator(never_cache, name="dispatch")
class RemoveAppView(ProblemsMixin, totp_views.DeactivateTOTPView):
    form_class = RemoveAppForm

    def form_valid(self, form) -> HttpResponse:
        response = super().form_valid(form)
        services.removed_own_second_factor(
            by=self.request.user, here=self.request.session.session_key
        )
        return response


@method_decorator(never_cache, name="dispatch")
class RemovePasskeyView(webauthn_views.RemoveWebAuthnView):
    def get_success_url(self) -> str:
        return reverse("mfa_index")

    def get_context_data(self, **kwargs):
        allowed = get_adapter().can_delete_authenticator(self.object)
        words = get_adapter().error_messages["cannot_delete_authenticator"]
        return super().get_context_data(**kwargs) | {
            "problems": [] if allowed else [Problem(words, "")],
            "passkey": self.object.wrap(),
        }

    def form_valid(self, form) -> HttpResponse:
        if not get_adapter().can_delete_authenticator(self.object):
            return self.render_to_response(self.get_context_data(form=form))
        response = super().form_valid(form)
        services.removed_own_second_factor(
            by=self.request.user, here=self.request.session.session_key
        )
        return response


@method_decorator(never_cache, name="dispatch")
class RecoveryCodesView(recovery_views.ViewRecoveryCodesView):
    """Shown once, to be printed or written down."""

    def get_context_data(self, **kwargs):
        wanted = self.request.session.get(WANTED) or reverse("mfa_index")
        return super().get_context_data(**kwargs) | {"wanted": wanted}


@method_decorator(never_cache, name="dispatch")
class NewRecoveryCodesView(ProblemsMixin, recovery_views.GenerateRecoveryCodesView):
    form_class = NewCodesForm

    def form_valid(self, form) -> HttpResponse:
        response = super().form_valid(form)
        services.made_recovery_codes(by=self.request.user)
        return response
