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
        forms = context.get("form"), context.get("webauthn_form")
        if any(getattr(form, "has_too_many_attempts", False) for form in forms):
            options["status"] = HTTPStatus.TOO_MANY_REQUESTS
        return super().render_to_response(context, **options)


class OneFormMixin:
    """Make one form for a request: allauth's views of passkeys make another to show the errors.

    That would look at the answer a second time, and count a second attempt.
    """

    _form: BaseForm | None = None

    def get_form(self, form_class: type[BaseForm] | None = None) -> BaseForm:
        if self._form is None:
            self._form = super().get_form(form_class)  # type: ignore[misc]
        return self._form


def linked_problems(*forms: BaseForm) -> list[Problem]:
    """Return the forms' errors; those of a passkey's hidden field link to the passkey's button."""
    return [
        Problem(problem.message, "passkey") if "credential" in problem.target else problem
        for problem in problems_of(*forms)
    ]
