"""The page to decide on, and the views that take the decisions, each through its service."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from assessments import queries, services
from assessments.catalogue.code_names import listed
from assessments.components.find import answer_to
from assessments.components.idempotency import KeyAndVersionForm, key_and_version_of
from assessments.components.picker.layout import domain_groups
from assessments.models import Assessment
from assessments.presenters.found import SearchAnswer
from assessments.review import record
from assessments.review.decisions import (
    AUTHORISE,
    CORRECT,
    CORRECT_DATES,
    DECISIONS,
    REOPEN,
    RETURN,
    Decision,
)
from assessments.review.forms import (
    AuthoriseForm,
    CorrectDatesForm,
    CorrectForm,
    DecisionForm,
    ReopenForm,
    ReturnForm,
)
from assessments.review.messages import conflict_in_words, refusals_in_words
from assessments.review.navigation import ReviewNavigation, kept_filters
from assessments.review.read_only import signed_in
from assessments.rules import Finding
from cinfactors.accounts.form_recovery import recovers_form
from cinfactors.accounts.requests import SignedInRequest
from cinfactors.audit.services import record_reading
from cinfactors.web.problems import Problem, problems_of

CONFLICT, REFUSED = 409, 422
NOT_SENT = (
    "You were signed out before this was sent. What you wrote is still in its boxes: check it, "
    "then send it again."
)
COMMENTS_NOT_SENT = (
    "You wrote a comment or chose a reason, which authorising would not send. Return the "
    "assessment, or clear what you wrote."
)


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a page says when it comes back with a form that was not carried out."""

    status: int = 200
    message: str = ""
    problems: Sequence[Problem] = ()
    hardly: Sequence[str] = ()
    """What is hardly right, to be confirmed."""
    version: int | None = None
    """The version that the form was filled in on; None where the page shows a newer one."""

    def key_and_version(self, assessment: Assessment) -> KeyAndVersionForm:
        return KeyAndVersionForm(initial={"version": self.version or assessment.version})


