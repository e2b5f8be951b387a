"""The error summary of the pages of sign-in and of the second factor."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.forms import BaseForm
from django.http import HttpResponse
from django.views.generic.base import ContextMixin, TemplateResponseMixin

from cinfactors.web.problems import Problem, problems_of


class ProblemsMixin(TemplateResponseMixin, ContextMixin):
    """Give the page its error summary, and the status 429 after too many attempts."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        forms = [form for name in ("form", "webauthn_form") if (form := context.get(name))]
        return context | {"problems": linked_problems(*forms)}

    def render_to_response(self, context: dict[str, Any], **options: Any) -> HttpResponse:
        if getattr(context.get("form"), "has_too_many_attempts", False):
            options["status"] = HTTPStatus.TOO_MANY_REQUESTS
        return super().render_to_response(context, **options)


def linked_problems(*forms: BaseForm) -> list[Problem]:
    """Return the forms' errors; those of a passkey's hidden field link to the passkey's button."""
    return [
        Problem(problem.message, "passkey") if "credential" in problem.target else problem
        for problem in problems_of(*forms)
    ]
