"""The page to decide on, and the views that take the decisions, each through its service."""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path

from assessments import queries, services
from assessments.components.idempotency import key_and_version_of
from assessments.evaluation import edition_to_record
from assessments.models import Assessment
from assessments.review.correcting import BUTTONS, selection_after_button
from assessments.review.decision_pages import DecisionPages, Feedback
from assessments.review.decisions import (
    AUTHORISE,
    CORRECT,
    CORRECT_DATES,
    REOPEN,
    RETURN,
    Decision,
)
from assessments.review.forms import (
    AuthoriseForm,
    CorrectDatesForm,
    CorrectForm,
    DecisionForm,
    GuidanceForm,
    ReturnForm,
)
from assessments.review.messages import conflict_in_words, refusals_in_words
from assessments.review.read_only import signed_in
from assessments.rules import Finding
from cinfactors.accounts.form_recovery import recovers_form
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.accounts.services import show_review_guidance
from cinfactors.web.problems import Problem

CONFLICT, REFUSED = 409, 422
NOT_SENT = (
    "You were signed out before this was sent. What you wrote is still in its boxes: check it, "
    "then send it again."
)
COMMENTS_NOT_SENT = (
    "You wrote a comment or chose a reason, which authorising would not send. Return the "
    "assessment, or clear what you wrote."
)