class DecisionViews(ReviewNavigation):
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
        return self._decide_page(signed_in(request), self._found(request, object_id))

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

    # Deciding

    @recovers_form
    def decision_view(
        self, request: SignedInRequest, reference: UUID, decision: Decision
    ) -> HttpResponse:
        """Take the decision; or show its form, where it is a page or an unsent draft is left."""
        assessment = self._found(request, reference)
        if request.method == "POST":
            if decision is CORRECT and "search" in request.POST:
                return self._search_answered(request, assessment)
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
            return self._correct_page(request, assessment, form, feedback)
        if isinstance(form, CorrectDatesForm):
            return self._dates_page(request, assessment, form, feedback)
        return self._decide_page(request, assessment, form, feedback)

    def _search_answered(self, request: SignedInRequest, assessment: Assessment) -> HttpResponse:
        """Show what was searched for beside the codes as they are ticked; nothing is saved."""
        if not queries.may_review(request.user, assessment):
            return redirect(self.address_of(request, assessment.reference))
        _, version = key_and_version_of(request.POST)
        form = CorrectForm(request.POST, assessment=assessment)
        form.leave_unjudged()
        answer = answer_to(form.words_to_find, form.edition)
        return self._correct_page(request, assessment, form, Feedback(version=version), answer)

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
            return self._decide_page(request, assessment, comments, feedback)
        if "confirmed" not in request.POST and self._may_be_confirmed(request, assessment, version):
            return self._confirmation(request, assessment, AuthoriseForm(assessment=assessment))
        return self._carry_out(request, assessment, AUTHORISE)

    def _unsent_authorisation(
        self, request: SignedInRequest, assessment: Assessment
    ) -> HttpResponse:
        """Show what was typed before the sign-in ended: the end date, or comments beside codes."""
        draft = request.unsent_draft
        if draft is None or not queries.may_review(request.user, assessment):
            return redirect(self.address_of(request, assessment.reference))
        feedback = Feedback(message=NOT_SENT)
        if "confirmed" in draft:
            form = AuthoriseForm(draft, assessment=assessment)
            return self._confirmation(request, assessment, form, feedback)
        comments = ReturnForm(draft, assessment=assessment)
        return self._decide_page(request, assessment, comments, feedback)

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
        try:
            if form.is_valid():
                decision.carry_out(
                    form, assessment=assessment, by=request.user, version=version, key=key
                )
        except services.NotPermitted as refused:
            raise PermissionDenied from refused
        except (services.AlreadyDecided, services.EditConflict, services.Locked) as refused:
            current: Assessment = self.get_object(request, str(assessment.reference))
            feedback = Feedback(CONFLICT, conflict_in_words(refused, current))
            return self._form_again(request, current, form, feedback)
        except services.FactsRefused as refused:
            form.add_service_errors(refused.messages)
        except services.NeedsConfirming as asked:
            feedback = Feedback(REFUSED, version=version, hardly=[*asked.messages.values()])
            return self._form_again(request, assessment, form, feedback)
        except services.SelectionRefused as refused:
            problems = _selection_problems(refused, form)
            feedback = Feedback(REFUSED, problems=problems, version=version)
            return self._form_again(request, assessment, form, feedback)
        if form.errors:
            feedback = Feedback(REFUSED, problems=problems_of(form), version=version)
            return self._form_again(request, assessment, form, feedback)
        messages.success(request, decision.done_message(assessment))
        if decision in (CORRECT, CORRECT_DATES):  # which leave it to be looked at
            return redirect(self.address_of(request, assessment.reference))
        return self.redirect_after_decision(request, assessment)

    # Pages

    def _form_again(
        self,
        request: SignedInRequest,
        assessment: Assessment,
        form: DecisionForm,
        feedback: Feedback,
    ) -> HttpResponse:
        if isinstance(form, CorrectForm) and queries.may_review(request.user, assessment):
            return self._correct_page(request, assessment, form, feedback)
        if isinstance(form, CorrectDatesForm) and queries.may_reopen(request.user, assessment):
            return self._dates_page(request, assessment, form, feedback)
        if (
            isinstance(form, AuthoriseForm)
            and form.errors
            and queries.may_review(request.user, assessment)
        ):
            return self._confirmation(request, assessment, form, feedback)
        return self._decide_page(request, assessment, form, feedback)

    def _decide_page(
        self,
        request: SignedInRequest,
        assessment: Assessment,
        form: DecisionForm | None = None,
        feedback: Feedback = Feedback(),
    ) -> HttpResponse:
        shown = record.page_context(request.user, assessment)
        may_review = queries.may_review(request.user, assessment)
        may_reopen = queries.may_reopen(request.user, assessment)
        return_form = _return_form(form, assessment) if may_review else None
        reopen_form = _reopen_form(form, assessment) if may_reopen else None
        context = {
            **shown,
            "title": "Decide on an assessment" if may_review else "An assessment",
            "groups": record.selection_groups(
                assessment,
                since_last=shown["since_last"],
                comments=shown["comments"],
                form=return_form,
            ),
            "may_review": may_review,
            "may_reopen": may_reopen,
            "return_form": return_form,
            "reopen_form": reopen_form,
            "unsent": _entries_without_place(form, return_form, reopen_form),
            "today": timezone.localdate(),
        }
        return self._page(request, assessment, "decide", context, feedback)

    def _correct_page(
        self,
        request: SignedInRequest,
        assessment: Assessment,
        form: CorrectForm,
        feedback: Feedback,
        answer: SearchAnswer | None = None,
    ) -> HttpResponse:
        edition = form.edition
        context = {
            "title": "Correct the codes",
            "edition": edition,
            "answer": answer,
            "domains": domain_groups(edition),
            "recorded": listed(edition, assessment.codes),
            "ticked": form.ticked,
            "form": form,
        }
        return self._page(request, assessment, "correct", context, feedback)

    def _dates_page(
        self,
        request: SignedInRequest,
        assessment: Assessment,
        form: CorrectDatesForm,
        feedback: Feedback,
    ) -> HttpResponse:
        context = {"title": "Correct the dates", "form": form, "hardly": feedback.hardly}
        return self._page(request, assessment, "dates", context, feedback)

    def _confirmation(
        self,
        request: SignedInRequest,
        assessment: Assessment,
        form: AuthoriseForm,
        feedback: Feedback = Feedback(),
    ) -> HttpResponse:
        context = {
            "title": "Authorise this assessment?",
            "groups": record.selection_groups(assessment),
            "today": timezone.localdate(),
            "form": form,
        }
        return self._page(request, assessment, "authorise", context, feedback)

    def _page(
        self,
        request: SignedInRequest,
        assessment: Assessment,
        name: str,
        context: dict[str, Any],
        feedback: Feedback,
    ) -> HttpResponse:
        """Render a page of one record, and record that it was read."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "assessment": assessment,
            "media": self.media,
            "address": self.address_of(request, assessment.reference),
            "addresses": {
                each.name: self.address_of(request, assessment.reference, each.name)
                for each in DECISIONS
            },
            "list_address": self.address_of_list(request),
            "list_name": self.name_of_list(QueryDict(kept_filters(request))),
            "key_and_version": feedback.key_and_version(assessment),
            "problems": feedback.problems,
            "message": feedback.message,
            **context,
        }
        record_reading(
            request, self.read_as, child=assessment.episode.child_id, assessment=assessment.pk
        )
        template = f"review/{name}.html"
        return TemplateResponse(request, template, context, status=feedback.status)


def _return_form(form: DecisionForm | None, assessment: Assessment) -> ReturnForm:
    """The form to return the assessment, with what was entered, for the codes as they stand."""
    if not isinstance(form, ReturnForm):
        return ReturnForm(assessment=assessment)
    return form if form.is_of(assessment) else ReturnForm(form.entered, assessment=assessment)


def _reopen_form(form: DecisionForm | None, assessment: Assessment) -> ReopenForm:
    return form if isinstance(form, ReopenForm) else ReopenForm(assessment=assessment)


def _entries_without_place(
    form: DecisionForm | None, *on_page: DecisionForm | None
) -> list[tuple[str, str]]:
    """What was entered into a form that the page does not show any more, to be copied."""
    if form is None or type(form) in map(type, on_page):
        return []
    return form.entries()


def _selection_problems(refused: services.SelectionRefused, form: DecisionForm) -> list[Problem]:
    """The findings, each linked to the box of its code where the page has boxes of codes."""
    problems = [Problem(finding.message, _box_of(finding, form)) for finding in refused.findings]
    return problems or [Problem(message) for message in refusals_in_words(refused)]


def _box_of(finding: Finding, form: DecisionForm) -> str:
    if isinstance(form, CorrectForm) and finding.beside:
        return f"code-{finding.beside[0]}"
    return ""
