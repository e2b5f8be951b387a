"""A person's own account and sessions, and the response to a failed CSRF check."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import time_format
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django.views.generic import TemplateView

from cinfactors.accounts import form_recovery, services, sessions
from cinfactors.accounts.middleware import nothing_kept, signed_out_fragment
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.accounts.second_factor import policy as second_factor_policy
from cinfactors.accounts.second_factor.policy import allowed_before_second_factor
from cinfactors.accounts.single_sign_on import sign_out
from cinfactors.accounts.single_sign_on.links import link_of


class YourAccountView(TemplateView):
    """How a person signs in, and what they can change of it."""

    request: SignedInRequest
    template_name = "account/your_account.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "has_password": self.request.user.has_usable_password(),
            "has_second_factor": second_factor_policy.has_one(self.request.user),
            "has_provider": bool(settings.OIDC_ISSUER),
            "link": link_of(self.request.user),
        }


# No transaction stays open while the provider is asked.
@method_decorator([never_cache, transaction.non_atomic_requests], name="dispatch")
class SessionsView(TemplateView):
    """Where the person is signed in, and how to sign out elsewhere or everywhere."""

    request: SignedInRequest
    template_name = "account/sessions.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        active = sessions.active_sessions(self.request.user, self.request.session)
        return super().get_context_data(**kwargs) | {"active_sessions": active}

    def post(self, request: SignedInRequest) -> HttpResponse:
        everywhere = request.POST.get("where") == "everywhere"
        keep = None if everywhere else request.session.session_key
        may_have_used_provider = sign_out.may_have_used_provider(request)
        with transaction.atomic():
            services.end_own_sessions(by=request.user, keep=keep)
            if everywhere:
                get_adapter().logout(request)
        if not everywhere:
            messages.success(request, "You are signed out everywhere else")
            return redirect("account_sessions")
        messages.success(request, "You are signed out everywhere")
        response = redirect("account_login")
        return sign_out.of_provider_too(request, response) if may_have_used_provider else response


@allowed_before_second_factor
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def session(request: HttpRequest) -> HttpResponse:
    """Return the seconds that the sign-in has left, for the script that warns. POST prolongs it.

    Also the time by the clock at which it ends, once no use can make it last longer.
    """
    if request.method == "POST":
        sessions.record_use(request.session, immediately=True)
    end = sessions.fixed_end(request.session)
    return JsonResponse(
        {
            "seconds": sessions.seconds_left(request.session),
            "ends": time_format(timezone.localtime(end), "H:i") if end else None,
        }
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Respond to a post whose CSRF token is stale, or that another site sent.

    What was typed on one of our own pages is shown again on that page, with a fresh token. A
    sign-in page left open in a second tab leads on, since the person is signed in already.
    """
    if sessions.is_script_request(request):
        return signed_out_fragment(request, HTTPStatus.FORBIDDEN)
    if form_recovery.is_same_origin(request):
        if token := form_recovery.save_draft(request):
            response = redirect(request.get_full_path())
            response.status_code = HTTPStatus.SEE_OTHER
            form_recovery.set_draft_cookie(request, response, token)
            return response
        if typed := form_recovery.typed_fields(request):
            return nothing_kept(request, typed)
        view = request.resolver_match and request.resolver_match.view_name
        if view == "account_login" and request.user.is_authenticated:
            return redirect(request.get_full_path())
    return render(request, "403_csrf.html", status=HTTPStatus.FORBIDDEN)
