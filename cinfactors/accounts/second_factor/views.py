"""Setting up a second factor, showing it and removing it: allauth's views with our pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account import views as account_views
from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import views as base_views
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery_views
from allauth.mfa.totp import views as totp_views
from allauth.mfa.webauthn import views as webauthn_views
from cryptography.fernet import InvalidToken
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from cinfactors.accounts import security_log, services
from cinfactors.accounts.allauth_internals import record_authentication
from cinfactors.accounts.models import User
from cinfactors.accounts.problems import OneFormMixin, ProblemsMixin
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.accounts.second_factor import policy as second_factor_policy
from cinfactors.accounts.second_factor.forms import (
    AddAppForm,
    AddPasskeyForm,
    EnterCodeForm,
    NewCodesForm,
    ReauthenticateWithCodeForm,
    ReauthenticateWithPasskeyForm,
    ReauthenticateWithPasswordForm,
    RemoveAppForm,
    UsePasskeyForm,
)
from cinfactors.accounts.second_factor.policy import allowed_before_second_factor
from cinfactors.web.problems import Problem

NEXT_PAGE = "second_factor_wanted"
"""In the session: the page to go on to once a second factor is set up."""

# Not one transaction: an attempt has to be counted even when the request then fails.
counted_attempt = method_decorator(
    [transaction.non_atomic_requests, sensitive_post_parameters(), never_cache], name="dispatch"
)
before_second_factor_page = method_decorator(
    [allowed_before_second_factor, never_cache], name="dispatch"
)
"""For a page that a person may reach without the second factor that they need."""


@counted_attempt
class EnterCodeView(ProblemsMixin, base_views.AuthenticateView):
    """The step of sign-in after the password."""

    form_class = EnterCodeForm
    webauthn_form_class = UsePasskeyForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "code" not in request.POST and not self._has_passkeys():
            # allauth takes whatever has no code for a passkey.
            person = self.stage.login.user
            self.form = self.auth_form = EnterCodeForm(request.POST, user=person)
            self.webauthn_form = UsePasskeyForm(user=person)
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response

    def form_invalid(self, form: EnterCodeForm | UsePasskeyForm) -> HttpResponse:
        log_refusal(form, self.request, self.stage.login.user)
        response: HttpResponse = super().form_invalid(form)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        has_passkeys = self._has_passkeys()
        passkey_first = has_passkeys and not context["form"].has_app
        return context | {
            "has_passkeys": has_passkeys,
            "passkey_first": passkey_first,
            "has_codes": second_factor_policy.can_enter_code(self.stage.login.user),
            "heading": ("Use your passkey" if passkey_first else "Enter a code") + " to sign in",
        }

    def _has_passkeys(self) -> bool:
        return second_factor_policy.has_one(self.stage.login.user, [Authenticator.Type.WEBAUTHN])


def log_refusal(form: BaseForm, request: HttpRequest, person: User) -> None:
    what = "the passkey may have been copied" if getattr(form, "is_copied", False) else ""
    security_log.log_event(f"sign-in refused: {what or 'the second factor'}", request, person)


class ReauthenticationMixin(ProblemsMixin):
    """Before a person changes how they sign in, they authenticate again."""

    request: SignedInRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        person = self.request.user
        has_app = second_factor_policy.has_one(person, [Authenticator.Type.TOTP])
        labels = {
            reverse("account_reauthenticate"): "Use your password instead",
            reverse("mfa_reauthenticate"): f"Use a {'' if has_app else 'recovery '}code instead",
            reverse("mfa_reauthenticate_webauthn"): "Use a passkey instead",
        }
        return context | {
            "alternatives": [
                {"address": each["url"], "label": labels[each["url"].partition("?")[0]]}
                for each in context["reauthentication_alternatives"]
                # A password shows no second factor, where that is what is missing.
                if each["id"] != "reauthenticate"
                or not second_factor_policy.is_missing(self.request)
                if each["id"] != "mfa_reauthenticate" or second_factor_policy.can_enter_code(person)
            ]
        }


@counted_attempt
@before_second_factor_page
class ReauthenticateWithPasswordView(ReauthenticationMixin, account_views.ReauthenticateView):
    form_class = ReauthenticateWithPasswordForm


@counted_attempt
@before_second_factor_page
class ReauthenticateWithCodeView(ReauthenticationMixin, base_views.ReauthenticateView):
    form_class = ReauthenticateWithCodeForm

    def form_invalid(self, form: ReauthenticateWithCodeForm) -> HttpResponse:
        log_refusal(form, self.request, self.request.user)
        response: HttpResponse = super().form_invalid(form)
        return response


@counted_attempt
@before_second_factor_page
class ReauthenticateWithPasskeyView(
    OneFormMixin, ReauthenticationMixin, webauthn_views.ReauthenticateWebAuthnView
):
    form_class = ReauthenticateWithPasskeyForm

    def form_invalid(self, form: ReauthenticateWithPasskeyForm) -> HttpResponse:
        log_refusal(form, self.request, self.request.user)
        return self.render_to_response(self.get_context_data())


@before_second_factor_page
class SecondFactorView(base_views.IndexView):
    """What a person has set up, and where to add to it; also where to begin if it is required."""

    def get(self, request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        missing = second_factor_policy.is_missing(request)
        next_page = request.GET.get(REDIRECT_FIELD_NAME, "")
        if missing and get_account_adapter(request).is_safe_url(next_page):
            request.session[NEXT_PAGE] = next_page
        if missing and second_factor_policy.has_one(request.user):
            return redirect(_reauthentication_address(request))
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        codes = context["authenticators"].get(Authenticator.Type.RECOVERY_CODES)
        return context | {
            "missing": second_factor_policy.is_missing(self.request),
            "app": context["authenticators"].get(Authenticator.Type.TOTP),
            "passkeys": [
                (passkey, _when_refused(passkey.instance))
                for passkey in context["authenticators"].get(Authenticator.Type.WEBAUTHN, ())
            ],
            "codes_left": second_factor_policy.unused_codes(codes.instance) if codes else 0,
        }


def _when_refused(passkey: Authenticator) -> datetime | None:
    """Return when the passkey was last refused, since it may have been copied."""
    refused_at = passkey.data.get(services.REFUSED_AT)
    return datetime.fromisoformat(refused_at) if refused_at else None


def _reauthentication_address(request: SignedInRequest) -> str:
    """Return where to show a second factor that the person has and the session has not seen."""
    next_page = request.session.get(NEXT_PAGE) or reverse("mfa_index")
    return second_factor_policy.where_to_show_own(request.user, next_page)


class OneAtATimeMixin:
    """Of what is sent at once to change a person's second factors, each sees what was before it.

    Whoever comes first in one browser ends the sessions of the others.
    """

    ended_meanwhile: str
    """What a person is told whose session another browser has ended so."""

    def post(self, request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            response: HttpResponse = (
                self.if_ended(request) or self.if_done() or super().post(request, *args, **kwargs)  # type: ignore[misc]
            )
            return response

    def if_ended(self, request: SignedInRequest) -> HttpResponse | None:
        """Lock the sign-in, in a transaction; return where to go if it was ended meanwhile."""
        if services.lock_sign_in(person=request.user, session_key=request.session.session_key):
            return None
        get_account_adapter(request).logout(request)
        messages.warning(request, self.ended_meanwhile)
        return redirect("account_login")

    def if_done(self) -> HttpResponse | None:
        """Return where to go on to, if by now there is nothing left to do."""
        return None


class FactorAddedMixin(OneAtATimeMixin, ProblemsMixin):
    """When a second factor was added, this session has shown it, and the person's others end."""

    request: SignedInRequest
    did_generate_recovery_codes: bool
    ended_meanwhile = "You set up a second factor in another browser. Sign in with it"

    def get_success_url(self) -> str:
        if self.did_generate_recovery_codes:
            return reverse("mfa_view_recovery_codes")
        return self.request.session.pop(NEXT_PAGE, None) or reverse("mfa_index")

    def record_added_factor(self) -> None:
        person = self.request.user
        newest = Authenticator.objects.filter(
            user=person, type__in=second_factor_policy.FACTORS
        ).latest("pk")
        record_authentication(
            self.request, person, second_factor_policy.OWN_METHOD, id=newest.pk, type=newest.type
        )
        services.record_second_factor_added(by=person, keep=self.request.session.session_key)