class DecisionViews(DecisionPages):
    """The part of the assessments' admin in which a manager reads one record and decides."""

    def decision_urls(self) -> list[URLPattern]:
        """Return the addresses of the decisions; authorising has a view that confirms it first."""
        view = self.admin_site.admin_view
        return [
            path(
                "<uuid:reference>/authorise/",
                view(self.authorise_view),
                name="assessments_assessment_authorise",
            ),
            *(
                path(
                    f"<uuid:reference>/{decision.name}/",
                    view(self.decision_view),
                    {"decision": decision},
                    name=f"assessments_assessment_{decision.name}",
                )
                for decision in (RETURN, CORRECT, REOPEN, CORRECT_DATES)
            ),
            path(
                "<uuid:reference>/guidance/",
                view(self.guidance_view),
                name="assessments_assessment_guidance",
            ),
        ]

    # Reading

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        return self.decide_page(signed_in(request), self._found(request, object_id))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Go to the page's own timeline: the admin's log knows nothing of what happened."""
        self._found(request, object_id)
        return redirect(f"{self.address_of(request, object_id)}#history")

    def _found(self, request: HttpRequest, reference: str | UUID) -> Assessment:
        if not self.has_view_permission(request):
            with suppress(Http404):  # to them nothing is there; that they tried is recorded
                self.get_object(request, str(reference))
            raise PermissionDenied
        found: Assessment = self.get_object(request, str(reference))
        return found

    @recovers_form
    def guidance_view(self, request: SignedInRequest, reference: UUID) -> HttpResponse:
        """Show or hide the guidance of all codes, and remember it; what was typed stays."""
        assessment = self._found(request, reference)
        data = request.POST if request.method == "POST" else request.unsent_draft
        choice = GuidanceForm(data)
        if not choice.is_valid():
            if request.method == "POST":
                raise BadRequest("guidance")
            return redirect(self.address_of(request, reference))
        if request.method == "POST":
            show_review_guidance(by=request.user, shown=choice.cleaned_data["guidance"] == "shown")
        if "quietly" in request.POST:
            return HttpResponse(status=HTTPStatus.NO_CONTENT)
        typed = ReturnForm(data, assessment=assessment)
        typed.leave_unjudged()
        confirming = "confirmed" in typed.entered
        return self.decide_page(request, assessment, typed, confirming=confirming)

    # Deciding

    @recovers_form
    def decision_view(
        self, request: SignedInRequest, reference: UUID, decision: Decision
    ) -> HttpResponse:
        """Take the decision; or show its form, where it is a page or an unsent draft is left."""
        assessment = self._found(request, reference)
        if request.method == "POST":
            if decision is CORRECT and not BUTTONS.isdisjoint(request.POST):
                return self._selection_edited(request, assessment)
            return self._carry_out(request, assessment, decision)
        draft = request.unsent_draft
        if decision is CORRECT:
            has_page = queries.may_review(request.user, assessment)
        elif decision is CORRECT_DATES:
            has_page = queries.may_reopen(request.user, assessment)
        else:
            has_page = draft is not None
        if not has_page:
            return redirect(self.address_of(request, reference))
        form = decision.form_class(draft, assessment=assessment)
        feedback = Feedback(message=NOT_SENT if draft is not None else "")
        if isinstance(form, CorrectForm):
            return self.correct_page(request, assessment, form, feedback)
        if isinstance(form, CorrectDatesForm):
            return self.dates_page(request, assessment, form, feedback)
        return self.decide_page(request, assessment, form, feedback)

    def _selection_edited(self, request: SignedInRequest, assessment: Assessment) -> HttpResponse:
        """Show the codes after a button of the page, or what was searched for; nothing is saved."""
        if not queries.may_review(request.user, assessment):
            return redirect(self.address_of(request, assessment.reference))
        _, version = key_and_version_of(request.POST)
        posted = selection_after_button(edition_to_record(assessment), request.POST)
        data = request.POST.copy()
        data.setlist("codes", [*posted.codes])
        form = CorrectForm(data, assessment=assessment)
        form.leave_unjudged()
        return self.correct_page(request, assessment, form, Feedback(version=version), posted)

    @recovers_form
    def authorise_view(self, request: SignedInRequest, reference: UUID) -> HttpResponse:
        """Ask for confirmation, then authorise; comments typed on the page are not thrown away."""
        assessment = self._found(request, reference)
        if request.method != "POST":
            return self._unsent_authorisation(request, assessment)
        _, version = key_and_version_of(request.POST)
        comments = ReturnForm(request.POST, assessment=assessment)
        if comments.has_entries():
            comments.full_clean()
            problems = [Problem(COMMENTS_NOT_SENT, "return")]
            feedback = Feedback(REFUSED, problems=problems, version=version)
            confirming = "confirmed" in request.POST
            return self.decide_page(request, assessment, comments, feedback, confirming=confirming)
        if "confirmed" not in request.POST and self._may_be_confirmed(request, assessment, version):
            return self.decide_page(
                request, assessment, AuthoriseForm(assessment=assessment), confirming=True
            )
        return self._carry_out(request, assessment, AUTHORISE)

    def _unsent_authorisation(
        self, request: SignedInRequest, assessment: Assessment
    ) -> HttpResponse:
        """Show what was typed before the sign-in ended: the end date, or comments beside codes."""
        draft = request.unsent_draft
        if draft is None or not queries.may_review(request.user, assessment):
            return redirect(self.address_of(request, assessment.reference))
        feedback = Feedback(message=NOT_SENT)
        comments = ReturnForm(draft, assessment=assessment)
        confirming = "confirmed" in draft
        if confirming and not comments.has_entries():
            form = AuthoriseForm(draft, assessment=assessment)
            return self.decide_page(request, assessment, form, feedback, confirming=True)
        return self.decide_page(request, assessment, comments, feedback, confirming=confirming)

    def _may_be_confirmed(
        self, request: SignedInRequest, assessment: Assessment, version: int
    ) -> bool:
        """Whether to ask; where not, the service says what stands in the way."""
        return assessment.version == version and queries.may_review(request.user, assessment)

    def _carry_out(
        self, request: SignedInRequest, assessment: Assessment, decision: Decision
    ) -> HttpResponse:
        """Take the decision and go on; or show the form again with its problems, nothing lost."""
        key, version = key_and_version_of(request.POST)
        form = decision.form_class(request.POST, assessment=assessment)
        decided = assessment
        try:
            if form.is_valid():
                decided = decision.carry_out(
                    form, assessment=assessment, by=request.user, version=version, key=key
                )
        except services.NotPermitted as refused:
            raise PermissionDenied from refused
        except (services.AlreadyDecided, services.EditConflict, services.Locked) as refused:
            current: Assessment = self.get_object(request, str(assessment.reference))
            feedback = Feedback(CONFLICT, conflict_in_words(refused, current))
            return self.form_again(request, current, form, feedback)
        except services.FactsRefused as refused:
            form.add_service_errors(refused.messages)
        except services.NeedsConfirming as asked:
            feedback = Feedback(REFUSED, version=version, hardly=[*asked.messages.values()])
            return self.form_again(request, assessment, form, feedback)
        except services.SelectionRefused as refused:
            problems = _selection_problems(refused, form)
            feedback = Feedback(REFUSED, problems=problems, version=version)
            return self.form_again(request, assessment, form, feedback)
        if form.errors:
            feedback = Feedback(REFUSED, problems=form.problems(), version=version)
            return self.form_again(request, assessment, form, feedback)
        messages.success(request, decision.done_message(decided))
        if decision in (CORRECT, CORRECT_DATES):  # which leave it to be looked at
            return redirect(self.address_of(request, assessment.reference))
        return self.redirect_after_decision(request, assessment)


def _selection_problems(refused: services.SelectionRefused, form: DecisionForm) -> list[Problem]:
    """The findings, each linked to the box of its code where the page has boxes of codes."""
    problems = [Problem(finding.message, _box_of(finding, form)) for finding in refused.findings]
    return problems or [Problem(message) for message in refusals_in_words(refused)]


def _box_of(finding: Finding, form: DecisionForm) -> str:
    if isinstance(form, CorrectForm) and finding.beside:
        return f"code-{finding.beside[0]}"
    return ""