@before_second_factor_page
class AddAppView(FactorAddedMixin, totp_views.ActivateTOTPView):
    form_class = AddAppForm

    def dispatch(self, request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase | None = self.if_done()
        if response is not None and request.method == "POST":
            # Another browser may have set up the app since this request was let in.
            with transaction.atomic():
                response = self.if_ended(request) or response
        return response or super().dispatch(request, *args, **kwargs)

    def if_done(self) -> HttpResponse | None:
        """Return where to go on to if there is an app: the button may have been pressed twice."""
        person = self.request.user
        if not second_factor_policy.has_one(person, [Authenticator.Type.TOTP]):
            return None
        codes = Authenticator.objects.filter(user=person, type=Authenticator.Type.RECOVERY_CODES)
        are_unseen = any(not row.wrap().did_view for row in codes)
        return redirect("mfa_view_recovery_codes" if are_unseen else "mfa_index")

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs()
        return kwargs | {"session": self.request.session}

    def form_valid(self, form: AddAppForm) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        self.record_added_factor()
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        secret = context["form"].secret
        # In groups, to be typed where no camera can be used.
        return context | {
            "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
        }


@before_second_factor_page
class AddPasskeyView(OneFormMixin, FactorAddedMixin, webauthn_views.AddWebAuthnView):
    form_class = AddPasskeyForm

    def form_valid(self, form: AddPasskeyForm) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        self.record_added_factor()
        return response

    def form_invalid(self, form: AddPasskeyForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data())


class FactorRemovedMixin(OneAtATimeMixin):
    """Of two second factors that are removed at once, whoever needs one keeps the other."""

    ended_meanwhile = "You took a second factor away in another browser. Sign in again"


@method_decorator(never_cache, name="dispatch")
class RemoveAppView(FactorRemovedMixin, ProblemsMixin, totp_views.DeactivateTOTPView):
    request: SignedInRequest
    form_class = RemoveAppForm

    def if_done(self) -> HttpResponse | None:
        """Return where to go on to if the app is gone: the button may have been pressed twice."""
        is_there = second_factor_policy.has_one(self.request.user, [Authenticator.Type.TOTP])
        return None if is_there else redirect("mfa_index")

    def form_valid(self, form: RemoveAppForm) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        services.record_second_factor_removed(
            by=self.request.user, keep=self.request.session.session_key
        )
        return response


@method_decorator(never_cache, name="dispatch")
class RemovePasskeyView(FactorRemovedMixin, webauthn_views.RemoveWebAuthnView):
    def get_success_url(self) -> str:
        return reverse("mfa_index")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        allowed = get_adapter().can_delete_authenticator(self.object)
        message = get_adapter().error_messages["cannot_delete_authenticator"]
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "problems": [] if allowed else [Problem(message, "")],
            "passkey": self.object.wrap(),
        }

    def form_valid(self, form: BaseForm) -> HttpResponse:
        response: HttpResponse
        if not get_adapter().can_delete_authenticator(self.object):
            response = self.render_to_response(self.get_context_data(form=form))
            return response
        response = super().form_valid(form)
        services.record_second_factor_removed(
            by=self.request.user, keep=self.request.session.session_key
        )
        return response


@method_decorator(never_cache, name="dispatch")
class RecoveryCodesView(recovery_views.ViewRecoveryCodesView):
    """Shown once, to be printed or written down."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response: HttpResponse = super().get(request, *args, **kwargs)
        except InvalidToken:  # SECRET_KEY has changed meanwhile: new ones can be made
            return redirect("mfa_generate_recovery_codes")
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        next_page = self.request.session.get(NEXT_PAGE) or reverse("mfa_index")
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"next_page": next_page}


class _WithoutCount(recovery_views.GenerateRecoveryCodesView):
    """Without the number of codes that are left: no page shows it, and they may be unreadable."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = FormView.get_context_data(self, **kwargs)
        return context


@method_decorator(never_cache, name="dispatch")
class NewRecoveryCodesView(ProblemsMixin, _WithoutCount):
    request: SignedInRequest
    form_class = NewCodesForm

    def form_valid(self, form: NewCodesForm) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        services.record_recovery_codes_made(by=self.request.user)
        return response
